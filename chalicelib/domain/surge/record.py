"""The stance as one JSON text, and back; times in milliseconds."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.domain.surge.levers import POLLED, SHIPPED, Lever, Posture
from chalicelib.domain.surge.posture import Stance
from chalicelib.domain.upgrade.schema import recalled, stamped
from chalicelib.domain.upgrade.times import millis_or_none, moment_or_none

YOUNG = frozenset({Lever.INTAKE_MOST, *POLLED})
"""Levers that a release before this one does not know: left out while a plan leaves them alone."""


def stance_text(stance: Stance) -> str:
    """The text; the same stance always gives the same one."""
    found = {
        "version": stance.version, "posture": stance.posture.value, "because": stance.because,
        "since": millis_or_none(stance.since), "asked_at": millis_or_none(stance.asked_at),
        "settings": {lever.value: value for lever, value in stance.settings.items() if value or lever not in YOUNG},
        "pending": [lever.value for lever in stance.pending], "capped": stance.capped,
        "month": stance.month, "spent": stance.spent,
        "hourly": stance.hourly, "counted_at": millis_or_none(stance.counted_at), "news": dict(stance.news),
    }  # fmt: skip
    return json.dumps(stamped(found), separators=(",", ":"))


def read_stance(text: str) -> Stance:
    """The stance of a text. Raises ValueError when it is none; a later release's is Newer."""
    return recalled(text, _read, "no stance")


def _read(found: Mapping[str, Any]) -> Stance:
    return Stance(
        version=found["version"],
        posture=Posture(found["posture"]),
        because=found["because"],
        since=moment_or_none(found["since"]),
        asked_at=moment_or_none(found["asked_at"]),
        settings={lever: int(found["settings"].get(lever.value, usual)) for lever, usual in SHIPPED.items()},
        pending=tuple(Lever(name) for name in found["pending"]),
        capped=found["capped"],
        month=found["month"],
        spent=float(found["spent"]),
        hourly=float(found["hourly"]),
        counted_at=moment_or_none(found["counted_at"]),
        news=found["news"],
    )
