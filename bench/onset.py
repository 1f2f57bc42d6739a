"""How long until a customer is shown another way: python -m bench.onset [--quick] [--json] [--save]."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any

from bench.onset_play import Onset, Play
from bench.onset_sides import Trouble
from bench.records import keep, offer_to_keep

OUTAGE = Trouble(name="total outage", kind="outage")
SILENT = Trouble(name="50 % silent", kind="silent", share=0.5)
FEW, MANY = 2 / 60, 2.0
STEPS = ("believed", "published", "seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A trouble, what it is noticed by, contacts a second, and the most seconds that 95 of 100 may take."""

    trouble: Trouble
    by: str
    contacts: float
    most: float
    onsets: int
    canary: bool = False


CASES = (
    Case(trouble=OUTAGE, by="probes alone", contacts=0.0, most=180.0, onsets=400),
    Case(trouble=OUTAGE, by="2 contacts/min", contacts=FEW, most=180.0, onsets=400),
    Case(trouble=OUTAGE, by="2 contacts/s", contacts=MANY, most=180.0, onsets=100),
    Case(trouble=SILENT, by="2 contacts/min", contacts=FEW, most=600.0, onsets=200),
    Case(trouble=SILENT, by="2 contacts/s", contacts=MANY, most=600.0, onsets=100),
    Case(trouble=SILENT, by="a canary a minute", contacts=0.0, most=600.0, onsets=400, canary=True),
)
"""With contacts comes silence's evidence, their receipts; at two a second a hundred onsets are many contacts."""


def row(case: Case, found: Sequence[Onset]) -> dict[str, object]:
    """The published row: seconds from the onset. An onset that nobody saw within the hour counts as for ever."""
    told: dict[str, object] = {
        "fault": case.trouble.name, "by": case.by, "contacts_per_second": round(case.contacts, 4),
        "onsets": len(found), "seen_share": round(sum(one.seen is not None for one in found) / len(found), 3),
    }  # fmt: skip
    for step in STEPS:
        times = [asdict(one)[step] for one in found]
        told[f"{step}_median_seconds"], told[f"{step}_p95_seconds"] = _of(times)
    p95 = told["seen_p95_seconds"]
    return {**told, "most": case.most, "met": isinstance(p95, float) and p95 <= case.most}


def _of(times: Sequence[float | None]) -> tuple[float | None, float | None]:
    """Median and 95th percentile; None is later than any number."""
    known = sorted(time for time in times if time is not None)
    missing = len(times) - len(known)
    if missing * 20 > len(times) or len(known) < 2:  # noqa: PLR2004 - a percentile is between two
        return (round(median(known), 1) if missing * 2 < len(times) else None), None
    return round(median(known), 1), round(quantiles(known, n=20, method="inclusive")[-1], 1)


def measured(*, quick: bool) -> dict[str, object]:
    """Every case; quick plays a fortieth of the onsets."""
    rows = []
    for case in CASES:
        onsets = case.onsets // 40 if quick else case.onsets
        rows.append(row(case, [_played(case, seed) for seed in range(onsets)]))
    return {"quick": quick, "rows": rows}


def _played(case: Case, seed: int) -> Onset:
    return Play(case.trouble, case.contacts, seed, canary=case.canary).run()


def table(document: Mapping[str, Any]) -> Iterator[str]:
    """Line by line; a missed target is called so."""
    yield f"  {'seconds from the onset, median / p95':<40}{'believed':>16}{'published':>16}{'seen':>16}"
    rows: Sequence[Mapping[str, object]] = document["rows"]
    for one in rows:
        pairs = [(one[f"{step}_median_seconds"], one[f"{step}_p95_seconds"]) for step in STEPS]
        cells = "".join(f"{_said(middle) + ' / ' + _said(late):>16}" for middle, late in pairs)
        verdict = "met" if one["met"] else "MISSED"
        name = f"{one['fault']}, {one['by']}"
        yield f"  {name:<40}{cells}  p95 seen at most {one['most']:g}: {verdict}"


def _said(value: object) -> str:
    return "never" if value is None else str(value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 whatever the verdicts are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few onsets, for a check; not worth quoting")
    parser.add_argument("--json", action="store_true", help="the JSON object alone")
    offer_to_keep(parser)
    asked = parser.parse_args(arguments)
    document = measured(quick=asked.quick)
    print(json.dumps(document, indent=2) if asked.json else "\n".join(table(document)))
    if asked.save:
        keep("onset", document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
