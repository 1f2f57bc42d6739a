"""What every store of scheduled publications must do."""

from dataclasses import replace

import pytest
from examples import NOW, at

from chalicelib.domain.plan_schedule.schedule import Entry, Fate, Schedule, ended
from chalicelib.ports import Missing, Stale


def entry(name: str = "s1") -> Entry:
    return Entry(
        id=name, at=at(600), author="anna", reason="é", digest="d1", since=NOW, follows=3, fate=Fate.WAITING
    )


class ScheduleStoreSuite:
    def test_at_first_nothing_is_scheduled(self, ports):
        assert ports.schedule.read() == Schedule()

    def test_a_schedule_comes_back_whole_and_plans_and_snapshot_are_left_alone(self, ports):
        ports.snapshots.publish(5, "five")
        done = ended(
            replace(entry("s2"), follows=None, told=True), Fate.REFUSED, at(700), because="é", version=4
        )
        ports.schedule.write(Schedule(version=1, entries=(entry(),)))

        ports.schedule.write(Schedule(version=2, entries=(entry(), done)))

        assert ports.schedule.read() == Schedule(version=2, entries=(entry(), done))
        assert ports.snapshots.read() == (5, "five")
        assert list(ports.plans.versions(5)) == []

    def test_of_two_who_write_at_once_one_is_stale(self, ports):
        ports.schedule.write(Schedule(version=1, entries=(entry(),)))

        for late in (Schedule(version=1, entries=(entry("s9"),)), Schedule(version=3)):
            with pytest.raises(Stale):
                ports.schedule.write(late)

        assert ports.schedule.read() == Schedule(version=1, entries=(entry(),))

    def test_texts_are_kept_by_their_digest(self, ports):
        ports.schedule.keep("d1", "schema: 1 # é")

        assert ports.schedule.text("d1") == "schema: 1 # é"
        with pytest.raises(Missing):
            ports.schedule.text("d2")
