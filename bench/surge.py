"""How soon a surge is seen, and how often wrongly: python -m bench.surge [--quick] [--json] [--save]."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log
from random import Random
from typing import Any

from bench.bank_calls import NoArrivals, bank_calls
from bench.records import keep, offer_to_keep
from bench.surge_days import Met, days, made
from chalicelib.domain.surge.sums import ENOUGH, Sums, added

WARM_UP, HOURS = 10, range(9, 19)
CHANCE = 1e-6
"""Of a false alarm in a slot, in the plain Poisson test: one in six years of such days, were arrivals Poisson."""
NEVER = 999
Alarms = Callable[[Sequence[Met], Sequence[int]], list[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to the arrivals from an onset on: so many times as many, reached in so many slots."""

    name: str
    times: float
    ramp: int = 1
    most: float | None = None

    def of(self, seen: int, place: int) -> int:
        """The count of a slot that is the `place`-th after the onset (0: the first)."""
        return round(seen * (1 + (self.times - 1) * min(1.0, (place + 1) / self.ramp)))


CHANGES = (
    Change(name="x1.5", times=1.5), Change(name="x2", times=2.0, most=3),
    Change(name="x3 in 15 min", times=3.0, ramp=3), Change(name="x5", times=5.0, most=1),
    Change(name="x10", times=10.0, most=1),
    Change(name="half", times=0.5), Change(name="a tenth", times=0.1), Change(name="silence", times=0.0),
)  # fmt: skip
MOST_FALSE = 2


def ours(day: Sequence[Met], seen: Sequence[int], *, fall: bool) -> list[bool]:
    """Both sums, as the product keeps them."""
    sums, found = Sums(), []
    for met, count in zip(day, seen, strict=True):
        sums = added(sums, count, met.due, met.at)
        found.append((sums.down if fall else sums.up) >= ENOUGH)
    return found


def plain(day: Sequence[Met], seen: Sequence[int], *, fall: bool) -> list[bool]:
    """Each slot by itself, arrivals taken for Poisson: the floor."""
    pairs = zip(day, seen, strict=True)
    return [_tail(count, met.due.least if fall else met.due.most, fall=fall) < CHANCE for met, count in pairs]


def row(detector: str, alarms: Alarms, change: Change | None, played: Sequence[list[Met]]) -> dict[str, Any]:
    """One published row; without a change it counts the days with an alarm that nobody planted."""
    if change is None:
        false = sum(any(alarms(day, [met.seen for met in day])) for day in played)
        return {"detector": detector, "change": "none", "days": len(played), "false_days": false}
    random = Random(7)  # noqa: S311 - a simulation
    delays = sorted(delay for day in played if (delay := _delay(alarms, change, day, random)) is not None)
    late = delays[min(len(delays) - 1, len(delays) * 95 // 100)]
    return {
        "detector": detector, "change": change.name, "days": len(delays),
        "same_slot_share": round(sum(delay == 1 for delay in delays) / len(delays), 3),
        "caught_share": round(sum(delay < NEVER for delay in delays) / len(delays), 3),
        "median_slots": _told(delays[len(delays) // 2]), "p95_slots": _told(late),
    }  # fmt: skip


def measured(*, quick: bool) -> dict[str, Any]:
    """Every detector on every change. Real days where they are at hand; quick ones are made up, and fewer."""
    source, counts = ("made up", made(22, 3)) if quick else ("bank_calls", bank_calls())
    played, rows = list(days(counts, WARM_UP)), []
    for name, detector in (("bascule", ours), ("plain poisson", plain)):
        for fall in (False, True):
            alarms = _alarms(detector, fall=fall)
            found = row(name, alarms, None, played) | {"looks_for": "drops" if fall else "surges"}
            rows.append(found | {"most": MOST_FALSE, "met": found["false_days"] <= MOST_FALSE})
            changes = [change for change in CHANGES if (change.times < 1) is fall]
            rows += [_judged(row(name, alarms, change, played), change) for change in changes]
    return {"source": source, "slot_seconds": 300, "quick": quick, "rows": rows}


def table(document: Mapping[str, Any]) -> Iterator[str]:
    """Line by line; a missed target is called so."""
    yield f"  arrivals: {document['source']}, slots of five minutes (1: within the same slot)"
    yield f"  {'detector':<15}{'change':<14}{'days':>6}{'caught':>8}{'same slot':>11}{'median':>8}{'p95':>6}"
    for one in document["rows"]:
        if one["change"] == "none":
            said = f"{one['false_days']} false of {one['days']} days, looking for {one['looks_for']}"
            yield f"  {one['detector']:<15}{said:<53}{_verdict(one)}"
            continue
        cells = f"{one['caught_share']:>8.1%}{one['same_slot_share']:>11.1%}"
        cells += f"{_or_never(one['median_slots']):>8}{_or_never(one['p95_slots']):>6}"
        yield f"  {one['detector']:<15}{one['change']:<14}{one['days']:>6}{cells}{_verdict(one)}"


def _alarms(detector: Callable[..., list[bool]], *, fall: bool) -> Alarms:
    return lambda day, seen: detector(day, seen, fall=fall)


def _delay(alarms: Alarms, change: Change, day: Sequence[Met], random: Random) -> int | None:
    """Slots from the onset to the alarm; None on a day that had one before its onset."""
    at = day[0].at.replace(hour=random.choice(HOURS), minute=random.randrange(0, 60, 5))
    onset = next((place for place, met in enumerate(day) if met.at >= at), 0)
    seen = [met.seen if n < onset else change.of(met.seen, n - onset) for n, met in enumerate(day)]
    found = alarms(day, seen)
    if any(found[:onset]):
        return None
    return found.index(True) - onset + 1 if any(found) else NEVER


def _judged(one: dict[str, Any], change: Change) -> dict[str, Any]:
    if change.most is None:
        return one
    return one | {
        "most": change.most,
        "met": one["median_slots"] is not None and one["median_slots"] <= change.most,
    }


def _tail(count: int, mean: float, *, fall: bool) -> float:
    """How likely so few (`fall`) or so many are, or fewer, or more."""
    if mean <= 0:
        return 1.0 if fall or not count else 0.0
    below = range(count + 1) if fall else range(count)
    share = sum(exp(n * log(mean) - mean - lgamma(n + 1)) for n in below)
    return share if fall else 1 - share


def _told(slots: float) -> float | None:
    return None if slots >= NEVER else slots


def _or_never(slots: float | None) -> str:
    return "never" if slots is None else f"{slots:g}"


def _verdict(one: Mapping[str, Any]) -> str:
    return f"  at most {one['most']:g}: {'met' if one['met'] else 'MISSED'}" if "met" in one else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 whatever the verdicts are, 2 without the data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="made-up days, for a check; not worth quoting")
    parser.add_argument("--json", action="store_true", help="the JSON object alone")
    offer_to_keep(parser)
    asked = parser.parse_args(arguments)
    try:
        document = measured(quick=asked.quick)
    except NoArrivals as missing:
        print(f"no real arrivals ({missing}): make bench-surge installs them", file=sys.stderr)
        return 2
    print(json.dumps(document, indent=2) if asked.json else "\n".join(table(document)))
    if asked.save:
        keep("surge", document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
