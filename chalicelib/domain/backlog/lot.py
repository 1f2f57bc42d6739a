"""Lots: where rows wait together, since the same desks, or the same channel of words, could take them."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, unquote

from chalicelib.domain.load import Capacity
from chalicelib.domain.plan import WORLD, ChannelPlan, Desk, Plan

LOT_SHARDS = 4
"""Partitions of the index for each lot: one takes 1,000 writes a second."""
REOPENED = timedelta(seconds=60)
"""How long a container may let rows wait in a lot without saying anew that the lot is open."""
CLOSES = timedelta(minutes=10)
"""After so long without a word an empty lot is closed: far beyond REOPENED and the longest that a function lives."""
_PREFIX = "q/"
_DESK, _WORDS = "desk", "words"
_TOLD, _NEW = "told", "new"
_OUT = "out/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Contacts of one purpose, market and medium; or, with `channel`, words to the people of that channel.

    `told` is False for contacts whose person must hear of it if no desk works any more.
    """

    purpose: str = ""
    market: str = ""
    medium: str = ""
    told: bool = True
    channel: str = ""

    @property
    def name(self) -> str:
        """What the index calls it: safe in any document, and the same for ever."""
        if self.channel:
            parts = [_WORDS, self.channel]
        else:
            parts = [_DESK, _TOLD if self.told else _NEW, self.purpose, self.market, self.medium]
        return _PREFIX + "/".join(quote(part, safe="") for part in parts)

    @property
    def route(self) -> tuple[str, str, str, str]:
        """What decides who could take its rows."""
        return (self.purpose, self.market, self.medium, self.channel)


def read_lot(name: str) -> Lot:
    """The lot of a name. Raises ValueError."""
    prefix, kind, *parts = [unquote(part) for part in name.split("/")]
    if prefix + "/" == _PREFIX:
        if kind == _WORDS and len(parts) == 1 and parts[0]:
            return Lot(channel=parts[0])
        if kind == _DESK and len(parts) == 4 and parts[0] in (_TOLD, _NEW):  # noqa: PLR2004 - as `name` has them
            told, purpose, market, medium = parts
            return Lot(purpose=purpose, market=market, medium=medium, told=told == _TOLD)
    raise ValueError(f"not a lot: {name[:80]!r}")


def readable(names: Iterable[str]) -> list[Lot]:
    """The lots of these names; those that a later release has named are left to it."""
    found = []
    for name in names:
        with suppress(ValueError):
            found.append(read_lot(name))
    return found


def lot_of(shard: str) -> str:
    """The lot that a partition of the due index belongs to; "" for one of the sweep's."""
    return shard.rpartition("#")[0] if shard.startswith(_PREFIX) else ""


def market_known(plan: Plan, purpose: str, market: str) -> str:
    """The market, or WORLD for one that the plan nowhere tells apart: there are as many lots as routes, no more."""
    found = plan.purposes.get(purpose)
    known = (
        (found is not None and market in found.routes)
        or any(channel.market == market for channel in plan.channels.values())
        or any(market in markets for markets in plan.vantages.values())
    )
    return market if known else WORLD


def desks_of(plan: Plan, lot: Lot) -> frozenset[str]:
    """What the lot's rows draw on: the desks of its route, or the channel, as `out/CHANNEL`."""
    if lot.channel:
        return frozenset({_OUT + lot.channel})
    return frozenset(option.desk.id for option in plan.options(lot.purpose, lot.market))


def way_to_people(channel: ChannelPlan) -> Desk:
    """A channel as a desk whose agents are the people: its rate is the channel's pace. No real desk has such an id."""
    return Desk(id=_OUT + channel.id, channel=channel.id, capacity=Capacity(rate=channel.pace))


def taker(plan: Plan, name: str) -> Desk | None:
    """The desk of this id, or the way to people of this one; None when the plan has it no more."""
    channel = plan.channels.get(name.removeprefix(_OUT)) if name.startswith(_OUT) else None
    return way_to_people(channel) if channel else plan.desks.get(name)


def together(plan: Plan, lots: Iterable[Lot]) -> list[list[Lot]]:
    """Lots in groups that share no desk: each group is served by itself, and waits for no other."""
    groups: list[tuple[frozenset[str], list[Lot]]] = []
    for lot in lots:
        desks, members = desks_of(plan, lot) | {repr(lot.route)}, [lot]
        apart = []
        for others, theirs in groups:
            if desks & others:
                desks, members = desks | others, theirs + members
            else:
                apart.append((others, theirs))
        groups = [*apart, (desks, members)]
    return [members for _, members in groups]


def closing(opened: Mapping[str, datetime], now: datetime) -> list[str]:
    """Names of the lots that nobody has put a row into for so long that they may be closed if they are empty."""
    return [name for name, at in opened.items() if now - at > CLOSES]
