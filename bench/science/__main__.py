"""Formulas against simulated lines: python -m bench.science [--quick] [--only MODEL] [--json] [--save]; 1 is a miss."""

import argparse
import json
import os
import sys
from importlib.util import find_spec
from multiprocessing import Pool
from pathlib import Path

from bench.records import keep, offer_to_keep
from bench.science.cases import CASES, Case, expected
from bench.science.lines import Play
from bench.science.verdict import RUNS, Row, row, table

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-science" / "bin" / "python"
QUICK = 8
"""So many times fewer contacts."""
Job = tuple[int, int, int]


def _play(job: Job) -> dict[str, float]:
    number, seed, parts = job
    case = CASES[number]
    return Play(case, 1_000 * number + seed, case.contacts // parts).figures()


def measure(parts: int, only: str = "") -> list[Row]:
    """Every case (of one model) in RUNS independent runs, a `parts`-th of the contacts in each."""
    numbers = [number for number, case in enumerate(CASES) if only in ("", case.model)]
    jobs = [(number, seed, parts) for number in numbers for seed in range(RUNS)]
    with Pool() as pool:
        played = pool.map(_play, jobs, chunksize=1)
    runs = {number: played[at * RUNS : (at + 1) * RUNS] for at, number in enumerate(numbers)}
    return [one for number in numbers for one in _rows(CASES[number], runs[number])]


def _rows(case: Case, played: list[dict[str, float]]) -> list[Row]:
    return [
        row(case.model, case.name, figure, formula, [run[figure] for run in played], case.slack)
        for figure, formula in expected(case).items()
    ]


def main() -> int:
    """Measure and print; in the simulator's own environment where there is one."""
    parser = argparse.ArgumentParser(prog="bench.science", description="Formulas against simulated lines.")
    parser.add_argument("--quick", action="store_true", help="an eighth of the contacts: a check")
    parser.add_argument(
        "--only", default="", choices=sorted({case.model for case in CASES}), help="one model"
    )
    parser.add_argument("--json", action="store_true", help="the JSON object alone")
    offer_to_keep(parser)
    asked = parser.parse_args()
    if find_spec("simpy") is None and PYTHON.exists():
        os.execv(PYTHON, [str(PYTHON), "-m", "bench.science", *sys.argv[1:]])  # noqa: S606 - itself
    rows = measure(QUICK if asked.quick else 1, asked.only)
    document = {"quick": asked.quick, "rows": rows, "outside": sum(not each["inside"] for each in rows)}
    print(json.dumps(document) if asked.json else "\n".join(table(rows)))
    if asked.save:
        keep("science", document)
    return int(document["outside"] > 0)


if __name__ == "__main__":
    sys.exit(main())
