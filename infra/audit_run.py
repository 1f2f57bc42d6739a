"""One verification as a command runs it: the hours asked for, faults printed as they are found, what was read saved."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TextIO

from chalicelib.domain.audit.rows import Row
from chalicelib.domain.audit.verify import Verification
from chalicelib.domain.proof.chain import hour_of_chain
from infra.audit_export import anchor_line, entry_line, touched_line

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The hours that are looked at: from one on, up to another."""

    since: datetime | None = None
    until: datetime | None = None

    def __contains__(self, chain: object) -> bool:
        """True for a chain of these hours."""
        hour = hour_of_chain(str(chain))
        if hour is None:
            return self.since is None and self.until is None
        return (self.since is None or hour >= self.since) and (self.until is None or hour < self.until)


def verified(
    verification: Verification, anchors: Iterable[tuple[int, str]], rows: Iterable[Row], out: TextIO
) -> Json:
    """Print each fault as it is found; what was looked at, and `faults`, their number."""
    faults = 0
    for fault in verification.faults(anchors, rows):
        faults += 1
        print(fault.words, file=out, flush=True)
    trail = verification.trail
    return {
        **asdict(verification.done),
        "anchors": trail.anchors,
        "anchored_until": trail.last.isoformat() if trail.last else None,
        "faults": faults,
    }


def saving(file: TextIO | None, kind: str, found: Iterable[Any]) -> Iterator[Any]:
    """The same, each written down as it passes."""
    write = anchor_line if kind == "anchors" else entry_line
    for one in found:
        if file is not None:
            print(write(*one), file=file)
        yield one


def save_touched(file: TextIO | None, touched: Iterable[str]) -> None:
    """The chains that were added to since the last anchor."""
    for name in sorted(touched):
        if file is not None:
            print(touched_line(name), file=file)
