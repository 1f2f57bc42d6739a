"""After a taking-over: walks through all rows, counts what was in doubt or sent twice, and wakes what would sleep on.

A little each minute. What the former home still had to tell may come over later: so the walk is made again once every
other region has heard of the new home, and then it is the last.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.outbox import Due, Row, RowState
from chalicelib.domain.regions.seat import HEARD, Reckoning, Seat, Stand
from chalicelib.domain.regions.works import repeated
from chalicelib.ports import Clock, Stale
from chalicelib.service.regions.seats import Seats
from chalicelib.service.regions.words import counted_note, counts
from chalicelib.service.stores import Stores

PAGE = 200
LONGEST = timedelta(seconds=5)
"""Of one minute's walk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoner:
    """The tick's verb at home."""

    stores: Stores
    seats: Seats
    clock: Clock

    def run(self, seat: Seat, now: datetime) -> Reckoning | None:
        """Go on walking; what was found where the walk ends now, else None. Raises Unavailable."""
        stands = self.stores.seats.read(self.seats.regions)
        own = stands.get(self.seats.region)
        if (
            not seat.epoch
            or seat.region != self.seats.region
            or own is None
            or not seat.serves(own.region, now)
        ):
            return None
        others = [stands.get(region) for region in self.seats.regions if region != own.region]
        begun = _begun(own.reckoning, seat, others, now)
        if begun is None:
            return None
        with suppress(Stale):  # somebody took over meanwhile: the next minute looks again
            own = self._stored(own, self._walked(begun, seat, now))
            found = own.reckoning
            if found.done is not None:
                self._tell(found, found.done, now)
                self._stored(own, replace(found, told=True))
                return found
        return None

    def _stored(self, own: Stand, found: Reckoning) -> Stand:
        after = replace(own, version=own.version + 1, reckoning=found)
        self.stores.seats.write(after)
        return after

    def _walked(self, found: Reckoning, seat: Seat, now: datetime) -> Reckoning:
        if found.done is not None:  # walked to its end, but perhaps told to nobody
            return found
        began = self.clock.now()
        while True:
            rows, cursor = self._page(found.cursor)
            found = replace(self._counted(found, rows, seat, now), cursor=cursor)
            if not cursor:
                return replace(found, done=now)
            if self.clock.now() - began > LONGEST:
                return found

    def _page(self, cursor: str) -> tuple[Sequence[Row], str]:
        try:
            return self.stores.contacts.page(PAGE, cursor)
        except ValueError:  # the row that the place was named by is gone
            return self.stores.contacts.page(PAGE)

    def _counted(self, found: Reckoning, rows: Sequence[Row], seat: Seat, now: datetime) -> Reckoning:
        return replace(
            found,
            rows=found.rows + len(rows),
            in_doubt=found.in_doubt + sum(row.work.in_doubt for row in rows),
            repeated=found.repeated + sum(repeated(row.works, seat.term) for row in rows),
            mended=found.mended + sum(self._mended(row, now) for row in rows if _asleep(row)),
        )

    def _mended(self, row: Row, now: datetime) -> bool:
        """Of two regions' words on when a row is due one was overwritten: such a row would wait for ever."""
        try:
            self.stores.contacts.save(row.key, replace(row.work, version=row.work.version + 1), Due.SET, now)
        except Stale:  # somebody works on it
            return False
        return True

    def _tell(self, found: Reckoning, done: datetime, now: datetime) -> None:
        """Whoever tells it again tells the same: the ledger takes it once, and the event bears the same id."""
        region = self.seats.region
        entry = {
            "id": f"{found.epoch}@{region} {'last' if found.last else 'first'}",
            "what": "taking-over counted", "region": region,
            **{name: str(value) for name, value in counts(found).items()},
        }  # fmt: skip
        self.stores.ledger.append_once("operations", entry, done, written=now)
        self.stores.queues.put(counted_note(region, found, done))


def _begun(known: Reckoning, seat: Seat, others: Sequence[Stand | None], now: datetime) -> Reckoning | None:
    """The walk to go on with, or to tell of; None when there is nothing left to find."""
    heard = all(other is not None and _heard(other, seat, now) for other in others)
    if known.epoch == seat.epoch and known.began is not None and not known.told:
        return known
    if known.epoch != seat.epoch or (heard and not known.last):
        mended = known.mended if known.epoch == seat.epoch else 0
        return Reckoning(epoch=seat.epoch, began=now, last=heard, mended=mended)
    return None


def _heard(other: Stand, seat: Seat, now: datetime) -> bool:
    return other.known >= seat.epoch and other.known_at is not None and now - other.known_at >= HEARD


def _asleep(row: Row) -> bool:
    final = row.work.state.final or row.work.state is RowState.SENT
    return not final and row.due_at is None and row.erased_at is None
