"""What verifying a ledger costs beside SHA-256 of the same bytes, its floor: ``python -m bench.audit [ROWS]``."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import process_time

from chalicelib.domain.audit.anchor import Head
from chalicelib.domain.audit.rows import Row, Rows
from chalicelib.domain.audit.trail import PlainBook, Trail
from chalicelib.domain.proof.chain import Entry, chain_of, chained
from infra.audit_export import entry_line, entry_of

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
ROWS, IN_A_CHAIN, BEST_OF = 50_000, 200, 3


def main() -> int:
    """Print microseconds of CPU a row: the floor, the check itself, and the check with its reading of JSON lines."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    rows = list(_ledger(wanted))
    lines = [entry_line(name, entry) for name, entry in rows]
    raw = [line.encode() for line in lines]
    floor = _best(lambda: [sha256(line).digest() for line in raw]) / wanted
    checked = _best(lambda: _checked(rows, iter(rows))) / wanted
    whole = _best(lambda: _checked(rows, _read(lines))) / wanted
    found = {"sha256": floor, "checked": checked, "read_and_checked": whole}
    told = {name: round(seconds * 1e6, 2) for name, seconds in found.items()}
    print(
        json.dumps(
            {**told, "ratio": round(checked / floor, 1), "ratio_with_reading": round(whole / floor, 1)}
        )
    )
    return 0


def _ledger(wanted: int) -> Iterator[Row]:
    last: Entry | None = None
    for number in range(wanted):
        now = BEGAN + timedelta(hours=number // IN_A_CHAIN)
        name = chain_of("operations", now)
        words = {"what": "give order", "who": "o1", "role": "operator", "order": f"o{number}"}
        last = chained(name, last if number % IN_A_CHAIN else None, words, now)
        yield name, last


def _checked(rows: list[Row], given: Iterator[Row]) -> None:
    book = PlainBook()
    for name, entry in rows[IN_A_CHAIN - 1 :: IN_A_CHAIN]:
        book.note(name, Head(seq=entry.seq, digest=entry.digest))
    trail = Trail(stage="bench", trusted=lambda _: True, book=book)
    faults = list(Rows(book=book, trail=trail).check(given))
    if faults:
        raise AssertionError(faults[0].words)


def _read(lines: list[str]) -> Iterator[Row]:
    for line in lines:
        found = json.loads(line)
        yield found["chain"], entry_of(found)


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(BEST_OF):
        began = process_time()
        work()
        times.append(process_time() - began)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
