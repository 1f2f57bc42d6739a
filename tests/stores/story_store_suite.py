"""What every store of stories and every event bus must do, and what both promise together when many race."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from examples import NOW

from chalicelib.domain.detection.machine import ClassHealth, Flip, State
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.routing import Situation
from chalicelib.domain.telling.event import Event, EventType
from chalicelib.domain.telling.story import Stories, Story, Told, Waiting
from chalicelib.ports import Stale
from chalicelib.service.flips import entry_of, note_of
from chalicelib.service.tell import Teller
from tests.world import PLAN

PATH = "box-a#out#world"
WRITERS, TELLERS = 50, 4


def event(name: str = "evt_1") -> Event:
    about = {"loud": True, "text": {"fr": "Messenger est coupé"}}
    return Event(id=name, type=EventType.FLIPPED, at=NOW, about=about)


def stories(version: int = 1) -> Stories:
    return Stories(
        version=version,
        told={(PATH, "hard"): Told(gen=version, state="open")},
        open={PATH: Story(id="sty_1", began=NOW)},
        waiting=(Waiting(event=event(), since=NOW),),
    )


class StoryStoreSuite:
    def test_there_are_no_stories_before_the_first(self, ports):
        assert ports.stories.read() == Stories()

    def test_stories_come_back_as_they_were_told_and_the_snapshot_is_left_alone(self, ports):
        ports.snapshots.publish(5, "five")
        ports.stories.write(stories())

        ports.stories.write(stories(2))

        assert ports.stories.read() == stories(2)
        assert ports.snapshots.read() == (5, "five")

    def test_of_two_who_tell_at_once_one_is_stale(self, ports):
        ports.stories.write(stories())

        for other in (stories(), replace(stories(), waiting=())):  # the very same words are another's, too
            with pytest.raises(Stale):
                ports.stories.write(other)
        with pytest.raises(Stale):
            ports.stories.write(stories(3))
        assert ports.stories.read() == stories()


class EventsSuite:
    def test_the_bus_says_which_events_it_took(self, ports):
        assert ports.events.publish([event("evt_1"), event("evt_2")]) == {"evt_1", "evt_2"}


class ToldRaceSuite:
    def test_of_fifty_writers_of_one_flip_one_wins_and_four_who_tell_publish_it_once(self, ports):
        flip = Flip(
            path=PATH, evidence=EvidenceClass.HARD, before=State.CLOSED, after=State.OPEN, gen=1, at=NOW,
            because="failures", until=NOW + timedelta(seconds=30), penalty=1000, penalty_at=NOW,
        )  # fmt: skip
        situation = Situation(plan=read_plan(PLAN, 1))
        body = note_of(entry_of(flip, "test", planned=""), NOW).body

        with ThreadPoolExecutor(WRITERS) as pool:
            won = list(pool.map(lambda _: ports.health.flip(PATH, ClassHealth(), flip), range(WRITERS)))
        with ThreadPoolExecutor(TELLERS) as pool:
            telling = pool.map(
                lambda _: Teller(stores=ports).tell(situation, [body] * 2, NOW, minute=False), range(TELLERS)
            )
            told = sum(each.told for each in telling)

        assert json.loads(body)["gen"] == "1"
        assert (won.count(True), told) == (1, 1)
        assert ports.stories.read().waiting == ()
