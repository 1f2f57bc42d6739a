"""A path's health as one flat item: per evidence class a prefix, whole numbers, times in milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.health import Batch, ClassHealth, PathHealth, State
from chalicelib.domain.model import EvidenceClass, Outcome
from chalicelib.domain.upgrade.times import millis, moment, moment_or_none

PREFIXES = {
    EvidenceClass.HARD: "h",
    EvidenceClass.SILENT: "s",
    EvidenceClass.ARRIVAL: "a",
    EvidenceClass.CROWD: "c",
    EvidenceClass.VENDOR: "v",
    EvidenceClass.PLANNED: "p",
}
_NUMBERS = ("gen", "score", "fine", "peak", "fine_peak", "run", "penalty", "latency")
_TIMES = ("penalty_at", "since", "until", "last_at")
MACHINE = (
    "state",
    "gen",
    "score",
    "fine",
    "peak",
    "fine_peak",
    "run",
    "penalty",
    "penalty_at",
    "since",
    "until",
)
"""What a flip writes; the rest is the last evidence, which it keeps."""


def path_of(item: Mapping[str, Any]) -> PathHealth:
    """The health of a path from its item."""
    blocked, paced = item.get("blocked"), item.get("throttled_until")
    present = (evidence for evidence, prefix in PREFIXES.items() if f"{prefix}_since" in item)
    return PathHealth(
        path=item["pk"],
        classes={evidence: class_of(item, evidence) for evidence in present},
        blocked=Outcome(blocked) if blocked else None,
        throttled_until=moment_or_none(paced),
        version=item.get("version", 0),
    )


def class_of(item: Mapping[str, Any], evidence: EvidenceClass) -> ClassHealth:
    """One class; the blank one when nothing was ever written."""
    prefix = PREFIXES[evidence]
    numbers: dict[str, Any] = {name: item.get(f"{prefix}_{name}", 0) for name in _NUMBERS}
    times: dict[str, Any] = {
        name: moment(item[f"{prefix}_{name}"]) for name in _TIMES if f"{prefix}_{name}" in item
    }
    outcome = item.get(f"{prefix}_last_outcome")
    return ClassHealth(
        **numbers,
        **times,
        state=State(item.get(f"{prefix}_state", State.CLOSED)),
        last_outcome=Outcome(outcome) if outcome else None,
        detail=item.get(f"{prefix}_detail", ""),
    )


def stored(value: object) -> str | int | None:
    """A field's value as the item keeps it; None: the attribute is removed."""
    if isinstance(value, datetime):
        return millis(value)
    return None if value is None else str(value) if isinstance(value, str) else int(str(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """How a fold's max(S + x, y) comes out for one score: which side, and the scores for which that holds.

    `adds` and `peak_adds` tell the side for the score and its peak, for least <= S < below (None: no end).
    """

    adds: bool
    peak_adds: bool
    least: int
    below: int | None

    @property
    def blank(self) -> bool:
        """True when it also holds for a class that was never written, whose score counts as 0."""
        return self.least <= 0 and (self.below is None or self.below > 0)


def branch(score: int, batch: Batch, *, fine: bool) -> Branch:
    """The branch for a score believed to be stored."""
    a, b, p, q = (batch.fa, batch.fb, batch.fp, batch.fq) if fine else (batch.a, batch.b, batch.p, batch.q)
    turns = (b - a, q - p)
    below = [turn for turn in turns if score < turn]
    return Branch(
        adds=score >= turns[0],
        peak_adds=score >= turns[1],
        least=max((turn for turn in turns if score >= turn), default=0),
        below=min(below) if below else None,
    )
