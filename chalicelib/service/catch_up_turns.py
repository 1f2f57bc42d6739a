"""When a catch-up begins, and how far back: after a way in returns, from the last contact before it went."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.domain.detection.arrival_paths import counted_on
from chalicelib.domain.detection.traffic import SLOT
from chalicelib.domain.model import Direction, path_id
from chalicelib.domain.plan import ChannelPlan, Plan
from chalicelib.domain.proof.chain import Entry
from chalicelib.domain.telling.told_flip import told_flip
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Ledger, Note, Queues, TrafficStore
from chalicelib.service.flips import STREAM as FLIPS

BACK = frozenset({"trial", "closed"})
LOOKED_BACK = timedelta(hours=24)
"""So far back a departure is looked for, and no further back is a list asked for of our own accord."""
BEFORE = timedelta(minutes=30)
"""Trouble begins before it is seen, and a partial one lets some contacts through: at least so much earlier."""
SETTLING = timedelta(minutes=2)
"""What a provider takes in may be in its list only so much later."""
UNASKED = timedelta(hours=1)
"""Without a known departure."""


def stream_of(channel: str) -> str:
    """The ledger's stream of a channel's catch-ups."""
    return f"catch-up/{channel}"


def wanted(channel: str, now: datetime, after: str, since: datetime | None = None) -> Note:
    """The message that begins a catch-up up to now. `after` is the state that the way in came back to."""
    begun = {"since": millis(since)} if since else {}
    return Note(
        queue="probes", body=json.dumps({"catch_up": channel, "at": millis(now), "after": after, **begun})
    )


def begin(queues: Queues, plan: Plan, notes: Sequence[str]) -> None:
    """A catch-up for each way in that comes back, or is tried again, by these flips. Raises Unavailable."""
    for note in notes:
        channel, after, at = _returned(note)
        if channel in plan.channels:
            queues.put(wanted(channel, at, after))


def _returned(note: str) -> tuple[str, str, datetime]:
    """The channel whose way in came back by this flip, its state, and when; channel "" for any other message.

    What was before does not matter: a flip whose finder died is told without it.
    """
    try:
        found = json.loads(note)
        channel, direction, _ = found["path"].split("#", 2)
        after, at = found["after"], moment(found["at"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return "", "", moment(0)
    return (channel if direction == Direction.IN and after in BACK else ""), after, at


def first_asked(
    ledger: Ledger, traffic: TrafficStore, plan: Plan, channel: ChannelPlan, at: datetime, *, whole: bool
) -> datetime:
    """From when on the list is asked: the last contact before the departure, half an hour before it at the latest.

    A trial (`whole` False) asks no further back than the last catch-up that came to its end.
    """
    opened = _latest(ledger, FLIPS, at, lambda entry: _departure(entry, channel))
    if opened is None:
        return at - UNASKED
    since = max(min(opened.at - BEFORE, _last_contact(traffic, plan, channel, opened.at)), at - LOOKED_BACK)
    if whole:
        return since
    before = _latest(ledger, stream_of(channel.id), at, lambda entry: entry.entry.get("came") == "whole")
    return max(since, moment(int(before.entry["until"])) - SETTLING) if before else since


def _departure(entry: Entry, channel: ChannelPlan) -> bool:
    flip = told_flip(entry.entry, entry.at)
    if flip is None or not flip.path.startswith(f"{channel.id}#{Direction.IN.value}#"):
        return False
    return flip.after == "open" and flip.before in ("closed", "")


def _latest(ledger: Ledger, stream: str, at: datetime, fits: Callable[[Entry], bool]) -> Entry | None:
    """The last entry of a stream before a moment, hour by hour: mostly it is in the first."""
    found = (entry for hour in _hours(at) for entry in reversed(ledger.entries(stream, hour)))
    return next((entry for entry in found if entry.at <= at and fits(entry)), None)


def _hours(at: datetime) -> Iterator[datetime]:
    return (at - timedelta(hours=number) for number in range(int(LOOKED_BACK / timedelta(hours=1)) + 1))


def _last_contact(traffic: TrafficStore, plan: Plan, channel: ChannelPlan, opened: datetime) -> datetime:
    """The beginning of the last five minutes before the departure in which anybody came; that moment if unknown."""
    paths = {counted_on(plan, channel, channel.market), path_id(channel.id, Direction.IN, channel.market)}
    last = int(opened.timestamp()) // SLOT
    slots = [
        slot
        for known in traffic.read(paths).values()
        for slot, n in known.counts.items()
        if n and slot <= last
    ]
    return datetime.fromtimestamp(max(slots) * SLOT, UTC) if slots else opened
