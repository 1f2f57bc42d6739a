"""How soon trouble is seen, and what it costs: python -m bench.detection [--quick] [--json] [--trace FILE] [--save]."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import process_time

from bench.detection_report import judged, table
from bench.false_alarms import Noise, counted, delays
from bench.faults import NOISE, Fault, contacts, made, real, recorded
from bench.our_detector import Bascule
from bench.peer_breakers import peers
from bench.peer_detectors import Breaker, Peer, VirtualClock
from bench.probes_only import false_incidents, probes_only
from bench.records import keep, offer_to_keep
from bench.replay import Detector, replay, row
from chalicelib.domain.health import Rules

ROOT = Path(__file__).parents[1]
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
PEERS = (
    "pybreaker",
    "circuitbreaker",
    "purgatory",
    "fluxgate",
    "fluxgate-tuned",
    "resilient-circuit",
    "litellm",
)
MOST_DELAY = 1.5
RATES = (2.0, 2 / 60)
LOW = (2 / 60,)
LONG = ("blips", "noise")
SHORT = ("outage", "brown-out", "slow", "silent-50", "silent-11", "flapping")
Make = Callable[[Fault, int], Detector]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done: seeds (for ours, peers, day-long courses, real traces), days of traces, path-days of quiet."""

    seeds: int
    peer_seeds: int
    long_seeds: int
    trace_seeds: int
    trace_days: float
    path_days: int
    probe_seeds: int
    probe_days: int
    quick: bool


FULL = Size(
    seeds=11, peer_seeds=11, long_seeds=11, trace_seeds=11, trace_days=60,
    path_days=3_000, probe_seeds=200, probe_days=30, quick=False,
)  # fmt: skip
QUICK = Size(
    seeds=11, peer_seeds=2, long_seeds=1, trace_seeds=2, trace_days=60,
    path_days=40, probe_seeds=10, probe_days=1, quick=True,
)  # fmt: skip


def makers(clock: VirtualClock) -> dict[str, Make]:
    """Every detector there is, ours first."""
    found: dict[str, Make] = {
        "bascule": lambda fault, seed: Bascule(fault=fault, seed=seed),
        "bascule+canary": lambda fault, seed: Bascule(fault=fault, seed=seed, canary=True),
    }
    return found | {name: _peer(name, breaker, clock) for name, breaker in peers(clock).items()}


def _peer(name: str, breaker: Callable[[], Breaker], clock: VirtualClock) -> Make:
    return lambda _fault, _seed: Peer(name=name, breaker=breaker(), clock=clock)


def _seeds(fault: Fault, detector: str, size: Size) -> int:
    if fault.name in LONG:
        return size.long_seeds
    if fault.name not in SHORT:
        return size.trace_seeds
    return size.seeds if detector.startswith("bascule") else size.peer_seeds


def rows(
    faults: tuple[Fault, ...], rates: tuple[float, ...], size: Size, known: Mapping[str, Make]
) -> list[dict[str, object]]:
    """Every detector over every course of events; all meet the same contacts."""
    costs = {name: _microseconds(make) for name, make in known.items()}
    found = []
    for rate in rates:
        for fault in faults:
            most = max(_seeds(fault, name, size) for name in known)
            traces = [tuple(contacts(fault, rate, seed)) for seed in range(most)]
            for name, make in known.items():
                seeds = range(_seeds(fault, name, size))
                runs = [replay(make(fault, seed), fault, traces[seed]) for seed in seeds]
                found.append(row(name, fault.name, rate, runs, costs[name]))
    return found


def measure(size: Size, trace: Path | None = None) -> dict[str, object]:
    """One run: the rows, and what of the targets was met."""
    known = makers(VirtualClock().installed())
    missing = ", ".join(name for name in PEERS if name not in known)
    if trace is not None:
        replayed = rows((recorded(trace, size.trace_days),), LOW, size, known)
        empty: dict[str, object] = dict.fromkeys(("targets", "probes_only", "false_alarms", "delays"), ())
        return {"rows": replayed, **empty, "missing": missing}
    measured = rows(made(quick=size.quick), RATES, size, known)
    measured += rows(real(size.trace_days), LOW, size, known)
    return {
        "rows": measured,
        "targets": judged(measured),
        "probes_only": [*probes_only(size.probe_seeds), false_incidents(10, size.probe_days)],
        "false_alarms": list(_alarms(size.path_days)),
        "delays": list(_delays()),
        "missing": missing,
    }


def _alarms(days: int) -> Iterator[dict[str, object]]:
    for share in (NOISE, 0.03, 0.08):
        for shape in ("steady", "bursty", "diurnal"):
            found = counted(
                Noise(share=share, shape=shape), days, calibrate=(share, shape) != (NOISE, "steady")
            )
            yield {**found, "most": 0, "met": found["false_switches"] == 0}


def _delays() -> Iterator[dict[str, object]]:
    for each in delays(Rules(), NOISE, (1.0, 0.4, 0.2), 2_000):
        yield {**each, "most": MOST_DELAY, "met": each["ratio"] <= MOST_DELAY}


def _microseconds(make: Make) -> float:
    """CPU for one contact that is admitted, answered and learned from, in a quiet hour at the bench's noise."""
    quiet = Fault(name="noise", spans=(), stretches=((0.0, 1_800.0),))
    trace = tuple(contacts(quiet, 2.0, 0))
    found = []
    for seed in range(3):
        detector = make(quiet, seed)
        began = process_time()
        replay(detector, quiet, trace)
        found.append((process_time() - began) / len(trace) * 1e6)
    return min(found)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench.detection", description="How soon trouble is seen, and its price."
    )
    parser.add_argument("--quick", action="store_true", help="shorter days, fewer of them: a check")
    parser.add_argument("--json", action="store_true", help="the JSON object alone")
    parser.add_argument(
        "--trace", type=Path, help="replay this file of the Cloud Uptime Archive's format instead"
    )
    offer_to_keep(parser)
    parser.add_argument("--alone", action="store_true", help="our own detector only")
    return parser.parse_args()


def main() -> None:
    """Measure, print, and keep the figures if asked to; in the peers' own environment where there is one."""
    asked = _asked()
    if not asked.alone and find_spec("pybreaker") is None and PEERS_PYTHON.exists():
        os.execv(PEERS_PYTHON, [str(PEERS_PYTHON), "-m", "bench.detection", *sys.argv[1:]])  # noqa: S606 - itself
    found = measure(QUICK if asked.quick else FULL, asked.trace)
    print(json.dumps(found) if asked.json else "\n".join(table(found)))
    if asked.save:
        keep("detection", found)


if __name__ == "__main__":
    main()
