"""Purposes and safety rules of a plan document, read with every fault noted."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from chalicelib.domain.match import Match
from chalicelib.domain.model import LANES
from chalicelib.domain.plan import Desk, Purpose, SafetyRule
from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.fields import duration, texts_by
from chalicelib.domain.plan_document.shares import read_route

_PURPOSE = ("match", "routes", "lane", "essential", "single", "deadline", "duplicates_tolerated", "offer")


def read_purposes(
    place: Place, channels: Collection[str], desks: Collection[str], languages: tuple[str, ...]
) -> dict[str, Purpose]:
    """The purposes by id, in the document's order (which settles ties between their matches)."""
    return {id_: _purpose(id_, entry, channels, desks, languages) for id_, entry in place.identified()}


def read_safety(
    place: Place, purposes: Mapping[str, Purpose], desks: Mapping[str, Desk]
) -> tuple[SafetyRule, ...]:
    """The safety rules; one that the plan itself breaks is a fault."""
    return tuple(_rule(entry, purposes, desks) for entry in place.items())


def capacity_of(desk: Desk) -> float:
    """Its rate per second, else its contacts at once; without limit when neither is declared."""
    return desk.capacity.rate or float(desk.capacity.concurrent or "inf")


def _purpose(
    id_: str, place: Place, channels: Collection[str], desks: Collection[str], languages: tuple[str, ...]
) -> Purpose:
    place.entries(_PURPOSE)
    routes = {name: read_route(entry, desks) for name, entry in place.at("routes").identified()}
    if not routes:
        place.at("routes").fault("is required: desks by market, at least for 'world'")
    return Purpose(
        id=id_,
        match=tuple(_match(entry, channels) for entry in place.at("match").items()),
        routes={name: names for name, (names, _) in routes.items()},
        shares={name: shares for name, (_, shares) in routes.items() if shares},
        lane=place.at("lane").choice(LANES, "normal"),
        essential=place.at("essential").flag(),
        single=place.at("single").text(most=200).strip(),
        deadline=duration(place.at("deadline"), timedelta(hours=24)),
        duplicates_tolerated=place.at("duplicates_tolerated").flag(),
        offer=texts_by(place.at("offer"), languages),
    )


def _match(place: Place, channels: Collection[str]) -> Match:
    fields = place.entries(("channel", "keywords", "traits"))
    traits = place.at("traits").entries().items()
    return Match(
        channel=fields["channel"].known(channels, "channel") if "channel" in fields else "",
        keywords=frozenset(_word(entry) for entry in place.at("keywords").items()),
        traits={
            name: frozenset(each.text(None).casefold() for each in entry.items()) for name, entry in traits
        },
    )


def _word(place: Place) -> str:
    word = place.text(None).casefold()
    if len(word.split()) > 1:
        place.fault("must be one word")
    return word


def _rule(place: Place, purposes: Mapping[str, Purpose], desks: Mapping[str, Desk]) -> SafetyRule:
    place.entries(("purpose", "min_channels", "min_capacity"))
    channels, capacity = place.at("min_channels").whole(0, 100), place.at("min_capacity").number(0, 1e9)
    rule = SafetyRule(
        purpose=place.at("purpose").known(purposes, "purpose"),
        min_channels=1 if channels is None else channels,
        min_capacity=capacity or 0.0,
    )
    purpose = purposes.get(rule.purpose)
    for name, route in purpose.routes.items() if purpose else ():
        _refuse_broken(place, rule, name, [desks[id_] for id_ in route if id_ in desks])
    return rule


def _refuse_broken(place: Place, rule: SafetyRule, market: str, desks: list[Desk]) -> None:
    channels = len({desk.channel for desk in desks})
    if channels < rule.min_channels:
        place.at("min_channels").fault(f"the plan leaves {channels} channel(s) in market {market!r}")
    room = sum(capacity_of(desk) for desk in desks)
    if room < rule.min_capacity:
        place.at("min_capacity").fault(f"the plan leaves a capacity of {room:g} in market {market!r}")
