"""The front door: which ways in a customer is shown, in which order, in which words."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from chalicelib.domain.frontdoor import MOST_BYTES, Feed, Note, Notice, WayState, document, feeds, ways
from chalicelib.domain.health import Belief
from chalicelib.domain.load import Load
from chalicelib.domain.match import Match
from chalicelib.domain.model import Medium
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.plan import Capacity, ChannelPlan, Desk, Door, Plan, Purpose
from chalicelib.domain.routing import Situation
from chalicelib.web.words import say

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
UP, DOWN = Belief(state="up", weight=1.0), Belief(state="down", weight=0.0)
TRIAL, UNKNOWN = Belief(state="trial", weight=0.1), Belief(state="unknown", weight=1.0)
STALE_DOWN, BLOCKED = Belief(state="unknown", weight=0.0), Belief(state="down", weight=0.0, account=True)


def channel(name: str, url: str, market: str = "fr", labels: Mapping[str, str] | None = None) -> ChannelPlan:
    door = Door(url=url, labels=labels or {"fr": f"{name} (fr)", "en": f"{name} (en)"})
    return ChannelPlan(id=name, kind="messenger", market=market, door=door)


CHANNELS = (
    channel("messenger-fr", "https://m.me/shop"),
    channel("voice-fr", "tel:+33100000000"),
    channel("mail", "mailto:help@shop.example", "world"),
    channel("sms-uk", "sms:+4420", "uk"),
    ChannelPlan(id="desk-a", kind="chatwoot", market="fr"),
)
PLAN = Plan(
    version=1,
    public_base_url="https://contact.shop.example",
    market="fr",
    channels={c.id: c for c in CHANNELS},
    desks={
        "agents": Desk(id="agents", channel="desk-a", capacity=Capacity(concurrent=2)),
        "others": Desk(id="others", channel="desk-a", capacity=Capacity(concurrent=2)),
    },
    purposes={
        "order": Purpose(
            id="order",
            match=(Match(channel="messenger-fr"),),
            routes={"fr": ("agents", "others"), "jp": ("agents",)},
        )
    },
)
ALL_UP = {f"{c.id}#in#{c.market}": UP for c in CHANNELS}


def situation(
    beliefs: Mapping[str, Belief] | None = None,
    *orders: Order,
    loads: Mapping[str, Load] | None = None,
    plan: Plan = PLAN,
) -> Situation:
    return Situation(
        plan=plan, beliefs={**ALL_UP, **(beliefs or {})}, orders=Orders(given=orders), loads=loads or {}
    )


def order(kind: OrderKind, scope: str) -> Order:
    return Order(
        id=f"{kind}-{scope}",
        kind=kind,
        scope=scope,
        until=NOW + timedelta(hours=1),
        owner="ops",
        reason="drill",
        since=NOW,
    )


def shown(feed: Feed) -> list[tuple[str, str, str]]:
    return [(w.channel, w.state.value, w.note.value) for w in feed.ways]


def test_lists_the_markets_and_the_worlds_doors_in_the_plans_order() -> None:
    feed = ways(situation(), "fr", "fr", NOW)

    assert shown(feed) == [("messenger-fr", "open", ""), ("voice-fr", "open", ""), ("mail", "open", "")]
    assert [w.medium for w in feed.ways] == [Medium.MESSAGING, Medium.VOICE, Medium.EMAIL]
    assert feed.notice is Notice.NONE


def test_a_market_without_doors_of_its_own_still_sees_the_worlds() -> None:
    feed = ways(situation(), "jp", "en", NOW)

    assert [w.channel for w in feed.ways] == ["mail"]


def test_a_market_with_no_door_at_all_sees_every_door() -> None:
    plan = replace(PLAN, channels={c.id: c for c in CHANNELS if c.id != "mail"})

    feed = ways(situation(plan=plan), "jp", "en", NOW)

    assert [w.channel for w in feed.ways] == ["messenger-fr", "voice-fr", "sms-uk"]


@pytest.mark.parametrize(
    ("belief", "state", "note"),
    [
        (UP, WayState.OPEN, Note.NONE),
        (UNKNOWN, WayState.DEGRADED, Note.UNSURE),
        (TRIAL, WayState.DEGRADED, Note.RETURNING),
        (DOWN, WayState.CLOSED, Note.DOWN),
        (STALE_DOWN, WayState.CLOSED, Note.DOWN),
        (BLOCKED, WayState.CLOSED, Note.DOWN),
    ],
)
def test_a_way_is_as_good_as_the_belief_in_its_inward_path(
    belief: Belief, state: WayState, note: Note
) -> None:
    feed = ways(situation({"messenger-fr#in#fr": belief}), "fr", "fr", NOW)

    found = next(w for w in feed.ways if w.channel == "messenger-fr")
    assert (found.state, found.note) == (state, note)


def test_a_path_nobody_has_heard_of_is_offered_but_not_called_open() -> None:
    feed = ways(Situation(plan=PLAN), "fr", "fr", NOW)

    assert {w.state for w in feed.ways} == {WayState.DEGRADED}


def test_the_outward_path_does_not_close_a_door() -> None:
    feed = ways(situation({"messenger-fr#out#fr": DOWN}), "fr", "fr", NOW)

    assert feed.ways[0].state is WayState.OPEN


def test_a_world_channel_may_be_down_in_one_market_and_up_in_another() -> None:
    beliefs = {"mail#in#fr": DOWN}

    french = ways(situation(beliefs), "fr", "fr", NOW)
    british = ways(situation(beliefs), "uk", "en", NOW)

    assert [w.state for w in french.ways if w.channel == "mail"] == [WayState.CLOSED]
    assert [w.state for w in british.ways if w.channel == "mail"] == [WayState.OPEN]


def test_the_dead_channel_goes_last_and_the_notice_says_so() -> None:
    feed = ways(situation({"messenger-fr#in#fr": DOWN}), "fr", "fr", NOW)

    assert [w.channel for w in feed.ways] == ["voice-fr", "mail", "messenger-fr"]
    assert feed.notice is Notice.SOME_CLOSED


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        (OrderKind.FORCE_DOWN, Note.DOWN),
        (OrderKind.DRAIN, Note.DOWN),
        (OrderKind.MAINTENANCE, Note.MAINTENANCE),
    ],
)
@pytest.mark.parametrize("scope", ["channel:voice-fr", "path:voice-fr#in#fr"])
def test_an_order_closes_a_healthy_door(kind: OrderKind, note: Note, scope: str) -> None:
    feed = ways(situation(None, order(kind, scope)), "fr", "fr", NOW)

    assert shown(feed)[-1] == ("voice-fr", "closed", note.value)


def test_an_order_that_has_ended_closes_nothing() -> None:
    given = situation(None, order(OrderKind.FORCE_DOWN, "channel:voice-fr"))

    feed = ways(given, "fr", "fr", NOW + timedelta(hours=1))

    assert {w.state for w in feed.ways} == {WayState.OPEN}


def test_forcing_up_opens_a_door_believed_down_but_not_against_a_second_order() -> None:
    up = order(OrderKind.FORCE_UP, "channel:messenger-fr")
    drain = order(OrderKind.DRAIN, "channel:messenger-fr")

    forced = ways(situation({"messenger-fr#in#fr": DOWN}, up), "fr", "fr", NOW)
    both = ways(situation({"messenger-fr#in#fr": DOWN}, up, drain), "fr", "fr", NOW)

    assert shown(forced)[0] == ("messenger-fr", "open", "")
    assert shown(both)[-1] == ("messenger-fr", "closed", "down")


def test_a_door_whose_desks_are_all_full_is_offered_after_the_others() -> None:
    full = Load(at=NOW, in_use=2)

    one = ways(situation(loads={"agents": full}), "fr", "fr", NOW)
    every = ways(situation(loads={"agents": full, "others": full}), "fr", "fr", NOW)
    old = ways(situation(loads={"agents": full, "others": full}), "fr", "fr", NOW + timedelta(minutes=3))

    assert shown(one)[0] == ("messenger-fr", "open", "")
    assert shown(every)[-1] == ("messenger-fr", "degraded", "busy")
    assert shown(old)[0] == ("messenger-fr", "open", "")


def test_when_nothing_works_every_way_is_offered_alike_in_the_plans_order() -> None:
    feed = ways(situation(dict.fromkeys(ALL_UP, DOWN)), "fr", "fr", NOW)

    assert shown(feed) == [(name, "degraded", "") for name in ("messenger-fr", "voice-fr", "mail")]
    assert feed.notice is Notice.ALL_OPTIONS


def random_situation(rng: Random) -> Situation:
    choices = (UP, DOWN, TRIAL, UNKNOWN, STALE_DOWN, BLOCKED, None)
    kinds = (None, None, *OrderKind)
    drawn = {path: belief for path in ALL_UP if (belief := rng.choice(choices))}
    doors = [c.id for c in CHANNELS if c.door]
    given = tuple(order(kind, f"channel:{name}") for name in doors if (kind := rng.choice(kinds)))
    return Situation(plan=PLAN, beliefs=drawn, orders=Orders(given=given))


def fit(name: str, given: Situation) -> bool:
    """Said again in the test's own words: may this channel be offered at all?"""
    kinds = {o.kind for o in given.orders.given if o.scope == f"channel:{name}"}
    belief = given.beliefs.get(f"{name}#in#{PLAN.channels[name].market}", UNKNOWN)
    if kinds & {OrderKind.FORCE_DOWN, OrderKind.DRAIN, OrderKind.MAINTENANCE} or belief is BLOCKED:
        return False
    return OrderKind.FORCE_UP in kinds or belief in (UP, TRIAL, UNKNOWN)


def test_no_dead_way_is_offered_while_a_good_one_exists_in_ten_thousand_random_states() -> None:
    rng = Random(20261121)  # noqa: S311 - a repeatable walk, no secret
    names = ["messenger-fr", "voice-fr", "mail"]
    helpless = 0

    for _ in range(10_000):
        given = random_situation(rng)
        feed = ways(given, "fr", "fr", NOW)
        offered = {w.channel for w in feed.ways if w.state is not WayState.CLOSED}
        good = {name for name in names if fit(name, given)}
        helpless += not good

        assert sorted(w.channel for w in feed.ways) == sorted(names)
        assert offered == (good or set(names))
        assert (feed.notice is Notice.ALL_OPTIONS) == (not good)
        states = [w.state for w in feed.ways]
        assert states == sorted(states, key=tuple(WayState).index)
    assert 500 < helpless < 9_500


def test_the_feed_tells_everything_a_page_needs_in_the_customers_language() -> None:
    feed = ways(situation({"messenger-fr#in#fr": DOWN}), "fr", "en", NOW)

    told = json.loads(document(feed, say))

    assert {k: told[k] for k in ("schema", "market", "language", "generated_at", "max_age")} == {
        "schema": 1, "market": "fr", "language": "en", "generated_at": "2026-11-21T12:00:00Z", "max_age": 300,
    }  # fmt: skip
    assert told["notice"] == say("front_door.some_closed", "en")
    assert told["ways"][0] == {
        "channel": "voice-fr", "medium": "voice", "label": "voice-fr (en)", "url": "tel:+33100000000",
        "state": "open", "note": "",
    }  # fmt: skip
    assert told["ways"][2]["note"] == say("front_door.down", "en")


def test_the_feed_stays_under_ten_kilobytes_and_never_drops_a_state() -> None:
    many = [
        channel(f"canal-été-{n}", f"https://shop.example/{'x' * 300}", labels={"fr": "é" * 120})
        for n in range(60)
    ]
    beliefs = {f"{c.id}#in#fr": DOWN if n % 3 else UP for n, c in enumerate(many)}
    plan = replace(PLAN, channels={c.id: c for c in many})

    text = document(ways(Situation(plan=plan, beliefs=beliefs), "fr", "fr", NOW), say)

    told = json.loads(text)["ways"]
    assert len(text.encode()) <= MOST_BYTES
    assert len(told) == 60
    assert all(row["state"] in ("open", "degraded", "closed") for row in told)
    assert "url" in told[0]


def test_the_feed_names_no_provider() -> None:
    text = document(ways(situation({"messenger-fr#in#fr": BLOCKED}), "fr", "fr", NOW), say)

    assert "meta" not in text
    assert '"kind"' not in text


def test_every_market_of_the_plan_has_a_feed_in_every_language() -> None:
    found = feeds(PLAN)

    assert set(found) == {(m, lang) for m in ("fr", "jp", "uk", "world") for lang in ("fr", "en")}
    assert len(found) == len(set(found))
