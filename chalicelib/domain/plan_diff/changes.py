"""The changes from one plan to another: what was added, removed, changed, and what only changed its place."""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_document.faults import under
from chalicelib.domain.plan_document.reader import dump_plan

ORDERED = frozenset({"purposes"})
"""Mappings whose order says something: of two purposes that match equally well the first one wins."""


class ChangeKind(StrEnum):
    """What became of a value."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. `path` is spelled as in faults; an index counts in the plan that still has the value.

    Of something moved `item` is what, and `before` and `after` are its places, from 0. `place` is where in an ordered
    mapping something was added.
    """

    path: str
    kind: ChangeKind
    before: Any = None
    after: Any = None
    item: Any = None
    place: int | None = None


def meaning(plan: Plan) -> dict[str, Any]:
    """What a plan says, however it was spelled: opening hours stand at the desks that keep them.

    Shares stand beside their routes, by market and desk, so that one is known by its desk and not by its place.
    """
    found: dict[str, Any] = json.loads(dump_plan(plan))
    hours = found.pop("hours")
    for desk in found["desks"].values():
        if "hours" in desk:
            desk["hours"] = hours[desk["hours"]]
    for purpose in plan.purposes.values():
        if purpose.shares:
            routes = {market: list(route) for market, route in purpose.routes.items()}
            shares = {market: dict(parts) for market, parts in purpose.shares.items()}
            found["purposes"][purpose.id] |= {"routes": routes, "shares": shares}
    return found


def changes(before: Plan, after: Plan) -> tuple[Change, ...]:
    """All changes, in the documents' order; none where both mean the same."""
    return tuple(_mappings("", meaning(before), meaning(after)))


def _between(path: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _mappings(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(path, before, after)
    elif (type(before), before) != (type(after), after):
        yield Change(path=path, kind=ChangeKind.CHANGED, before=before, after=after)


def _mappings(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    ordered = path in ORDERED
    for name, value in before.items():
        if name in after:
            yield from _between(under(path, name), value, after[name])
        else:
            yield Change(path=under(path, name), kind=ChangeKind.REMOVED, before=value)
    for place, (name, value) in enumerate(after.items()):
        if name not in before:
            at = place if ordered else None
            yield Change(path=under(path, name), kind=ChangeKind.ADDED, after=value, place=at)
    if ordered:
        yield from _moves(path, list(before), list(after))


def _lists(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    old, new = _names(before), _names(after)
    for place in _same_place(before, after, old, new):
        old[place] = new[place] = f"at {place}"
        yield from _between(f"{path}[{place}]", before[place], after[place])
    kept, left = set(old), set(new)
    for place, name in enumerate(old):
        if name not in left:
            yield Change(path=f"{path}[{place}]", kind=ChangeKind.REMOVED, before=before[place])
    for place, name in enumerate(new):
        if name not in kept:
            yield Change(path=f"{path}[{place}]", kind=ChangeKind.ADDED, after=after[place])
    yield from _moves(path, old, new, dict(zip(new, after, strict=True)))


def _same_place(
    before: Sequence[Any], after: Sequence[Any], old: Sequence[str], new: Sequence[str]
) -> list[int]:
    """Places of mappings that were neither there before nor stayed: one that was changed, not two."""
    pairs = enumerate(zip(before, after, strict=False))
    unlike = [place for place, both in pairs if all(isinstance(one, dict) for one in both)]
    kept, left = set(old), set(new)
    return [place for place in unlike if old[place] not in left and new[place] not in kept]


def _names(values: Sequence[Any]) -> list[str]:
    """A name for each value, the same for equal ones; a repeated value is told apart by its number."""
    seen: Counter[str] = Counter()
    names = []
    for value in values:
        text = json.dumps(value, sort_keys=True)
        seen[text] += 1
        names.append(f"{text}#{seen[text]}")
    return names


def _moves(
    path: str, before: Sequence[str], after: Sequence[str], values: Mapping[str, Any] | None = None
) -> Iterator[Change]:
    """The fewest that must change places: all but a longest run that kept its order."""
    was = {name: place for place, name in enumerate(before)}
    common = [(place, name) for place, name in enumerate(after) if name in was]
    stayed = _rising([was[name] for _, name in common])
    for number, (place, name) in enumerate(common):
        if number not in stayed:
            item = values[name] if values else name
            yield Change(path=path, kind=ChangeKind.MOVED, before=was[name], after=place, item=item)


def _rising(numbers: Sequence[int]) -> frozenset[int]:
    """The indexes of a longest rising subsequence (patience sorting)."""
    tops: list[int] = []
    heads: list[int] = []
    behind: list[int] = []
    for index, number in enumerate(numbers):
        pile = bisect_left(tops, number)
        behind.append(heads[pile - 1] if pile else -1)
        tops[pile : pile + 1], heads[pile : pile + 1] = [number], [index]
    found, at = set(), heads[-1] if heads else -1
    while at >= 0:
        found.add(at)
        at = behind[at]
    return frozenset(found)
