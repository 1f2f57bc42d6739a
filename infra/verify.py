"""Checks a loss report by itself, without Bascule: ``python -m infra.verify report.json``."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from chalicelib.domain.proof.report_seal import faults_of


def checked(text: str) -> list[str]:
    """Everything in the report that does not hold together; empty: it is as it was sealed."""
    try:
        report: dict[str, Any] = json.loads(text)
        return faults_of(report)
    except (KeyError, TypeError, ValueError, AttributeError) as unreadable:
        return [f"this is no loss report: {type(unreadable).__name__}"]


def main(arguments: list[str] | None = None) -> int:
    """Print what is wrong with a report; 0 when nothing is, 1 when something is, 2 when it cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m infra.verify", description="Check a loss report.")
    parser.add_argument("report", type=Path, help="the JSON as /v1/evidence gave it")
    asked = parser.parse_args(arguments)
    try:
        text = asked.report.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        print(f"{asked.report}: {unreadable}", file=sys.stderr)
        return 2
    faults = checked(text)
    for fault in faults:
        print(fault)
    if not faults:
        print(f"whole: {json.loads(text)['digest']}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
