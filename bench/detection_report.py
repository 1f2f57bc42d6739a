"""The table of the detection benchmark: every row, then every target with whether it was met."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, object]]
BOTH, CANARY, OURS = ("bascule", "bascule+canary"), ("bascule+canary",), ("bascule",)
COLUMNS = (
    ("lost_percent", "lost %"), ("detect_median_seconds", "seen s"), ("detect_p95_seconds", "p95 s"),
    ("detected_share", "share"), ("switches", "switch"), ("false_switches", "false"),
    ("diverted_percent", "divert %"), ("recovery_seconds", "back s"), ("microseconds_per_observation", "us"),
)  # fmt: skip
TARGETS: tuple[tuple[tuple[str, ...], str, float, str, float], ...] = (
    (BOTH, "outage", 2.0, "lost_percent", 1.0),
    (BOTH, "brown-out", 2.0, "lost_percent", 1.0),
    (BOTH, "slow", 2.0, "lost_percent", 2.0),
    (CANARY, "silent-50", 2.0, "lost_percent", 6.0),
    (CANARY, "silent-50", 2.0, "detect_p95_seconds", 45.0),
    (BOTH, "silent-11", 2.0, "detect_p95_seconds", 110.0),  # 160 receipts at 2/s, and the 30 s that they may take
    (BOTH, "flapping", 2.0, "switches", 3.0),
    (BOTH, "blips", 2.0, "switches", 6.0),
    *((BOTH, fault, 2.0, "recovery_seconds", 40.0) for fault in ("outage", "brown-out", "slow")),
    (BOTH, "silent-50", 2.0, "recovery_seconds", 125.0),
    *((BOTH, fault, 2.0, "diverted_percent", 2.0)
      for fault in ("outage", "brown-out", "slow", "silent-50", "silent-11", "blips", "noise")),
    *((BOTH, "noise", rate, "switches", 0.0) for rate in (2.0, 2 / 60)),
    (OURS, "messenger", 2 / 60, "lost_percent", 8.5),
    (CANARY, "messenger", 2 / 60, "lost_percent", 6.0),
)  # fmt: skip


def judged(rows: Rows) -> list[dict[str, object]]:
    """Every target of which there is a row: its figure, its limit, whether it was met."""
    found: list[dict[str, object]] = []
    for detectors, fault, rate, key, most in TARGETS:
        for row in rows:
            same = row["detector"] in detectors and row["fault"] == fault
            if not same or row["contacts_per_second"] != round(rate, 4):
                continue
            value = row[key]
            met = isinstance(value, int | float) and value <= most
            who = {name: row[name] for name in ("detector", "fault", "contacts_per_second")}
            found.append({**who, "figure": key, "value": value, "most": most, "met": met})
    return found


def table(document: Mapping[str, Any]) -> Iterator[str]:
    """Line by line; a missed target is called so."""
    rows: Rows = document["rows"]
    group = None
    for row in rows:
        if (row["fault"], row["contacts_per_second"]) != group:
            group = (row["fault"], row["contacts_per_second"])
            yield f"{group[0]}, {group[1]} contacts a second"
            yield f"  {'':<20}" + "".join(f"{title:>10}" for _, title in COLUMNS)
        yield f"  {row['detector']:<20}" + "".join(f"{_said(row[key]):>10}" for key, _ in COLUMNS)
    for title in ("targets", "probes_only", "false_alarms", "delays"):
        found: Rows = document[title]
        yield title.replace("_", " ")
        for line in found:
            words = "  ".join(f"{key} {_said(value)}" for key, value in line.items() if key != "met")
            yield f"  {words}" + ("" if line.get("met", True) else "  MISSED")
    if document["missing"]:
        yield f"not installed, so not measured: {document['missing']} (make bench-detection installs them)"


def _said(value: object) -> str:
    return "-" if value is None else str(value)
