"""Where a benchmark's figures are kept: bench/results/, a file for each day."""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def offer_to_keep(parser: argparse.ArgumentParser) -> None:
    """Give a benchmark's command line its `--save`."""
    parser.add_argument(
        "--save", action="store_true", help="keep the JSON object with its date in bench/results/"
    )


def keep(name: str, document: Mapping[str, Any], folder: Path = RESULTS) -> Path:
    """Write the object as `<name>-<today>.json` in place of an earlier one of today; says where on stderr."""
    kept = folder / f"{name}-{datetime.now(UTC):%Y-%m-%d}.json"
    kept.write_text(json.dumps(document, indent=2) + "\n")
    print(f"kept in {folder.parent.name}/{folder.name}/{kept.name}", file=sys.stderr)
    return kept
