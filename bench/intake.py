"""What one accepted contact costs: python -m bench.intake [--quick] [--json] [--save]; see docs/performance.md."""

import argparse
import json
import os
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path

from app import app
from bench.accepting import accepting, counted, with_client
from bench.deciding import GROWING_PLANS, deciding
from bench.reading import reading
from bench.records import keep, offer_to_keep
from bench.report import Measured, table
from bench.starting import starting


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done: rounds in which all take turns, calls in a round, cold starts of each program."""

    rounds: int
    calls: int
    starts: int
    plans: tuple[int, ...]


FULL = Size(rounds=15, calls=300, starts=11, plans=GROWING_PLANS)
QUICK = Size(rounds=3, calls=30, starts=3, plans=GROWING_PLANS[:2])


def measure(size: Size) -> Measured:
    """One run. Log lines go where a write costs what it costs and nobody reads."""
    rounds, calls = size.rounds, size.calls
    with Path(os.devnull).open("w") as sink, redirect_stderr(sink):
        return Measured(
            accept=accepting(app, rounds=rounds, calls=calls),
            client=with_client(app, rounds=rounds, calls=calls // 2),
            counts=counted(app),
            decision=deciding(size.plans, rounds=rounds, calls=calls),
            parse=reading(rounds=rounds, calls=calls),
            starts=starting(rounds=size.starts),
        )


def main() -> None:
    """Measure, print, and keep the figures if asked to."""
    parser = argparse.ArgumentParser(prog="bench.intake", description="What one accepted contact costs.")
    parser.add_argument("--quick", action="store_true", help="few rounds: a check, no figures to quote")
    parser.add_argument("--json", action="store_true", help="the JSON object alone")
    offer_to_keep(parser)
    asked = parser.parse_args()
    found = measure(QUICK if asked.quick else FULL)
    if not asked.json:
        print(*table(found), sep="\n")
    print(json.dumps(found.document(), indent=None if asked.json else 2))
    if asked.save:
        keep("intake", found.document())


if __name__ == "__main__":
    main()
