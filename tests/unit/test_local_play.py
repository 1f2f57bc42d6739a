"""What the local play does where its stack is not as it should be: asks again for a while, says what is missing."""

import pytest

from infra.local import scene, triggers
from infra.local.fakes.vendors import Answered, Signed


class Triggers:
    """Lambda's client, with these triggers and no others."""

    def __init__(self, *names):
        self.names, self.switched = names, []

    def get_paginator(self, _):
        return self

    def paginate(self, **_):
        yield {"EventSourceMappings": [{"UUID": name} for name in self.names]}

    def update_event_source_mapping(self, **told):
        self.switched.append((told["UUID"], told["Enabled"]))


def test_triggers_are_off_within_and_on_again_after_whatever_happened():
    client = Triggers("a", "b")

    with pytest.raises(ZeroDivisionError), triggers.untriggered(client, "Deliver"):
        raise ZeroDivisionError

    assert client.switched == [("a", False), ("b", False), ("a", True), ("b", True)]


def test_a_function_that_no_queue_wakes_is_no_function_that_sleeps():
    with pytest.raises(LookupError, match="Deliver"), triggers.untriggered(Triggers(), "Deliver"):
        pytest.fail("nothing was switched off")


@pytest.fixture
def play(monkeypatch):
    """A scene whose clock goes by its own pauses, and which is answered by these codes, the last for ever."""
    playing = scene.Scene.__new__(scene.Scene)
    playing.asked = playing.told_later = 0
    now = [0.0]
    monkeypatch.setattr(scene.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(scene.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))

    def answered(*codes):
        left = list(codes)
        monkeypatch.setattr(scene, "post", lambda _: Answered(code=left.pop(0) if len(left) > 1 else left[0]))
        return playing._patiently(Signed(url="http://x")).code, now[0]

    playing.answered = answered
    return playing


def test_a_reading_is_asked_for_again_until_the_store_answers(play):
    assert play.answered(503, 503, 200) == (200, 1.0)
    assert (play.asked, play.told_later) == (1, 1)


def test_a_store_that_stays_away_is_told_after_ten_seconds(play):
    assert play.answered(503) == (503, scene.AGAIN_FOR)


def test_what_is_refused_otherwise_is_not_asked_for_again(play):
    assert play.answered(404, 200) == (404, 0.0)
    assert (play.asked, play.told_later) == (1, 0)
