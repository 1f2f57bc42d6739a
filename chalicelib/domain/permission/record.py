"""What permission remembers beside plan, orders and windows: last changes, switches, broken glass; and its text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.domain.upgrade.schema import stamped, understood
from chalicelib.domain.upgrade.times import millis, moment


class Switch(StrEnum):
    """What can be switched off. AUTOMATION: nothing changes orders, windows or the posture by itself.

    None of them touches what the detector believes: contacts go round a dead path all the same.
    """

    ORDERS = "orders"
    AUTOMATION = "automation"
    PUBLICATION = "publication"


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """A switch that is off until a time, by whom and why."""

    switch: Switch
    until: datetime
    owner: str
    reason: str
    since: datetime

    def holds_at(self, now: datetime) -> bool:
        """True up to, not including, `until`."""
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """Two persons' permission to command a scope against the rules.

    Asked for at `since` by `owner`; confirmed at `at` by `by`: until then it permits nothing. `until` is the end of the
    wait for a second person, then that of the permission; `minutes` is how long it is to last. `orders` are those that
    were given under it: rules look away from them.
    """

    id: str
    scope: str
    owner: str
    name: str
    reason: str
    since: datetime
    until: datetime
    minutes: int
    by: str = ""
    at: datetime | None = None
    orders: tuple[str, ...] = ()

    def broken_at(self, now: datetime) -> bool:
        """True while it permits."""
        return bool(self.by) and now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One versioned item. `changed` is when each scope's commands changed last."""

    version: int = 0
    changed: Mapping[str, datetime] = field(default_factory=dict)
    off: tuple[Off, ...] = ()
    glass: tuple[Glass, ...] = ()

    def is_off(self, switch: Switch, now: datetime) -> bool:
        """True while a switch is off."""
        return any(one.switch is switch and one.holds_at(now) for one in self.off)

    def under_glass(self, now: datetime) -> frozenset[str]:
        """The orders that were given under broken glass: they end with it at the latest."""
        return frozenset(order for one in self.glass if one.broken_at(now) for order in one.orders)

    def tidy(self, now: datetime) -> "Record":
        """The record without what has ended."""
        return replace(
            self,
            off=tuple(one for one in self.off if one.until > now),
            glass=tuple(one for one in self.glass if one.until > now),
        )


def record_text(record: Record) -> str:
    """The stored text; the same record always gives the same one. Times in milliseconds."""
    found = {
        "version": record.version,
        "changed": {scope: millis(at) for scope, at in sorted(record.changed.items())},
        "off": [_plain(one) for one in record.off],
        "glass": [_plain(one) for one in record.glass],
    }
    return json.dumps(stamped(found), separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def read_record(text: str) -> Record:
    """A record from its text. Raises Newer."""
    found = understood(json.loads(text))
    return Record(
        version=found["version"],
        changed={scope: moment(at) for scope, at in found["changed"].items()},
        off=tuple(Off(**{**_timed(one), "switch": Switch(one["switch"])}) for one in found["off"]),
        glass=tuple(Glass(**{**_timed(one), "orders": tuple(one["orders"])}) for one in found["glass"]),
    )


_TIMES = ("since", "until", "at")


def _plain(one: Off | Glass) -> dict[str, Any]:
    found = {each.name: getattr(one, each.name) for each in fields(one)}
    return {
        name: millis(value) if isinstance(value, datetime) else value
        for name, value in found.items()
        if value is not None
    }


def _timed(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: moment(value) if name in _TIMES else value for name, value in found.items()}
