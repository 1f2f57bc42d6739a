"""When it was we who did not look: ages stay honest, and nothing goes stale for want of our own looking."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.detection.lateness import (
    GRACE,
    Look,
    as_of,
    dump_look,
    late_seconds,
    looked,
    read_look,
)
from chalicelib.handlers import workers
from chalicelib.ports import Unavailable
from chalicelib.wiring import use
from tests.world import World

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PATH = "box-a#out#world"


def at(minutes):
    return START + timedelta(minutes=minutes)


STORIES = {
    "looks each minute excuse nothing": ([0, 1, 2, 3], 0),
    "a minute missed excuses nothing": ([0, 1, 3], 0),
    "ten minutes without a look are excused but for the usual one": ([0, 1, 11], 9),
    "so they are until probes have come back": ([0, 1, 11, 12, 13], 9),
    "and then no more": ([0, 1, 11, 12, 13, 13.5], 0),
    "a second time away counts by itself": ([0, 10, 11, 16], 4),
    "the first look of all excuses nothing": ([7], 0),
}


@pytest.mark.parametrize("name", STORIES)
def test_what_is_excused_at_the_last_of_these_looks(name):
    minutes, excused = STORIES[name]
    look = Look()
    for minute in minutes[:-1]:
        look = looked(look, at(minute))

    now = at(minutes[-1])

    assert now - as_of(look, now) == timedelta(minutes=excused)


@given(st.lists(st.floats(0.01, 30), min_size=1, max_size=30))
def test_evidence_is_never_excused_for_longer_than_we_were_away(gaps):
    look, now = Look(), START
    for gap in gaps:
        before, now = now, now + timedelta(minutes=gap)
        look = looked(look, now)

    assert timedelta() <= look.away <= timedelta(minutes=max(gaps))
    assert look.at == now >= before
    assert look.back is None or now - look.back <= GRACE


@given(
    st.builds(
        Look,
        at=st.just(START),
        away=st.timedeltas(timedelta(), timedelta(days=2)).map(
            lambda length: timedelta(seconds=int(length.total_seconds()))
        ),
        back=st.none() | st.just(START),
    )
)
def test_a_look_comes_back_from_the_snapshot(look):
    assert read_look(dump_look(look)) == look
    assert read_look({}) == Look()


@pytest.fixture
def world():
    world = World()
    for _ in range(2):
        world.minute()
    return world


def beliefs(world):
    return world.wired.situations.read(world.clock.now()).beliefs


def test_a_scheduler_that_slept_ten_minutes_makes_no_path_unknown(world):
    world.clock.advance(600)

    ticked = world.wired.tick.minute()

    assert {belief.state for belief in beliefs(world).values()} == {"up"}
    assert beliefs(world)[PATH].age >= 600
    assert ticked.away >= 540


def test_what_stays_silent_after_the_scheduler_is_back_becomes_unknown(world):
    world.clock.advance(600)
    for _ in range(4):
        world.wired.tick.minute()
        world.ports.queues.notes.clear()
        world.clock.advance(60)

    world.wired.tick.minute()

    assert {belief.state for belief in beliefs(world).values()} == {"unknown"}


def test_a_path_that_falls_silent_while_we_look_becomes_unknown_after_three_minutes(world):
    for _ in range(4):
        world.ports.queues.notes.clear()
        world.clock.advance(60)
        world.wired.tick.minute()

    assert {belief.state for belief in beliefs(world).values()} == {"unknown"}


def test_a_health_store_that_was_gone_for_ten_minutes_makes_no_path_unknown(world):
    world.ports.health.down = True
    for _ in range(10):
        with pytest.raises(Unavailable):
            world.wired.tick.minute()
        world.ports.queues.notes.clear()
        world.clock.advance(60)
    gone = {belief.state for belief in beliefs(world).values()}
    world.ports.health.down = False

    world.wired.tick.minute()

    assert gone == {"up"}
    assert {belief.state for belief in beliefs(world).values()} == {"up"}


def test_what_is_down_stays_down_while_nobody_looks(world):
    world.desks.fault["a.example"] = 503
    world.minute()
    assert beliefs(world)[PATH].state == "down"

    world.clock.advance(1_800)
    world.wired.tick.minute()

    assert beliefs(world)[PATH].weight < 1
    assert beliefs(world)[PATH].state != "up"


@pytest.mark.parametrize(
    ("scheduled", "late"),
    [
        ("2026-11-02T08:58:30Z", 90),
        ("2026-11-02T09:00:05Z", 0),
        (None, 0),
        ("soon", 0),
        ("2026-11-02T08:58:30", 0),
        (7, 0),
    ],
)
def test_the_scheduler_is_late_by_the_time_since_it_should_have_rung(scheduled, late):
    assert late_seconds(scheduled, START) == late


def test_the_log_line_of_a_tick_tells_how_late_it_ran(world, caplog):
    told = world.clock.now() - timedelta(seconds=42)

    with use(world.wired):
        workers.tick({"time": told.isoformat().replace("+00:00", "Z")}, None)

    assert caplog.records[-1].late == 42
