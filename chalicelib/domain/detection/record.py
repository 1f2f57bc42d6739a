"""Health as flat records of integers and short texts, for stores and snapshot; an absent key is a default."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.detection.machine import ClassHealth, PathHealth, State
from chalicelib.domain.model import EvidenceClass, Outcome
from chalicelib.domain.upgrade.times import from_ms, to_ms

Record = dict[str, int | str]

_COUNTS = ("gen", "score", "fine", "peak", "fine_peak", "run", "penalty", "latency")
_TIMES = ("penalty_at", "since", "until", "last_at")


def class_record(cls: ClassHealth) -> Record:
    """One class: its counts, times as milliseconds, state, last outcome and detail; defaults are left out."""
    found: Record = {name: getattr(cls, name) for name in _COUNTS if getattr(cls, name)}
    found |= {name: to_ms(getattr(cls, name)) for name in _TIMES if getattr(cls, name) is not None}
    texts = {"last_outcome": cls.last_outcome, "detail": cls.detail}
    return found | {"state": cls.state.value} | {name: str(text) for name, text in texts.items() if text}


def class_of(record: Mapping[str, Any]) -> ClassHealth:
    """The class behind a record; numbers may be text or Decimal. Raises ValueError on what is no record."""
    outcome = record.get("last_outcome")
    numbers: dict[str, Any] = {name: int(record.get(name, 0)) for name in _COUNTS}
    numbers |= {name: from_ms(int(record[name])) for name in _TIMES if name in record}
    return ClassHealth(
        state=State(record.get("state", State.CLOSED)),
        last_outcome=Outcome(outcome) if outcome else None,
        detail=str(record.get("detail", "")),
        **numbers,
    )


def path_record(path: PathHealth) -> dict[str, Any]:
    """A whole path, ready for JSON."""
    found: dict[str, Any] = {"path": path.path, "version": path.version}
    found["classes"] = {evidence.value: class_record(cls) for evidence, cls in path.classes.items()}
    if path.blocked:
        found["blocked"] = path.blocked.value
    if path.throttled_until:
        found["throttled_until"] = to_ms(path.throttled_until)
    return found


def path_of(record: Mapping[str, Any]) -> PathHealth:
    """The path behind a record. Raises KeyError or ValueError on what is no record."""
    paced = record.get("throttled_until")
    return PathHealth(
        path=str(record["path"]),
        classes={EvidenceClass(name): class_of(cls) for name, cls in record["classes"].items()},
        blocked=Outcome(record["blocked"]) if record.get("blocked") else None,
        throttled_until=from_ms(int(paced)) if paced is not None else None,
        version=int(record.get("version", 0)),
    )
