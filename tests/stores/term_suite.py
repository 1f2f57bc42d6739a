"""What every contact store must do for a stage with several regions: each term has a work of its own."""

from dataclasses import replace
from uuid import uuid4

import pytest
from contact_store_suite import due_keys
from examples import NOW, at, row, work

from chalicelib.domain.outbox import Due, RowState, Work, claimed, moved
from chalicelib.domain.regions.works import resumed
from chalicelib.ports import Stale

TERM = "1@east"


def fresh():
    return row(uuid4().hex, party=uuid4().hex)


def east(stored) -> Work:
    return resumed(stored.work, stored.works or (stored.work,), TERM)


class TermSuite:
    def test_a_new_term_leaves_the_old_ones_work_as_it_is(self, contacts):
        given = fresh()
        contacts.add(given)
        contacts.save(given.key, work(1))
        claim = claimed(east(contacts.get(given.key)), "desk", "d", at(5))

        contacts.save(given.key, claim)

        stored = contacts.get(given.key)
        assert {each.term: each for each in stored.works} == {"": work(1), TERM: claim}
        assert stored.work == claim
        assert contacts.works([given.key]) == {given.key: work(1)}
        assert contacts.works([given.key], TERM) == {given.key: claim}
        assert contacts.works([given.key], "2@west") == {}

    def test_a_row_that_nobody_worked_on_before_has_what_it_was_accepted_with(self, contacts):
        given = fresh()
        contacts.add(given)
        claim = claimed(east(contacts.get(given.key)), "desk", "d", at(5))

        contacts.save(given.key, claim)

        assert {each.term: each for each in contacts.get(given.key).works} == {"": Work(), TERM: claim}

    def test_of_two_who_begin_a_term_one_is_stale_however_much_each_knew(self, contacts):
        given = fresh()
        contacts.add(given)
        early = east(contacts.get(given.key))
        contacts.save(given.key, work(1))
        late = east(contacts.get(given.key))
        contacts.save(given.key, claimed(early, "desk", "d", NOW))

        for second in (claimed(late, "desk", "d", NOW), moved(replace(late, version=1), RowState.DEAD)):
            if second.version == 1:
                with pytest.raises(Stale):
                    contacts.save(given.key, second)
        with pytest.raises(Stale):
            contacts.save(given.key, moved(replace(late, version=4), RowState.DEAD))

    def test_a_term_goes_on_version_by_version(self, contacts):
        given = fresh()
        contacts.add(given)
        first = claimed(east(contacts.get(given.key)), "desk", "d", NOW)
        contacts.save(given.key, first)

        contacts.save(given.key, moved(first, RowState.DELIVERED))

        assert contacts.get(given.key).work == moved(first, RowState.DELIVERED)
        with pytest.raises(Stale):
            contacts.save(given.key, moved(first, RowState.DEAD))

    def test_what_a_new_term_says_of_the_due_time_holds_although_its_versions_begin_anew(self, contacts):
        given = fresh()
        contacts.add(given)
        for version in (1, 2, 3):
            contacts.save(given.key, work(version), Due.SET, at(10))
        first = moved(east(contacts.get(given.key)), RowState.DEFERRED)

        contacts.save(given.key, first, Due.SET, at(900))

        assert given.key not in due_keys(contacts, at(899))
        assert given.key in due_keys(contacts, at(900))
        contacts.save(given.key, moved(first, RowState.CLOSED), Due.CLEAR)
        assert given.key not in due_keys(contacts, at(901))
