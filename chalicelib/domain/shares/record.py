"""Shares under way as one JSON text, and back; times in milliseconds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.domain.shares.share import Shifted
from chalicelib.domain.shares.shift import Shift
from chalicelib.domain.upgrade.schema import stamped, understood
from chalicelib.domain.upgrade.times import millis, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts:
    """The routes whose shares are under way, by scope; `news` are steps not told yet, as their ledger entries."""

    routes: Mapping[str, Shift] = field(default_factory=dict)
    news: tuple[Mapping[str, str], ...] = ()

    def shifted(self) -> dict[str, Shifted]:
        """What decisions need: the shares that are not as planned."""
        away = {scope: one for scope, one in self.routes.items() if one.now != one.planned}
        return {scope: Shifted(planned=one.planned, now=one.now) for scope, one in away.items()}


def shifts_text(shifts: Shifts) -> str:
    """The text; the same shifts always give the same one."""
    routes = {scope: _plain(one) for scope, one in sorted(shifts.routes.items())}
    found = stamped({"routes": routes, "news": [dict(each) for each in shifts.news]})
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def read_shifts(text: str) -> Shifts:
    """The shifts of a text; of none for "". Raises ValueError when it is none; a later release's is Newer."""
    if not text:
        return Shifts()
    try:
        found = understood(json.loads(text))
        return Shifts(
            routes={scope: _read(one) for scope, one in found["routes"].items()}, news=tuple(found["news"])
        )
    except (KeyError, TypeError, AttributeError) as unreadable:
        raise ValueError(f"no shifts: {unreadable}") from unreadable


def _plain(shift: Shift) -> dict[str, Any]:
    return {
        "planned": dict(shift.planned), "now": dict(shift.now), "stepped_at": _ms(shift.stepped_at),
        "well": {desk: _ms(since) for desk, since in shift.well.items()},
    }  # fmt: skip


def _read(found: Mapping[str, Any]) -> Shift:
    well = {desk: _moment(since) for desk, since in found["well"].items()}
    return Shift(
        planned=found["planned"], now=found["now"], stepped_at=_moment(found["stepped_at"]), well=well
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else millis(at)


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else moment(milliseconds)
