"""Verifies a ledger against its anchors: ``python -m infra.audit --stage prod`` or ``--export FILE --key FILE``.

It says 0 when all is whole, 1 when something is broken, 2 for a wrong call, 3 when something could not be read.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.domain.audit.rows import Checked
from chalicelib.domain.audit.rsa import NoKey, PublicKey, read_key
from chalicelib.domain.audit.verify import Verification
from chalicelib.ports import PortError
from infra.audit_book import DiskBook
from infra.audit_export import Export, NoExport
from infra.audit_run import Span, verified

WHOLE, BROKEN, UNREAD = 0, 1, 3
Json = dict[str, Any]


def of_export(asked: argparse.Namespace, keys: list[PublicKey]) -> int:
    """Verify a file or a folder, without AWS."""
    export = Export(path=asked.export)
    stage, now = export.stage()
    checking = Verification(
        stage=stage, keys=keys, book=DiskBook(), wanted=_span(asked).__contains__, now=now,
        touched=export.touched(), every=asked.every, told=_progress(asked),
    )  # fmt: skip
    return _told(verified(checking, export.anchors(), export.rows(), sys.stdout), asked)


def of_stage(asked: argparse.Namespace, keys: list[PublicKey]) -> int:
    """Verify a deployed stage, and save what was read if that is asked for."""
    from infra.audit_stage import checked_stage  # noqa: PLC0415 - without AWS where an export is verified

    return _told(checked_stage(asked, keys, _span(asked), _progress(asked)), asked)


def main(arguments: list[str] | None = None) -> int:
    """Verify, and say what was looked at."""
    asked = _parser().parse_args(arguments)
    try:
        keys = [read_key(path.read_bytes()) for path in asked.key]
        return of_export(asked, keys) if asked.export else of_stage(asked, keys)
    except (PortError, NoExport, NoKey, OSError, UnicodeDecodeError) as unread:
        print(f"could not be read: {unread}", file=sys.stderr)
        return UNREAD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.audit", description="Verify a ledger by its anchors."
    )
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--stage", help="a deployed stage, read with your own credentials")
    whose.add_argument("--export", type=Path, help="a file or folder of JSON lines, as --save wrote it")
    parser.add_argument("--region", default="eu-west-3")
    parser.add_argument(
        "--key",
        type=Path,
        action="append",
        default=[],
        help="public key to trust, DER or PEM, instead of AWS's word",
    )
    parser.add_argument("--from", type=_hour, dest="since", help="first hour, as 2026-11-21T20 (UTC)")
    parser.add_argument("--to", type=_hour, dest="until", help="the hour to stop before")
    parser.add_argument(
        "--save", type=Path, help="write what is read into this file, to be verified elsewhere"
    )
    parser.add_argument("--save-key", type=Path, help="write the stage's public key into this file and stop")
    parser.add_argument("--every", type=int, default=100_000, help="rows between two lines of progress")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    return parser


def _hour(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H").replace(tzinfo=UTC)


def _span(asked: argparse.Namespace) -> Span:
    return Span(since=asked.since, until=asked.until)


def _progress(asked: argparse.Namespace) -> Callable[[Checked], None]:
    def told(done: Checked) -> None:
        if not asked.quiet:
            print(f"{done.rows} rows of {done.chains} chains", file=sys.stderr, flush=True)

    return told


def _told(summary: Json, asked: argparse.Namespace) -> int:
    faults = summary["faults"]
    if not asked.quiet:
        print(json.dumps(summary), file=sys.stderr)
    print("whole" if not faults else f"broken: {faults}")
    return WHOLE if not faults else BROKEN


if __name__ == "__main__":
    sys.exit(main())
