"""What functions do in a region that is not home: nothing is sent, and what only home may take in waits."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.domain.upgrade.times import millis
from chalicelib.handlers.log import line, measured
from chalicelib.ports import Note, Unavailable

if TYPE_CHECKING:
    from chalicelib.domain.regions.seat import Seat
    from chalicelib.handlers.asked import Asked
    from chalicelib.wiring import Wired

Json = dict[str, Any]
ANYWHERE = frozenset(
    {
        ("POST", "/v1/regions/takeover"), ("POST", "/v1/plan/check"), ("POST", "/v1/plan/diff"),
        ("POST", "/v1/decisions"), ("POST", "/v1/decisions/batch"), ("POST", "/v1/maintenance/check"),
        ("POST", "/v1/audit/verify"), ("POST", "/v1/evidence/{path}/verify"),
    }
)  # fmt: skip
"""What changes nothing, and the one change that is made elsewhere than at home."""
AGAIN = 60
"""Seconds until what waits for home is looked at again."""


def away(wired: "Wired") -> str:
    """Where home is, for a log line; "" where this is home, or where there is but one region."""
    return "" if wired.seats is None or wired.seats.serving() else f"home is {wired.seats.now().region}"


def require_home(wired: "Wired", asked: "Asked") -> None:
    """Raises NotHome for a change that is asked for in another region than home: one of two would be overwritten."""
    if wired.seats is None or asked.method == "GET" or (asked.method, asked.route) in ANYWHERE:
        return
    home = wired.seats.now().region
    if home != wired.seats.region:
        from chalicelib.service.operate.refusals import NotHome

        raise NotHome(home)


def put_back(wired: "Wired", body: str) -> str:
    """Receipts and desks' words wait in their queue, as new messages, until this region is home; "" where it is.

    Raises Unavailable.
    """
    elsewhere = away(wired)
    if elsewhere:
        wired.stores.queues.put(Note(queue="evidence", body=body, delay=AGAIN))
    return elsewhere


def standing_by(wired: "Wired", event: Json, notes: Sequence[str] | None) -> Json | None:
    """Say that this region lives; what was done instead of a tick where it is not home. `notes` are those of a ring.

    The age of home's snapshot is told here, too: where it grows, home is lost, or its writes do not come over.
    """
    seat = _seat(wired, notes)
    if seat is None or wired.seats is None or seat.region == wired.seats.region:
        return None
    told = {"home": seat.region, "epoch": seat.epoch}
    metrics: Mapping[str, object] = {}
    if notes is None:
        from chalicelib.domain.detection.lateness import late_seconds
        from chalicelib.handlers.ticking import last_snapshot

        now = wired.clock.now()
        late = {"SchedulerLateness": late_seconds(event.get("time"), now)}
        metrics = measured({**late, **last_snapshot(wired, now)}, millis(now))
    line("standing by", **told, **metrics)
    return told


def keep_reckoned(wired: "Wired", notes: Sequence[str] | None) -> None:
    """Count, a little each minute, what taking over did twice, beside the tick: neither hinders the other."""
    if wired.seats is None or notes is not None:
        return
    from chalicelib.service.regions.reckoning import Reckoner

    now = wired.clock.now()
    try:
        reckoner = Reckoner(stores=wired.stores, seats=wired.seats, clock=wired.clock)
        found = reckoner.run(wired.seats.now(), now)
    except Unavailable as down:
        line("taking-over not counted", because=str(down))
        return
    if found is not None:
        told = {"InDoubt": found.in_doubt, "Repeated": found.repeated}
        fields = {"epoch": found.epoch, "rows": found.rows, "mended": found.mended, "last": found.last}
        line("taking-over counted", **fields, **measured(told, millis(now)))


def _seat(wired: "Wired", notes: Sequence[str] | None) -> "Seat | None":
    if wired.seats is None:
        return None
    from chalicelib.service.regions.beat import beat, standing_seat

    try:
        if notes is None:
            return beat(wired.stores, wired.seats, wired.clock.now())
        return standing_seat(wired.stores, wired.seats)
    except Unavailable:  # what was known last must do: home goes on serving while its own table is away
        return wired.seats.now()
