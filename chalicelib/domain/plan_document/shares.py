"""Shares of a plan document: desks that part a route in percentages, and the figures by which shares shift."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from chalicelib.domain.plan import Purpose
from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.fields import duration
from chalicelib.domain.shares.share import WHOLE, Shifting

LARGEST_STEP, HIGHEST_FLOOR, LOWEST_CEILING = 50, 50, 50
SOONEST, LATEST = timedelta(minutes=1), timedelta(hours=24)
_USUAL = Shifting()
_FIGURES = ("step", "every", "floor", "ceiling", "well_for", "slow")


def read_route(place: Place, desks: Collection[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """The desks of a route in their order, and the shares of those that part it."""
    found: list[str] = []
    shared: list[tuple[Place, str, int | None]] = []
    for number, entry in enumerate(place.items()):
        desk, share = entry, None
        if isinstance(entry.value, dict):
            desk = entry.entries(("desk", "share")).get("desk", entry.at("desk"))
            share = _share(entry.at("share"))
            if shared and shared[-1][0].path != f"{place.path}[{number - 1}]":
                entry.fault("must stand together with the other desks that share this route")
        name = desk.known(desks, "desk")
        if name and name in found:
            desk.fault(f"{name!r} is already in this route")
        found.append(name)
        if desk is not entry:
            shared.append((entry, name, share))
    if not place.value:
        place.fault("must name at least one desk")
    _whole(place, shared)
    return tuple(found), {name: share for _, name, share in shared if share}


def _share(place: Place) -> int | None:
    if place.value is None:
        place.fault("is required: a percentage; a desk without one is written by its name alone")
    return place.whole(1, WHOLE - 1)


def _whole(place: Place, shared: list[tuple[Place, str, int | None]]) -> None:
    """Shares need two desks, and add up to all contacts; told where every one of them could be read."""
    shares = [share for _, _, share in shared if share is not None]
    if not shared or len(shares) < len(shared):
        return
    if len(shared) == 1:
        shared[0][0].fault("shares with nobody: a share needs another desk with one")
    elif sum(shares) != WHOLE:
        place.fault(f"has shares that add up to {sum(shares)}, not to {WHOLE}")


def read_shifting(place: Place) -> Shifting:
    """The figures; what is left out is as usual."""
    place.entries(_FIGURES)
    step = place.at("step").whole(0, LARGEST_STEP)
    return Shifting(
        step=_USUAL.step if step is None else step,
        every=_span(place.at("every"), _USUAL.every, SOONEST),
        floor=place.at("floor").whole(1, HIGHEST_FLOOR) or _USUAL.floor,
        ceiling=place.at("ceiling").whole(LOWEST_CEILING, WHOLE - 1) or _USUAL.ceiling,
        well_for=_span(place.at("well_for"), _USUAL.well_for, SOONEST),
        slow=None
        if place.at("slow").value is None
        else _span(place.at("slow"), LATEST, timedelta(seconds=10)),
    )


def _span(place: Place, usual: timedelta, least: timedelta) -> timedelta:
    found = duration(place, usual)
    if not least <= found <= LATEST:
        place.fault(f"must be at least {int(least.total_seconds())}s and at most 24h")
        return usual
    return found


def shifting_document(shifting: Shifting) -> dict[str, Any]:
    """The figures that are not as usual, as `read_shifting` reads them."""
    values = {name: getattr(shifting, name) for name in _FIGURES}
    return {name: _plain(value) for name, value in values.items() if value != getattr(_USUAL, name)}


def _plain(value: int | timedelta | None) -> int | str | None:
    return f"{int(value.total_seconds())}s" if isinstance(value, timedelta) else value


def route_document(purpose: Purpose, market: str) -> list[Any]:
    """A route as `read_route` reads it."""
    shares = purpose.shares.get(market, {})
    return [
        {"desk": desk, "share": shares[desk]} if desk in shares else desk for desk in purpose.routes[market]
    ]
