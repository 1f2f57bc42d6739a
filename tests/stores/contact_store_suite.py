"""What every contact store must do; subclasses give `contacts` and may keep rows of other tests in it."""

from dataclasses import replace
from uuid import uuid4

import pytest
from examples import NOW, at, contact, row, work

from chalicelib.domain.model import ContactKind
from chalicelib.domain.outbox import Due, RowState, Work, claimed
from chalicelib.domain.upgrade.schema import READS
from chalicelib.ports import DUE_SHARDS, Ahead, ContactStore, Missing, Stale


def fresh(**changes):
    return row(uuid4().hex, **({"party": uuid4().hex} | changes))


def due_keys(contacts: ContactStore, now) -> list[str]:
    return [key for shard in range(DUE_SHARDS) for key, *_ in contacts.due(shard, now, 1_000)]


class ContactStoreSuite:
    def test_a_new_row_comes_back_as_it_was_given(self, contacts):
        given = fresh()

        assert contacts.add(given) is None
        assert contacts.get(given.key) == given

    def test_a_bare_row_comes_back_as_it_was_given(self, contacts):
        bare = fresh(
            contact=contact(text="", sent_at=None, attachments=(), traits={}, market=""), due_at=None
        )

        contacts.add(bare)

        assert contacts.get(bare.key) == bare

    def test_a_canarys_row_comes_back_and_the_purse_of_its_day_is_not_that_of_the_next(self, contacts):
        canary = fresh(
            contact=contact(text="", sent_at=None, kind=ContactKind.CANARY),
            kind=ContactKind.CANARY,
            purpose="",
        )
        purse, day = f"canary/{uuid4().hex}/doubt", 20_779

        contacts.add(canary)
        taken = [contacts.lease(purse, 0, 1, day, 2) for _ in range(3)]

        assert contacts.get(canary.key) == canary
        assert taken == [1, 1, 0]
        assert contacts.lease(purse, 0, 1, day + 1, 2) == 1

    def test_a_duplicate_changes_nothing_and_gets_the_row_as_it_was_accepted(self, contacts):
        first = fresh()
        contacts.add(first)
        contacts.save(first.key, work(1))

        answer = contacts.add(replace(first, decision="another"))

        assert answer == first
        assert contacts.get(first.key) == replace(first, work=work(1))

    def test_a_row_of_a_whole_long_mail_comes_back(self, contacts):
        long = fresh(contact=contact(text="Bonjour à tous. " * 40_000))

        contacts.add(long)

        assert contacts.get(long.key) == long

    def test_half_a_surrogate_pair_is_kept(self, contacts):
        odd = fresh(contact=contact(text="\ud83d alone"))

        contacts.add(odd)

        assert contacts.get(odd.key).contact.text == "\ud83d alone"

    def test_a_row_nobody_added_is_missing(self, contacts):
        with pytest.raises(Missing):
            contacts.get(uuid4().hex)

    def test_work_comes_back_with_every_attempt(self, contacts):
        given = fresh()
        contacts.add(given)

        contacts.save(given.key, work(1))
        contacts.save(given.key, work(2, tried=()))

        assert contacts.get(given.key).work == work(2, tried=())

    def test_of_two_writers_with_the_same_version_the_second_is_stale(self, contacts):
        given = fresh()
        contacts.add(given)
        mine = claimed(Work(), "a", "d", NOW)

        contacts.save(given.key, mine)

        with pytest.raises(Stale):
            contacts.save(given.key, mine)
        with pytest.raises(Stale):
            contacts.save(given.key, replace(mine, version=3))

    def test_a_row_may_be_accepted_with_work_already_done(self, contacts):
        given = fresh(work=Work(state=RowState.INFORMED, version=2, offered=True))
        contacts.add(given)

        with pytest.raises(Stale):
            contacts.save(given.key, work(2))
        contacts.save(given.key, work(3))
        with pytest.raises(Stale):
            contacts.save(given.key, work(3))

        assert contacts.get(given.key).work == work(3)

    def test_a_row_is_due_from_its_time_on_with_its_lane(self, contacts):
        given = fresh(lane="urgent", due_at=at(10))
        contacts.add(given)

        assert given.key not in due_keys(contacts, at(9.999))
        found = [one for shard in range(DUE_SHARDS) for one in contacts.due(shard, at(10), 1_000)]

        assert (given.key, "urgent", at(10)) in found

    def test_due_rows_come_oldest_first_and_no_more_than_asked(self, contacts):
        rows = [fresh(due_at=at(-5 * n - 10_000)) for n in range(12)]
        for given in rows:
            contacts.add(given)
        ours = {given.key: given.due_at for given in rows}

        for shard in range(DUE_SHARDS):
            found = [(ours[key], due) for key, _, due in contacts.due(shard, NOW, 1_000) if key in ours]
            times = [due for _, due in found]

            assert times == sorted(times) == [given for given, _ in found]
            assert len(contacts.due(shard, NOW, 1)) <= 1

    def test_due_is_set_kept_and_cleared_with_the_work(self, contacts):
        given = fresh(due_at=at(10))
        contacts.add(given)

        contacts.save(given.key, work(1))
        kept = contacts.get(given.key).due_at
        contacts.save(given.key, work(2), Due.SET, at(500))
        moved = contacts.get(given.key).due_at
        contacts.save(given.key, work(3), Due.CLEAR)

        assert (kept, moved, contacts.get(given.key).due_at) == (at(10), at(500), None)
        assert given.key not in due_keys(contacts, at(1_000))

    def test_a_cleared_row_may_become_due_again(self, contacts):
        given = fresh()
        contacts.add(given)
        contacts.save(given.key, work(1), Due.CLEAR)

        contacts.save(given.key, work(2), Due.SET, at(700))

        assert given.key in due_keys(contacts, at(700))

    def test_setting_no_due_time_is_a_fault_of_the_caller(self, contacts):
        given = fresh()
        contacts.add(given)

        with pytest.raises(ValueError, match="due time"):
            contacts.save(given.key, work(1), Due.SET)

    def test_history_is_newest_first_and_oldest_first_after_a_time(self, contacts):
        party = uuid4().hex
        rows = [fresh(party=party, accepted_at=at(n)) for n in range(5)]
        for given in rows:
            contacts.add(given)
        keys = [given.key for given in rows]

        assert contacts.history(party, 10) == keys[::-1]
        assert contacts.history(party, 2) == [keys[4], keys[3]]
        assert contacts.history(party, 10, before=at(2)) == [keys[1], keys[0]]
        assert contacts.history(party, 10, after=at(2)) == [keys[3], keys[4]]
        assert contacts.history(party, 10, after=at(1), before=at(2)) == []

    def test_history_knows_no_strangers(self, contacts):
        assert list(contacts.history(uuid4().hex, 10)) == []

    def test_pages_give_every_row_once_with_its_work(self, contacts):
        rows = {given.key: given for given in (fresh() for _ in range(7))}
        for given in rows.values():
            contacts.add(given)
            contacts.alias(f"alias-{given.key}", given.key)
            contacts.save(given.key, work(1))

        seen, cursor = [], ""
        while True:
            page, cursor = contacts.page(3, cursor)
            assert len(page) <= 3
            seen += page
            if not cursor:
                break

        ours = [given for given in seen if given.key in rows]
        assert sorted(given.key for given in ours) == sorted(rows)
        assert all(given == replace(rows[given.key], work=work(1)) for given in ours)

    @pytest.mark.parametrize("cursor", ["x", "é", "bm9uZQ", "!!!!", "a" * 5_000, "AAAA", "////"])
    def test_a_made_up_cursor_is_refused(self, contacts, cursor):
        with pytest.raises(ValueError, match="cursor"):
            contacts.page(3, cursor)

    def test_an_alias_leads_to_its_row_and_an_unknown_one_is_missing(self, contacts):
        alias = uuid4().hex
        contacts.alias(alias, "k-one")
        contacts.alias(alias, "k-two")

        assert contacts.find(alias) == "k-two"
        with pytest.raises(Missing):
            contacts.find(uuid4().hex)

    def test_a_second_gives_its_tokens_and_no_more(self, contacts):
        desk = uuid4().hex

        grants = [contacts.lease(desk, 0, 4, 100, 10) for _ in range(4)]

        assert grants == [4, 4, 2, 0]

    def test_the_next_second_and_the_next_shard_have_their_own_tokens(self, contacts):
        desk = uuid4().hex
        contacts.lease(desk, 0, 10, 100, 10)

        assert contacts.lease(desk, 1, 3, 100, 3) == 3
        assert contacts.lease(desk, 0, 7, 101, 5) == 5
        assert contacts.lease(desk, 0, 1, 101, 5) == 0

    def test_a_caller_who_is_late_draws_on_the_newer_second(self, contacts):
        desk = uuid4().hex
        contacts.lease(desk, 0, 2, 103, 5)

        assert contacts.lease(desk, 0, 5, 100, 5) == 3
        assert contacts.lease(desk, 0, 1, 103, 5) == 0

    def test_a_second_from_a_broken_clock_does_not_shut_the_desk(self, contacts):
        desk = uuid4().hex
        contacts.lease(desk, 0, 5, 100_000, 5)

        assert contacts.lease(desk, 0, 5, 100, 5) == 5

    def test_no_tokens_are_given_where_none_are_meant(self, contacts):
        desk = uuid4().hex

        assert contacts.lease(desk, 0, 5, 100, 0) == 0
        assert contacts.lease(desk, 0, 0, 100, 5) == 0


class RowAheadSuite:
    """On a store of its own: whoever reads page by page is stopped by such a row, as it should be."""

    @pytest.fixture
    def contacts(self, ports) -> ContactStore:
        return ports.contacts

    def test_a_row_that_a_later_release_wrote_is_left_as_it_is_and_stays_due(self, contacts):
        ahead = fresh(schema=READS + 1, due_at=at(60))
        contacts.add(ahead)

        for ask in (lambda: contacts.get(ahead.key), lambda: contacts.add(ahead)):
            with pytest.raises(Ahead):
                ask()

        assert ahead.key in due_keys(contacts, at(61))
