"""A batch from one of our queues: each record by itself, and what failed for good laid aside with its reason."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from traceback import extract_tb
from typing import Any
from zlib import crc32

from chalicelib import wiring
from chalicelib.channels import ChannelError
from chalicelib.domain.model import LANES
from chalicelib.handlers.ahead import answered, attributes_of
from chalicelib.handlers.log import line
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.ports import RECEIPTS, Missing, Note, PortError, Stale, Unavailable
from chalicelib.service.situation import NoSituation

Json = dict[str, Any]
Record = Mapping[str, Any]
LONGEST_REASON = 200
TOLD = (PortError, ChannelError, NoSituation, NotSent, MaybeSent)
"""Errors whose words are ours, and hold nobody's data."""
POISON = (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What Python raises at a record that nobody foresaw: it must not take its neighbours along."""
EARLY = (Missing, Stale)
"""What a record meets that came before our own word of what it speaks of."""
BACK_AFTER = (2, 15)
"""Seconds after which such a record comes again, the first and the second time; then after its queue's own time."""
RUNG_AFTER, SPREAD = 3, 5
"""Seconds for a bell whose store did not answer, longer than the client then rests; and how many are drawn by its id.

Once only: an outage of minutes must not use up the receipts after which somebody has to look.
"""


def each(event: Json, name: str, handle: Callable[[str], str], more: Json | None = None) -> Json:
    """Handle every record by itself, those that never failed first. Those that fail come back alone.

    What `handle` puts into `more` goes into that record's line.

    What fails for the last time goes to the dead-letter queue from here, with its reason, which SQS would not keep.
    """
    failures, beside = [], {} if more is None else more
    for record in sorted(event["Records"], key=receives):
        try:
            came = answered(record, name, handle)
        except (*TOLD, *POISON) as failed:
            came = f"failed: {reason_of(failed)}"
            if not buried(record, reason_of(failed)):
                failures.append({"itemIdentifier": record["messageId"]})
                hand_back(record, failed)
        line(name, came=came, **beside)
        beside.clear()
    return {"batchItemFailures": failures}


def whole(event: Json, run: Callable[[], Json]) -> Json:
    """Do what all records of an event ask for together. When it fails, those on their last receipt are laid aside.

    Raises what `run` raises where there are none.
    """
    records = event.get("Records", ())
    try:
        return run()
    except (*TOLD, *POISON) as failed:
        aside = [record["messageId"] for record in records if buried(record, reason_of(failed))]
        if not aside:
            raise
        line("laid aside", came=f"failed: {reason_of(failed)}", count=len(aside))
        left = [record["messageId"] for record in records if record["messageId"] not in aside]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in left]}


def hand_back(record: Record, failed: BaseException) -> None:
    """Have what is wanted soon come again soon: hidden for minutes, a receipt would count as missing meanwhile."""
    queue, before = _queue_of(record), receives(record)
    after = _soon(record, queue, failed)
    if queue and before <= len(after):
        handle = str(record.get("receiptHandle", ""))
        wiring.current().stores.queues.back(queue, handle, after[before - 1])


def _soon(record: Record, queue: str, failed: BaseException) -> Sequence[int]:
    if isinstance(failed, EARLY):
        return BACK_AFTER
    if queue in LANES and isinstance(failed, Unavailable):
        return (RUNG_AFTER + crc32(record["messageId"].encode()) % SPREAD,)
    return ()


def receives(record: Record) -> int:
    """How often the queue has handed this record out, this time included."""
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))


def reason_of(failed: BaseException) -> str:
    """Why it failed, in a line. Words that are not ours could be somebody's, so of such an error only its place."""
    name = type(failed).__name__
    if isinstance(failed, TOLD):
        return f"{name}: {failed}"[:LONGEST_REASON]
    frames = [frame for frame in extract_tb(failed.__traceback__) if "chalicelib" in frame.filename]
    place = f" at {Path(frames[-1].filename).stem}:{frames[-1].lineno}" if frames else ""
    return f"{name}{place}"[:LONGEST_REASON]


def buried(record: Record, reason: str) -> bool:
    """Lay a record aside whose last receipt this is; False while it has others, or when its dead-letter queue is deaf.

    Then SQS moves it by itself, without a reason.
    """
    queue = _queue_of(record)
    if receives(record) < RECEIPTS or not queue:
        return False
    told = {
        "reason": reason.encode("ascii", "replace").decode(),
        "origin": record["messageId"],
        "since": str(record["attributes"].get("SentTimestamp", "")),
        "receives": str(receives(record)),
    }
    note = Note(queue=f"{queue}_dead", body=record["body"], attributes={**attributes_of(record), **told})
    try:
        wiring.current().stores.queues.put(note)
    except Unavailable:
        return False
    return True


def _queue_of(record: Record) -> str:
    """Our own short name of the queue that a record comes from; "" for one that we do not know."""
    physical = str(record.get("eventSourceARN", "")).rpartition(":")[2]
    known = wiring.current().settings.queues
    return next((name for name, url in known.items() if physical and url.rpartition("/")[2] == physical), "")
