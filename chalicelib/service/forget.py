"""Forgets persons: one row at once, a row that came too late for its person's erasure, and what is kept too long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.model import Direction, path_id
from chalicelib.domain.outbox import Row
from chalicelib.domain.people.erasure import busy, erased, forgotten, outlived
from chalicelib.domain.plan import Plan
from chalicelib.ports import ContactStore, Missing, PeopleStore, PortError, Stale, Unavailable
from chalicelib.service.situation import SituationReader
from chalicelib.service.stores import Stores

LATE = timedelta(seconds=10)
"""A row that is handed over sooner after it came is not looked up: the sweep finds the one in a million."""
A_MINUTE = 100
"""Rows that one run of the sweep looks at."""
_TRIES = 3


@dataclass(slots=True, kw_only=True)
class Erasure:
    """The deliver function's look at who was erased while a row waited, was held elsewhere, or lay in a backup."""

    people: PeopleStore
    contacts: ContactStore
    situations: SituationReader

    def overtook(self, row: Row, now: datetime) -> bool:
        """True when nothing may be sent for a row, because its person was erased after it came.

        While the people table does not answer, rows go their way: nobody is turned away for it.
        """
        if row.erased_at is not None:
            return True
        if not row.party or now - row.accepted_at < LATE:
            return False
        try:
            at = self.people.erased([row.party]).get(row.party)
        except Unavailable:
            return False
        return forgotten(row, at) and forget(self.contacts, self.situations.read(now).plan, row, now)


def forget(contacts: ContactStore, plan: Plan, row: Row, now: datetime) -> bool:
    """Take a row's person out of it; False while it is being sent, or keeps changing: ask again.

    The work first, then the row: until that is done, the row is found by its person.
    """
    for _ in range(_TRIES):
        if row.erased_at is not None:
            return True
        if busy(row, now):
            return False
        gone = erased(row, now)
        try:
            contacts.save(row.key, gone.work)
        except Stale:
            try:
                row = contacts.get(row.key)
            except Missing:
                return True
            continue
        contacts.erase(gone, sends_of(row, plan))
        return True
    return False


def sends_of(row: Row, plan: Plan) -> Iterable[tuple[str, datetime]]:
    """The paths and times of a row's sends, as far as the plan still has their channels."""
    for attempt in row.work.attempts:
        desk = plan.desks.get(attempt.desk)
        channel = plan.channels.get(desk.channel if desk else row.channel)
        if channel is not None:
            yield path_id(channel.id, Direction.OUT, channel.market), attempt.at


def sweep(stores: Stores, plan: Plan, now: datetime) -> int:
    """Look at the next rows of all: forget those kept too long, and those whose person was erased; how many.

    Bounded, and its place is remembered: in time it has seen every row, whatever expiry the table does by itself.
    """
    done = 0
    try:
        rows, following = _page(stores)
        dead = stores.people.erased({row.party for row in rows if row.party})
        for row in rows:
            if outlived(row, plan.retention_days, now) or forgotten(row, dead.get(row.party)):
                done += forget(stores.contacts, plan, row, now)
        stores.people.keep_mark(following)
    except PortError:  # the next minute goes on from the same place
        return done
    return done


def _page(stores: Stores) -> tuple[Iterable[Row], str]:
    try:
        return stores.contacts.page(A_MINUTE, stores.people.mark())
    except ValueError:  # the row that the place was named by is gone
        return stores.contacts.page(A_MINUTE)
