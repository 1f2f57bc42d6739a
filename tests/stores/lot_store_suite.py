"""What every contact store must do with rows that wait in backlogs; subclasses give `contacts`."""

from dataclasses import replace
from uuid import uuid4

import pytest
from contact_store_suite import due_keys, fresh
from examples import at, work

from chalicelib.domain.backlog.lot import LOT_SHARDS, Lot
from chalicelib.domain.outbox import Due, RowState
from chalicelib.ports import Stale


def some_lot() -> str:
    return Lot(purpose=uuid4().hex, market="fr/Ä#1", medium="sms").name


def everyone(contacts, lot: str, **bounds) -> list[tuple[str, str, object]]:
    return [found for shard in range(LOT_SHARDS) for found in contacts.waiting((lot, shard), 1_000, **bounds)]


class LotStoreSuite:
    def test_a_parked_row_waits_in_its_lot_and_is_not_due(self, contacts):
        given, lot = fresh(lane="urgent", due_at=at(10)), some_lot()
        contacts.add(given)

        contacts.park(given.key, work(1, state=RowState.DEFERRED), lot, at(500))

        assert everyone(contacts, lot) == [(given.key, "urgent", at(500))]
        assert given.key not in due_keys(contacts, at(9_999))
        stored = contacts.get(given.key)
        assert (stored.lot, stored.due_at) == (lot, at(500))
        assert stored.work == work(1, state=RowState.DEFERRED)

    def test_parking_compares_and_sets_like_every_save(self, contacts):
        given, lot = fresh(), some_lot()
        contacts.add(given)
        contacts.park(given.key, work(1), lot, at(500))

        with pytest.raises(Stale):
            contacts.park(given.key, work(1, round=9), lot, at(600))

        assert contacts.get(given.key).work == work(1)

    def test_rows_come_by_their_promises_within_the_bounds_and_no_more_than_asked(self, contacts):
        lot = some_lot()
        rows = [fresh() for _ in range(12)]
        for n, given in enumerate(rows):
            contacts.add(given)
            contacts.park(given.key, work(1), lot, at(100 + (n * 7) % 12))

        for shard in range(LOT_SHARDS):
            times = [serve_by for _, _, serve_by in contacts.waiting((lot, shard), 100)]
            assert times == sorted(times)
            assert len(contacts.waiting((lot, shard), 1)) <= 1

        assert len(everyone(contacts, lot)) == 12
        early = {serve_by for _, _, serve_by in everyone(contacts, lot, until=at(105))}
        late = {serve_by for _, _, serve_by in everyone(contacts, lot, after=at(105))}
        assert early == {at(100 + n) for n in range(6)}
        assert late == {at(106 + n) for n in range(6)}

    def test_exactly_one_takes_a_row_out_and_then_it_is_due(self, contacts):
        given, lot = fresh(), some_lot()
        contacts.add(given)
        contacts.park(given.key, work(1), lot, at(500))

        took = [contacts.unpark(given.key, lot, at(70)) for _ in range(2)]

        assert took == [True, False]
        assert everyone(contacts, lot) == []
        assert given.key in due_keys(contacts, at(70))
        assert given.key not in due_keys(contacts, at(69))
        stored = contacts.get(given.key)
        assert (stored.lot, stored.due_at, stored.work) == ("", at(70), work(1))

    def test_a_row_is_taken_out_of_the_lot_it_waits_in_and_of_no_other(self, contacts):
        given, lot, other = fresh(), some_lot(), some_lot()
        contacts.add(given)
        contacts.park(given.key, work(1), lot, at(500))

        assert not contacts.unpark(given.key, other, at(70))
        assert not contacts.unpark(uuid4().hex, lot, at(70))
        assert len(everyone(contacts, lot)) == 1

    def test_a_row_that_is_claimed_after_its_release_can_be_parked_again_or_end(self, contacts):
        given, lot = fresh(), some_lot()
        contacts.add(given)
        contacts.park(given.key, work(1), lot, at(500))
        contacts.unpark(given.key, lot, at(70))
        contacts.save(given.key, work(2))
        contacts.park(given.key, work(3), lot, at(500))
        again = everyone(contacts, lot)
        contacts.unpark(given.key, lot, at(80))

        contacts.save(given.key, work(4), Due.CLEAR)

        assert len(again) == 1
        assert everyone(contacts, lot) == []
        assert given.key not in due_keys(contacts, at(9_999))
        assert contacts.get(given.key).due_at is None

    @pytest.mark.parametrize("due", [Due.SET, Due.CLEAR])
    def test_whoever_says_when_a_row_is_due_takes_it_out_of_its_lot(self, contacts, due):
        given, lot = fresh(), some_lot()
        contacts.add(given)
        contacts.park(given.key, work(1), lot, at(500))

        contacts.save(given.key, work(2), due, at(30) if due is Due.SET else None)

        assert everyone(contacts, lot) == []
        assert contacts.get(given.key).lot == ""

    def test_an_erased_row_waits_nowhere(self, contacts):
        given, lot = fresh(), some_lot()
        contacts.add(given)
        contacts.park(given.key, work(1), lot, at(500))

        contacts.erase(replace(contacts.get(given.key), party="", due_at=None, lot="", erased_at=at(1)))

        assert everyone(contacts, lot) == []

    def test_a_lot_is_opened_once_kept_open_and_closed_unless_opened_since(self, contacts):
        lot = some_lot()

        opened = [contacts.open_lot(lot, at(0)), contacts.open_lot(lot, at(60))]
        contacts.close_lot(lot, at(0))
        kept = contacts.lots().get(lot)
        contacts.close_lot(lot, at(60))
        closed = contacts.lots().get(lot)

        assert opened == [True, False]
        assert (kept, closed) == (at(60), None)
        assert contacts.open_lot(lot, at(120))
        assert contacts.lots()[lot] == at(120)

    def test_closing_a_lot_that_nobody_opened_does_nothing(self, contacts):
        lot = some_lot()

        contacts.close_lot(lot, at(0))

        assert lot not in contacts.lots()
