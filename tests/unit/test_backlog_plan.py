"""The arithmetic of backlogs: blocks without gaps, seconds with their tokens, groups that share no desk."""

from datetime import timedelta

import pytest

from chalicelib.domain.backlog.block import (
    AHEAD,
    BLOCK,
    LEAD,
    Slots,
    next_blocks,
    purse_of,
    tokens_in,
)
from chalicelib.domain.backlog.lot import Lot, market_known, taker, together
from chalicelib.domain.backlog.turn import Candidate, able, chosen
from chalicelib.domain.belief import Belief, drawn
from chalicelib.domain.load import Load
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.routing import Situation
from tests.unit.backlog_side import plan
from tests.world import START

PLAN = read_plan(plan(rate=3), 1)
SHARED = read_plan(plan().replace("{fr: [desk-b]}", "{fr: [desk-a, desk-b]}"), 1)


def lot(purpose: str, **more) -> Lot:
    return Lot(purpose=purpose, market="fr", medium="messaging", **more)


@pytest.mark.parametrize("late", range(16))
@pytest.mark.parametrize("second", [0, 3, 6, 7, 9, 59])
def test_ticks_a_minute_apart_and_up_to_a_quarter_late_plan_every_block_before_it_begins(second, late):
    first = START + timedelta(seconds=second)
    second_tick = first + timedelta(seconds=60 + late)

    planned = [
        (block, tick + timedelta(seconds=delay))
        for tick in (first, second_tick)
        for block, delay in next_blocks(tick)
    ]
    times = {block: min(at for each, at in planned if each == block) for block, _ in planned}
    asked = sorted(times)

    assert asked == list(range(asked[0], asked[-1] + 1))
    assert asked[0] <= int(first.timestamp()) // BLOCK + 2
    for block, at in times.items():
        assert at.timestamp() <= block * BLOCK
        assert block * BLOCK - at.timestamp() <= LEAD + BLOCK
    assert len(next_blocks(first)) == AHEAD


def test_a_desks_seconds_are_given_each_to_its_rate_earliest_first():
    asked = []

    def lease(second: int, want: int, most: int) -> int:
        asked.append((second, want, most))
        return min(want, 2 if second == 101 else most)

    slots = Slots(second=100, until=103, rate=3, lease=lease)

    given = [slots.take(99) for _ in range(9)]

    assert given == [100, 100, 100, 101, 101, 102, 102, 102, None]
    assert asked == [(100, 3, 3), (101, 3, 3), (102, 3, 3)]
    assert slots.full


def test_no_more_is_promised_than_there_are_rows():
    asked = []
    slots = Slots(second=100, until=103, rate=3, lease=lambda *one: asked.append(one) or one[1])

    assert slots.take(1) == 100
    assert asked == [(100, 1, 3)]


def test_a_second_that_somebody_else_has_planned_is_passed_over():
    slots = Slots(second=100, until=103, rate=3, lease=lambda second, want, _: want if second == 102 else 0)

    assert [slots.take(9) for _ in range(4)] == [102, 102, 102, None]


def test_the_purse_of_a_second_is_that_of_its_place_in_its_block():
    assert purse_of("a", 1_234_567) == ("block/a", 7, 123_456)
    assert {purse_of("a", 1_234_560 + n)[1] for n in range(BLOCK)} == set(range(BLOCK))


@pytest.mark.parametrize("rate", [0.5, 3, 11.7, 900])
def test_a_blocks_tokens_are_the_rate(rate):
    assert sum(tokens_in(rate, second) for second in range(70, 80)) == pytest.approx(rate * 10, abs=3)


def test_lots_that_share_no_desk_are_served_apart_and_those_that_do_together():
    apart = together(PLAN, [lot("order"), lot("claim"), lot("quick"), Lot(channel="shop")])
    joined = together(SHARED, [lot("order"), lot("quick"), lot("claim"), lot("order", told=False)])

    assert [len(group) for group in apart] == [1, 1, 1, 1]
    assert sorted(sorted(each.purpose for each in group) for group in joined) == [
        ["claim", "order", "order"],
        ["quick"],
    ]


def test_lots_of_a_route_that_left_the_plan_share_nothing_with_others():
    groups = together(PLAN, [lot("gone"), lot("also gone"), lot("gone", told=False)])

    assert sorted(len(group) for group in groups) == [1, 2]


def test_a_market_that_the_plan_does_not_tell_apart_is_the_world():
    assert [market_known(PLAN, "order", market) for market in ("fr", "xx", "")] == ["fr", "world", "world"]
    assert market_known(PLAN, "gone", "fr") == "fr"


def test_who_takes_is_a_desk_or_the_way_to_a_channels_people():
    assert taker(PLAN, "desk-a").capacity.rate == 3
    assert taker(PLAN, "out/shop").capacity.rate is None
    assert taker(PLAN, "out/gone") is None
    assert taker(PLAN, "gone") is None


@pytest.mark.parametrize(
    ("said", "concurrent", "room"),
    [
        ({"in_use": 7}, 10, 3),
        ({"in_use": 12}, 10, 0),
        ({"free": 2}, None, 2),
        ({"free": 2, "in_use": 9}, 10, 1),
        ({"in_use": 7}, None, None),
        ({"waiting": 3}, 10, None),
    ],
)
def test_a_load_leaves_room_for_what_it_says(said, concurrent, room):
    load = Load(at=START, **said)

    assert load.room(concurrent, START) == room
    assert load.room(concurrent, START + timedelta(seconds=121)) is None


@pytest.mark.parametrize("weight", [0.1, 0.3, 1.0, 0.0])
def test_the_rows_that_are_chosen_are_those_that_a_trial_has_drawn(weight):
    beliefs = {
        path: Belief(state="trial", weight=weight, salt="s") for path in ("box-a#out#world", "shop#out#fr")
    }
    situation = Situation(plan=PLAN, beliefs=beliefs)
    keys = [f"k{n}" for n in range(200)]

    contacts = {key for key in keys if chosen(candidate(lot("order"), key), situation, frozenset(), START)[0]}
    words = {
        key for key in keys if chosen(candidate(Lot(channel="shop"), key), situation, frozenset(), START)[0]
    }

    assert contacts == words == {key for key in keys if weight >= 1 or drawn(key, "s", weight)}
    assert able(lot("order"), situation, START) is (True if weight else None)
    assert able(Lot(channel="shop"), situation, START) is (True if weight else None)


def test_nothing_is_chosen_when_all_is_full_or_gone():
    situation = Situation(plan=PLAN)

    assert chosen(candidate(lot("order"), "k"), situation, frozenset(), START) == ("desk-a", False)
    assert chosen(candidate(lot("order"), "k"), situation, frozenset({"desk-a"}), START) == ("", False)
    assert chosen(candidate(lot("gone"), "k"), situation, frozenset(), START) == ("", False)
    assert chosen(candidate(Lot(channel="shop"), "k"), situation, frozenset({"out/shop"}), START) == (
        "",
        False,
    )
    assert chosen(candidate(Lot(channel="gone"), "k"), situation, frozenset(), START) == ("", False)


def candidate(where: Lot, key: str) -> Candidate:
    return Candidate(lot=where, key=key, lane="normal", serve_by=START)
