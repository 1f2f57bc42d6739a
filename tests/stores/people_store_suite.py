"""What every store of persons, and of contacts about them, must do."""

from dataclasses import replace
from uuid import uuid4

import pytest
from examples import NOW, at, row, work

from chalicelib.domain.model import Outcome, Party
from chalicelib.domain.outbox import Due, RowState
from chalicelib.domain.people.erasure import erased
from chalicelib.domain.proof.dispatch import Dispatch
from chalicelib.ports import Missing

WORDS = ("Zoë", "commande", "m_é😀", "cdn.example", "+33999", "réclamation", "sm_9", "503 é")


def kept(contacts, key, party):
    """A row with a work, due, of a person."""
    stored = row(key=key, party=party)
    contacts.add(stored)
    contacts.save(key, work(), Due.SET, at(90))
    return contacts.get(key)


class PeopleStoreSuite:
    def test_nobody_is_erased_before_anybody_was(self, people):
        assert people.erased([]) == {}
        assert people.erased([uuid4().hex]) == {}
        assert people.erased([uuid4().hex, uuid4().hex]) == {}

    def test_an_erasure_is_known_by_the_person_and_by_nobody_else(self, people):
        gone, other, stays = uuid4().hex, uuid4().hex, uuid4().hex

        digests = [people.erase(gone, NOW), people.erase(other, at(5))]

        assert people.erased([gone]) == {gone: NOW}
        assert people.erased([gone, stays, other, gone]) == {gone: NOW, other: at(5)}
        assert people.erased([stays]) == {}
        assert len({*digests, gone, other}) == 4

    def test_the_digest_of_a_person_is_the_same_each_time_and_the_later_erasure_holds(self, people):
        gone = uuid4().hex

        digests = {people.erase(gone, NOW), people.erase(gone, at(7))}

        assert len(digests) == 1
        assert people.erased([gone]) == {gone: at(7)}

    def test_the_sweeps_place_is_remembered(self, people):
        people.keep_mark("abc")
        people.keep_mark("")
        people.keep_mark("def")

        assert people.mark() == "def"


class ErasedRowSuite:
    def test_an_erased_row_keeps_its_account_and_loses_its_person(self, contacts):
        key, party = uuid4().hex, uuid4().hex
        before = kept(contacts, key, party)
        gone = erased(before, at(100))

        contacts.save(key, gone.work)
        contacts.erase(gone)
        after = contacts.get(key)

        assert after == gone
        assert (after.erased_at, after.party, after.due_at) == (at(100), "", None)
        assert after.contact.party == Party(address="")
        assert [one.decision for one in after.work.attempts] == ["d1", "d2"]
        assert not [word for word in WORDS if word in repr(after)]

    def test_it_is_no_longer_found_by_its_person_nor_due(self, contacts):
        key, party = uuid4().hex, uuid4().hex
        gone = erased(kept(contacts, key, party), at(100))

        contacts.save(key, gone.work)
        contacts.erase(gone)

        assert contacts.history(party, 10) == []
        assert not [name for n in range(16) for name, *_ in contacts.due(n, at(10_000), 500) if name == key]

    def test_the_same_webhook_once_more_is_a_duplicate_and_brings_nobody_back(self, contacts):
        key, party = uuid4().hex, uuid4().hex
        before = kept(contacts, key, party)
        gone = erased(before, at(100))
        contacts.save(key, gone.work)
        contacts.erase(gone)

        stored = contacts.add(replace(before, due_at=at(200)))

        assert stored is not None
        assert stored.erased_at == at(100)
        assert contacts.get(key) == gone

    def test_a_row_that_never_was_saved_is_erased_likewise(self, contacts):
        key = uuid4().hex
        before = row(key=key, party=uuid4().hex, work=work(1, state=RowState.SENT))
        contacts.add(before)
        gone = erased(before, at(100))

        contacts.save(key, gone.work)
        contacts.erase(gone)

        assert contacts.get(key) == gone
        assert contacts.get(key).work.state is RowState.SENT

    def test_its_sends_lose_the_providers_names_and_nothing_else(self, contacts):
        path, key, other = f"{uuid4().hex}#out#fr", uuid4().hex, uuid4().hex
        gone = erased(kept(contacts, key, uuid4().hex), at(100))
        mine = Dispatch(path=path, key=key, attempt=1, at=NOW, outcome=Outcome.OK, provider_id="wamid.1")
        theirs = replace(mine, key=other, provider_id="wamid.2")
        for one in (mine, theirs):
            contacts.note_sent(one)

        contacts.erase(gone, [(path, at(3))])

        sends = {one.key: one for one in contacts.sent(path, at(-9), at(9), 10)}
        assert sends == {key: replace(mine, provider_id=""), other: theirs}

    def test_a_row_that_is_gone_stays_gone(self, contacts):
        gone = erased(row(key=uuid4().hex), at(1))

        contacts.erase(gone)

        with pytest.raises(Missing):
            contacts.get(gone.key)
