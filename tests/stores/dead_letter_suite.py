"""What every store of dead letters does; `normal` stands for any queue."""

import pytest

from chalicelib.ports import Letter, Note, Unavailable

TOLD = {
    "reason": "Unavailable: away",
    "origin": "m-1",
    "since": "1772442000000",
    "receives": "5",
    "schema": "1",
}


class DeadLetterSuite:
    def test_a_letter_comes_with_its_story_and_its_own_envelope(self, ports):
        ports.queues.put(Note(queue="normal_dead", body="é😀", attributes=TOLD))

        (letter,) = ports.dead_letters.take("normal", 10)
        ports.dead_letters.remove(letter)

        assert (letter.id, letter.body, letter.reason, letter.receives) == (
            "m-1",
            "é😀",
            "Unavailable: away",
            5,
        )
        assert letter.since.isoformat() == "2026-03-02T09:00:00+00:00"
        assert letter.attributes == {"schema": "1"}

    def test_what_is_taken_is_nobody_elses_until_it_is_given_back(self, ports):
        for number in range(12):
            ports.queues.put(Note(queue="normal_dead", body=str(number), attributes=TOLD))

        taken = ports.dead_letters.take("normal", 100)
        meanwhile = ports.dead_letters.take("normal", 100)
        ports.dead_letters.give_back(taken)
        again = ports.dead_letters.take("normal", 5)
        rest = ports.dead_letters.take("normal", 100)
        for letter in (*again, *rest):
            ports.dead_letters.remove(letter)

        assert (len(taken), meanwhile, len(again), len(rest)) == (12, [], 5, 7)
        assert ports.dead_letters.waiting("normal") == 0

    def test_how_many_wait_is_known(self, ports):
        ports.queues.put(Note(queue="normal_dead", body="x", attributes=TOLD))

        waiting = ports.dead_letters.waiting("normal")
        for letter in ports.dead_letters.take("normal", 10):
            ports.dead_letters.remove(letter)

        assert waiting == 1

    def test_a_letter_that_the_queue_moved_itself_has_an_id_and_no_reason(self, ports):
        ports.queues.put(Note(queue="normal_dead", body="x"))

        (letter,) = ports.dead_letters.take("normal", 10)
        ports.dead_letters.remove(letter)

        assert letter.id
        assert (letter.reason, letter.receives) == ("", 5)

    def test_giving_back_what_is_gone_is_harmless_and_keeps_no_other_back(self, ports):
        ports.queues.put(Note(queue="normal_dead", body="x", attributes=TOLD))
        ports.queues.put(Note(queue="normal_dead", body="y", attributes=TOLD))
        gone, other = ports.dead_letters.take("normal", 10)

        ports.dead_letters.remove(gone)
        ports.dead_letters.give_back([gone, other])
        ports.dead_letters.give_back([])
        found = ports.dead_letters.take("normal", 10)
        for letter in found:
            ports.dead_letters.remove(letter)

        assert [letter.body for letter in found] == [other.body]


def elsewhere(ports) -> None:
    """A queue that is configured nowhere."""
    letter = Letter(queue="nowhere", id="x", body="", since=None, receives=5)
    for ask in (
        lambda: ports.dead_letters.waiting("nowhere"),
        lambda: ports.dead_letters.take("nowhere", 1),
        lambda: ports.dead_letters.remove(letter),
    ):
        with pytest.raises(Unavailable):
            ask()
