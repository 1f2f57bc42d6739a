"""The wait at a desk, from its reading to an operator's figures and a customer's words; never from an old reading."""

import json
from datetime import timedelta

import pytest

from chalicelib.domain.frontdoor import WayState, ways
from chalicelib.domain.load import FRESH, Load, Staff
from chalicelib.domain.load_science.at_the_desk import serving, wait_at
from chalicelib.domain.load_science.delay import NO_WAIT
from chalicelib.web.status import status_page
from tests.unit.operations_side import Operations
from tests.world import CHANNELS, PURPOSES, START

DESKS = """desks:
  desk-a: {channel: box-a, agents: 10, handling: 4m, patience: 10m}
  desk-b: {channel: box-b, agents: 2, handling: 4m}
"""
PLAN = CHANNELS + DESKS + PURPOSES
STAFF = Staff(agents=10, handling=timedelta(minutes=4))


def reading(**said):
    return Load(at=START, **said)


@pytest.mark.parametrize(
    ("said", "mean"),
    [
        ({"free": 2}, 0), ({"free": 2, "waiting": 0}, 0), ({"in_use": 3, "waiting": 0}, 0),
        ({"free": 0, "waiting": 0}, 24), ({"in_use": 10, "waiting": 0}, 24), ({"free": 0, "waiting": 9}, 240),
        ({"in_use": 5, "waiting": 9}, 480), ({"in_use": 5, "free": 0, "waiting": 4}, 240),
        ({"in_use": 18, "free": 2, "waiting": 4}, 60),
    ],
)  # fmt: skip
def test_a_wait_follows_from_what_the_desk_says(said, mean):
    assert wait_at(STAFF, reading(**said), START).mean == pytest.approx(mean)


@pytest.mark.parametrize(
    "said", [{"free": 0}, {"in_use": 10}, {"in_use": 0, "waiting": 3}, {"free": 0, "waiting": -5}, {}]
)
def test_where_too_little_is_said_no_wait_is_told(said):
    assert wait_at(STAFF, reading(**said), START) is None


def test_without_a_handling_time_only_a_free_agent_is_known():
    assert wait_at(Staff(), reading(free=0, waiting=4), START) is None
    assert wait_at(Staff(), reading(free=1), START) == NO_WAIT


def test_an_old_reading_says_nothing_not_even_that_there_is_no_wait():
    assert wait_at(STAFF, reading(free=2), START + FRESH) == NO_WAIT
    assert wait_at(STAFF, reading(free=2), START + FRESH + timedelta(seconds=1)) is None
    assert wait_at(STAFF, None, START) is None


def test_a_desks_own_word_on_its_agents_goes_before_the_plans():
    assert serving(STAFF, reading(in_use=3, free=1)) == 4
    assert serving(STAFF, reading(in_use=3, waiting=2)) == 3
    assert serving(STAFF, reading(in_use=3)) == 10
    assert serving(STAFF, None) == 10


@pytest.fixture
def api():
    return Operations(PLAN)


def told(api, language):
    [way] = json.loads(api.ports.snapshots.read_feed(f"fr.{language}.json"))["ways"]
    return way["note"], way.get("wait")


def put(api, desk="desk-a", **said):
    answer = api.ask("PUT", f"/v1/desks/{desk}/load", said)
    api.world.minute()
    return answer.json


def test_an_operator_reads_the_mean_and_the_range_that_holds_eight_in_ten(api):
    answer = put(api, in_use=10, waiting=19)

    listed = api.ask("GET", "/v1/health").json["loads"]["desk-a"]

    mean = sum(1 / (10 / 240 + i / 600) for i in range(20))
    assert answer["wait"] == listed["wait"]
    assert answer["wait"]["mean_seconds"] == round(mean)
    assert 0 < answer["wait"]["from_seconds"] < round(mean) < answer["wait"]["to_seconds"]


def test_a_customer_reads_a_range_of_minutes_in_their_language(api):
    put(api, in_use=10, waiting=29)

    assert told(api, "fr") == ("Attente estimée : de 5 à 10 min", {"from_minutes": 5, "to_minutes": 10})
    assert told(api, "en") == ("Estimated wait: 5 to 10 min", {"from_minutes": 5, "to_minutes": 10})


def test_short_and_endless_waits_have_words_of_their_own(api):
    put(api, free=3)
    soon = told(api, "en")
    put(api, in_use=10, waiting=400)
    late = told(api, "fr")

    assert soon == ("Estimated wait: less than 1 min", {"from_minutes": 0, "to_minutes": 1})
    assert late[0] == "Attente estimée : de 20 à 45 min"
    put(api, "desk-b", free=0)
    put(api, in_use=1, free=0, waiting=100_000)
    put(api, "desk-b", in_use=2, free=0, waiting=500)
    assert told(api, "en") == (
        "Longer wait than usual. Estimated wait: more than 60 min",
        {"from_minutes": 60, "to_minutes": None},
    )


def test_the_words_go_when_the_reading_is_old(api):
    put(api, in_use=10, waiting=29)
    before = told(api, "fr")

    for _ in range(2):
        api.world.minute()
    after_two_minutes = told(api, "fr")
    api.world.minute()

    assert before == after_two_minutes != ("", None)
    assert told(api, "fr") == ("", None)
    assert api.ask("GET", "/v1/health").json["loads"]["desk-a"]["wait"] is None


def test_the_wait_is_that_of_the_desk_that_gets_the_next_contact(api):
    put(api, in_use=10, waiting=29)
    put(api, "desk-b", in_use=2, waiting=0)
    first = told(api, "fr")[1]

    api.ask(
        "POST", "/v1/orders", {"kind": "drain", "scope": "desk:desk-a", "until": 30, "reason": "r"},
        headers={"if-match": '"0"'},
    )  # fmt: skip
    api.world.minute()

    assert first == {"from_minutes": 5, "to_minutes": 10}
    assert told(api, "fr")[1] == {"from_minutes": 0, "to_minutes": 5}


def test_no_wait_is_told_while_the_next_desk_is_not_known(api):
    put(api, "desk-b", free=2)

    assert told(api, "fr") == ("", None)


def test_a_way_to_several_purposes_tells_a_range_that_holds_for_each_or_nothing(api):
    api.world.publish(PLAN + "  help: {match: [{channel: shop, keywords: [help]}], routes: {fr: [desk-b]}}\n")
    put(api, in_use=10, waiting=29)
    one_known = told(api, "fr")
    put(api, "desk-b", in_use=2, waiting=8)

    assert one_known == ("", None)
    assert told(api, "fr")[1] == {"from_minutes": 5, "to_minutes": 30}


@pytest.mark.parametrize(
    ("match", "told_minutes"), [("{}", (5, 10)), ("{keywords: [help]}", None), ("{channel: box-a}", (5, 10))]
)
def test_a_purpose_that_no_contact_of_this_way_gets_has_no_say(api, match, told_minutes):
    api.world.publish(PLAN + f"  other: {{match: [{match}], routes: {{fr: [desk-b]}}}}\n")
    put(api, in_use=10, waiting=29)

    found = told(api, "fr")[1]

    assert (found and (found["from_minutes"], found["to_minutes"])) == told_minutes


def test_the_status_page_says_it_too_and_a_closed_way_says_nothing(api):
    put(api, in_use=10, waiting=29)
    situation = api.world.wired.situations.read(api.world.clock.now())
    now = api.world.clock.now()
    feed = ways(situation, "fr", "fr", now)

    assert ". Attente estimée : de 5 à 10 min" in status_page(feed, now=now)
    api.ask(
        "POST", "/v1/orders", {"kind": "maintenance", "scope": "channel:shop", "until": 30, "reason": "r"},
        headers={"if-match": '"0"'},
    )  # fmt: skip
    api.world.minute()
    situation = api.world.wired.situations.read(api.world.clock.now())
    [way] = ways(situation, "fr", "fr", api.world.clock.now()).ways
    assert (way.state, way.wait) == (WayState.DEGRADED, None)


def test_nonsense_of_a_vendors_reading_stops_neither_the_feed_nor_the_page(api):
    for said in (
        {"in_use": 10**9, "free": -3, "waiting": 10**9},
        {"free": 0, "waiting": -1},
        {"in_use": -4, "waiting": 2},
    ):
        api.ports.health.put_load("desk-a", Load(at=api.world.clock.now(), **said))
        api.world.minute()

        assert told(api, "fr")[1] is None
        assert api.ask("GET", "/v1/health").json["loads"]["desk-a"]["wait"] is None
