"""The stance as one JSON text, and back; times in milliseconds."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.domain.snapshot import millis, moment
from chalicelib.domain.surge.levers import POLLED, SHIPPED, Lever, Posture
from chalicelib.domain.surge.posture import Stance
from chalicelib.domain.upgrade.schema import stamped, understood

YOUNG = frozenset({Lever.INTAKE_MOST, *POLLED})
"""Levers that a release before this one does not know: left out while a plan leaves them alone."""


def stance_text(stance: Stance) -> str:
    """The text; the same stance always gives the same one."""
    found = {
        "version": stance.version, "posture": stance.posture.value, "because": stance.because,
        "since": _ms(stance.since), "asked_at": _ms(stance.asked_at),
        "settings": {lever.value: value for lever, value in stance.settings.items() if value or lever not in YOUNG},
        "pending": [lever.value for lever in stance.pending], "capped": stance.capped,
        "month": stance.month, "spent": stance.spent,
        "hourly": stance.hourly, "counted_at": _ms(stance.counted_at), "news": dict(stance.news),
    }  # fmt: skip
    return json.dumps(stamped(found), separators=(",", ":"))


def read_stance(text: str) -> Stance:
    """The stance of a text. Raises ValueError when it is none; a later release's is Newer."""
    try:
        return _read(understood(json.loads(text)))
    except (KeyError, TypeError, AttributeError) as unreadable:
        raise ValueError(f"no stance: {unreadable}") from unreadable


def _read(found: Mapping[str, Any]) -> Stance:
    return Stance(
        version=found["version"],
        posture=Posture(found["posture"]),
        because=found["because"],
        since=_moment(found["since"]),
        asked_at=_moment(found["asked_at"]),
        settings={lever: int(found["settings"].get(lever.value, usual)) for lever, usual in SHIPPED.items()},
        pending=tuple(Lever(name) for name in found["pending"]),
        capped=found["capped"],
        month=found["month"],
        spent=float(found["spent"]),
        hourly=float(found["hourly"]),
        counted_at=_moment(found["counted_at"]),
        news=found["news"],
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else millis(at)


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else moment(milliseconds)
