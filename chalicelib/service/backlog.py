"""Puts rows into backlogs, and says who may still go past them: what every container of deliveries knows of lots."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.domain.backlog.block import purse_of, tokens_in
from chalicelib.domain.backlog.lot import REOPENED, Lot, desks_of, market_known, readable
from chalicelib.domain.decision import Reason, read_decision
from chalicelib.domain.model import ContactKind
from chalicelib.domain.outbox import LONGEST_DEFERRAL, Row, RowState, Work
from chalicelib.domain.plan import Desk, Plan
from chalicelib.ports import ContactStore, Queues, Unavailable
from chalicelib.service.backlog_turns import turn_notes
from chalicelib.service.registry import Registry, window_of
from chalicelib.service.rows import WORDS

PATIENCE = 2
"""Rounds that a row waits by delayed bells, for a burst or a hiccup, before it goes to the backlog of its route."""
RELEASED = LONGEST_DEFERRAL + timedelta(seconds=15)
"""How long after its bell that is taken for lost: a flip wakes the sweep for what is due by LONGEST_DEFERRAL."""
STILL_FRESH = timedelta(seconds=25)
"""How long a released row that finds its second taken asks for the next ones, before it waits in its lot again."""
LOOKED = timedelta(seconds=5)
"""How long a container goes by the list of open lots that it has read."""


@dataclass(slots=True)
class Backlogs:
    """One per container."""

    contacts: ContactStore
    queues: Queues
    registry: Registry
    _opened: dict[str, datetime] = field(default_factory=dict)
    _lots: Mapping[str, datetime] = field(default_factory=dict)
    _read_at: datetime | None = None

    def take(self, row: Row, work: Work, plan: Plan, now: datetime) -> bool:
        """Have a row wait in its lot, if that is where it belongs by now. Raises Stale and Unavailable.

        A row that somebody has just refused does not: it comes back after a while of its own.
        """
        lot = lot_for(row, work, plan)
        if row.work.tried or not (row.work.round >= PATIENCE or self._is_open(lot, now)):
            return False
        self._open(lot, now)
        self.contacts.park(row.key, work, lot.name, self.serve_by(row, plan, now))
        return True

    def behind(self, row: Row, work: Work, plan: Plan, now: datetime) -> bool:
        """The same for a row that waits for an earlier one of its person: only where others wait already."""
        return self._is_open(lot_for(row, work, plan), now) and self.take(row, work, plan, now)

    def may(self, row: Row, desk: Desk, plan: Plan, now: datetime) -> bool:
        """False when this second of the desk is promised to rows that wait, and this one has not waited yet."""
        rate = desk.capacity.rate
        if rate is None or row.lane == "urgent" or row.work.state is RowState.DEFERRED:
            return True
        if not any(desk.id in desks_of(plan, lot) for lot in self._known(now)):
            return True
        second = int(now.timestamp())
        most = tokens_in(rate, second)
        return most > 0 and self.contacts.lease(*_purse(desk.id, second, most)) > 0

    def serve_by(self, row: Row, plan: Plan, now: datetime) -> datetime:
        """The row's deadline, or the end of the time in which the person may still be written to, if that is sooner."""
        deadline = row.work.extended_to or row.deadline
        ends = deadline
        with suppress(Unavailable):
            window = window_of(self.registry, plan, row.channel)
            ends = (row.contact.sent_at or row.accepted_at) + window if window is not None else deadline
        return min(deadline, ends) if ends > now else deadline

    def _open(self, lot: Lot, now: datetime) -> None:
        """Say that the lot is open, at most once a minute; whoever opens it first has it looked at before the tick."""
        said = self._opened.get(lot.name)
        if said is not None and timedelta() <= now - said < REOPENED:
            return
        if self.contacts.open_lot(lot.name, now):
            with suppress(Unavailable):
                for note in turn_notes([lot], now):
                    self.queues.put(note)
        self._opened[lot.name] = now

    def _is_open(self, lot: Lot, now: datetime) -> bool:
        return any(other.route == lot.route for other in self._known(now))

    def _known(self, now: datetime) -> list[Lot]:
        if self._read_at is None or abs(now - self._read_at) >= LOOKED:
            self._read_at = now
            with suppress(Unavailable):
                self._lots = self.contacts.lots()
        return readable(self._lots)


def just_released(row: Row, now: datetime) -> bool:
    """True for a row that came out of a backlog less than half a minute ago, as its due time far ahead tells."""
    waits = row.work.state is RowState.DEFERRED and not row.lot and not row.work.tried
    return waits and row.due_at is not None and row.due_at - now > RELEASED - STILL_FRESH


def waits_in_turn(row: Row) -> bool:
    """True for a row whose turn comes by the backlog: a bell by the way is not for it."""
    return bool(row.lot) and row.work.state is RowState.DEFERRED


def lot_for(row: Row, work: Work, plan: Plan) -> Lot:
    """Where a row belongs."""
    if row.kind in WORDS:
        return Lot(channel=row.channel)
    market = market_known(plan, row.purpose, row.market)
    told = work.offered or row.kind is not ContactKind.CONTACT or not surplus(work)
    return Lot(purpose=row.purpose, market=market, medium=row.contact.medium.value, told=told)


def surplus(work: Work) -> bool:
    """True when some desk was only full: then nobody has been told anything, for it may be over in a moment."""
    with suppress(IndexError, ValueError):
        return any(reason is Reason.FULL for _, reason in read_decision(work.attempts[-1].decision).rejected)
    return False


def _purse(desk: str, second: int, most: int) -> tuple[str, int, int, int, int]:
    name, shard, block = purse_of(desk, second)
    return name, shard, 1, block, most
