"""The stores of a stage with several regions: only home claims and rings, and every save says in which term it is."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from chalicelib.domain.outbox import Due, Row, RowState, Work
from chalicelib.domain.people.erasure import scrubbed
from chalicelib.domain.regions.seat import order_of, region_of
from chalicelib.domain.regions.works import joined, resumed, whole
from chalicelib.ports import ContactStore, Queues, Ring, Stale
from chalicelib.service.regions.seats import Seats


class Behind:
    """What stands behind is asked for all that is not said otherwise."""

    def __init__(self, inner: Any, seats: Seats) -> None:
        self._inner, self._seats = inner, seats

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class SeatedStores(Behind):
    """Stores whose rows and bells know where home is."""

    @cached_property
    def contacts(self) -> ContactStore:
        """Rows."""
        return cast(ContactStore, SeatedContacts(self._inner.contacts, self._seats))

    @cached_property
    def queues(self) -> Queues:
        """Our own queues."""
        return cast(Queues, SeatedQueues(self._inner.queues, self._seats))


class SeatedQueues(Behind):
    """Queues that ring at home alone: elsewhere a row waits, with its due time, for home's sweep."""

    def bell(self, ring: Ring) -> None:
        """Ring, at home."""
        if self._seats.serving():
            self._inner.bell(ring)

    def bells(self, rings: Sequence[Ring]) -> None:
        """Ring for many rows at once, at home."""
        if self._seats.serving():
            self._inner.bells(rings)


class SeatedContacts(Behind):
    """A ContactStore in which each term has a work of its own, written by its region alone."""

    def get(self, key: str) -> Row:
        """The row; at home, with the work that the present term goes on with."""
        return self._resumed(self._inner.get(key))

    def save(self, key: str, work: Work, due: Due = Due.KEEP, due_at: datetime | None = None) -> None:
        """Store the next version in its term. Raises Stale for a claim away from home and in another region's term."""
        self._inner.save(key, self._permitted(work), due, due_at)

    def park(self, key: str, work: Work, lot: str, serve_by: datetime) -> None:
        """Likewise."""
        self._inner.park(key, self._permitted(work), lot, serve_by)

    def page(self, limit: int, cursor: str = "") -> tuple[Sequence[Row], str]:
        """Rows with the works of every term; a read more for each term that there was."""
        rows, following = self._inner.page(limit, cursor)
        keys = [row.key for row in rows]
        later = [self._inner.works(keys, term) for term in self._seats.now().terms]
        known = (_with(row, [found[row.key] for found in later if row.key in found]) for row in rows)
        return [self._resumed(row) for row in known], following

    def works(self, keys: Iterable[str], term: str = "") -> Mapping[str, Work]:
        """What works have come to, over all terms; or one term's."""
        wanted = list(keys)
        if term:
            return cast(Mapping[str, Work], self._inner.works(wanted, term))
        terms = ["", *self._seats.now().terms]
        found = [self._inner.works(wanted, each) for each in terms]
        mine = {key: [works[key] for works in found if key in works] for key in wanted}
        return {key: whole(works) for key, works in mine.items() if works}

    def erase(self, row: Row, sends: Iterable[tuple[str, datetime]] = ()) -> None:
        """Out of every term's work, too."""
        present = self._seats.now().term
        for work in row.works:
            if work.term != present:
                # Written just now by its own region: it is found again by the row's age.
                with suppress(Stale):
                    self._inner.save(row.key, scrubbed(work))
        self._inner.erase(row, sends)

    def _resumed(self, row: Row) -> Row:
        seat = self._seats.now()
        if seat.region != self._seats.region or order_of(row.work.term) >= order_of(seat.term):
            return row  # one of a later term: this container has not heard of the new home yet, and will be refused
        known = row.works or (row.work,)
        return replace(row, work=resumed(row.work, known, seat.term), works=known)

    def _permitted(self, work: Work) -> Work:
        """The work in its term. One of a row that this container has just made bears none yet."""
        seat, region = self._seats.now(), self._seats.region
        if not work.term and seat.region == region:
            work = replace(work, term=seat.term)
        if region_of(work.term, self._seats.founder) != region:
            raise Stale(f"{seat.region} is home, and {work.term!r} is no term of {region}")
        if work.state is RowState.SENDING and not (work.term == seat.term and self._seats.serving()):
            raise Stale(f"{seat.region} is home since epoch {seat.epoch}: nothing is claimed here")
        return work


def _with(row: Row, later: Sequence[Work]) -> Row:
    """A row with the works of later terms beside its own."""
    if not later:
        return row
    known = joined(
        {work.term: work for work in row.works or (row.work,)}, {work.term: work for work in later}
    )
    return replace(row, work=whole(known.values()), works=tuple(known.values()))
