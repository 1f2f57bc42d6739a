"""A warm container that takes in and hands over thousands of contacts holds no more than at first."""

import pytest

from tests.soak.soaking import ROUND, Soak, objects, quiet

WARM, ROUNDS = 30, 60
MOST = ROUND * ROUNDS // 4
"""Objects: a quarter of one for each contact; what leaks leaks one at least."""


def grown(soak: Soak) -> int:
    with quiet():
        soak.work(WARM)
        before = objects()
        soak.work(ROUNDS)
        return objects() - before


def test_the_number_of_objects_does_not_grow_with_the_contacts():
    assert grown(Soak()) < MOST


def test_a_leak_of_one_object_a_contact_is_seen():
    class Leaks(Soak):
        leaked: list

        def _request(self):
            self.__dict__.setdefault("kept", []).append([self.contacts])
            return super()._request()

    assert grown(Leaks()) > MOST


@pytest.mark.parametrize("kind", ["contacts", "evidence"])
def test_the_soak_really_brings_contacts_and_words_in(kind):
    soak, seen = Soak(), []
    deliver = soak.gallery.deliver
    rows, notes = soak.gallery.ports.contacts._rows, soak.gallery.ports.queues.notes
    soak.gallery.deliver = lambda: seen.append((len(rows), len(notes))) or deliver()

    with quiet():
        soak.work(5)

    assert all(pair[("contacts", "evidence").index(kind)] for pair in seen)
