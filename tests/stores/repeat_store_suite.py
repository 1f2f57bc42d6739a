"""What every store of requests that may come again must do."""

from datetime import timedelta
from uuid import uuid4

from examples import NOW, at

from chalicelib.domain.access.repeats import KEPT, RUNNING, Kept

DONE = Kept(request="r1", code=201, text='{"né": [1, 2.5]}', headers={"ETag": '"7"'})


def a_key() -> str:
    return f"once#{uuid4().hex}"


class RepeatStoreSuite:
    def test_the_first_gets_the_key_and_the_second_what_is_known_of_the_first(self, ports):
        key = a_key()

        first, second = ports.repeats.claim(key, "r1", NOW), ports.repeats.claim(key, "r2", at(1))

        assert first is None
        assert second == Kept(request="r1")

    def test_an_answer_comes_back_whole_for_a_day(self, ports):
        key = a_key()
        ports.repeats.claim(key, "r1", NOW)
        ports.repeats.keep(key, DONE, NOW)

        late = NOW + KEPT - timedelta(seconds=1)

        assert ports.repeats.claim(key, "r1", at(2)) == DONE
        assert ports.repeats.claim(key, "r2", late) == DONE
        assert ports.repeats.claim(key, "r2", NOW + KEPT) is None

    def test_an_answer_that_was_too_long_is_known_to_have_been_given(self, ports):
        key, long = a_key(), Kept(request="r1", code=202, text=None)
        ports.repeats.claim(key, "r1", NOW)
        ports.repeats.keep(key, long, NOW)

        assert ports.repeats.claim(key, "r1", at(1)) == long

    def test_a_key_that_was_freed_can_be_taken_at_once(self, ports):
        key = a_key()
        ports.repeats.claim(key, "r1", NOW)
        ports.repeats.release(key, NOW)

        assert ports.repeats.claim(key, "r2", NOW) is None

    def test_a_key_without_an_answer_is_free_after_a_minute(self, ports):
        key = a_key()
        ports.repeats.claim(key, "r1", NOW)

        assert ports.repeats.claim(key, "r1", NOW + RUNNING - timedelta(seconds=1)) == Kept(request="r1")
        assert ports.repeats.claim(key, "r1", NOW + RUNNING) is None

    def test_whoever_lost_the_key_meanwhile_changes_nothing(self, ports):
        key, later = a_key(), NOW + RUNNING
        ports.repeats.claim(key, "r1", NOW)
        ports.repeats.claim(key, "r2", later)

        ports.repeats.keep(key, DONE, NOW)
        ports.repeats.release(key, NOW)

        assert ports.repeats.claim(key, "r3", later) == Kept(request="r2")

    def test_an_answer_is_not_freed_any_more(self, ports):
        key = a_key()
        ports.repeats.claim(key, "r1", NOW)
        ports.repeats.keep(key, DONE, NOW)

        ports.repeats.release(key, NOW)

        assert ports.repeats.claim(key, "r1", at(1)) == DONE

    def test_what_was_never_claimed_is_not_kept(self, ports):
        key = a_key()

        ports.repeats.keep(key, DONE, NOW)

        assert ports.repeats.claim(key, "r1", NOW) is None
