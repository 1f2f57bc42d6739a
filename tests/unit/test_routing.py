"""The decision: choice, reasons, panic, and the properties that hold for every input."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.health import Belief
from chalicelib.domain.load import Load
from chalicelib.domain.model import Medium
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.routing import (
    CODES,
    LAST_RANK,
    Case,
    Decision,
    Reason,
    Situation,
    against_person,
    read_decision,
    route,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLAN = read_plan(
    """
schema: 1
public_base_url: https://bascule.example
market: fr
hours: {office: {zone: Europe/Paris, open: {mon-fri: ["08:00-18:00"]}}}
channels:
  c-a: {kind: webhook, provider: alpha}
  c-b: {kind: webhook, provider: beta}
  c-c: {kind: webhook, provider: beta}
desks:
  a: {channel: c-a, capacity: {concurrent: 20}, hours: office}
  b: {channel: c-b, capacity: {concurrent: 10}, media: [messaging]}
  c: {channel: c-c}
purposes:
  order: {match: [{}], routes: {fr: [a, b, c], uk: [b]}}
""",
    7,
)
CASE = Case(key="k1", purpose="order", market="fr", medium=Medium.MESSAGING)
SOON = NOW + timedelta(seconds=9)
UK = Case(key="k", purpose="order", market="uk", medium=Medium.MESSAGING)
DOWN = Belief(state="down", weight=0.0, score=9)


def decide(case=CASE, tried=(), now=NOW, **situation):
    return route(case, Situation(plan=PLAN, **situation), tried, now)


def order(kind, scope, minutes=60):
    until = NOW + timedelta(minutes=minutes)
    return Order(id=f"{kind}{scope}", kind=kind, scope=scope, since=NOW, until=until, owner="o", reason="r")


def test_the_first_option_is_preferred_and_the_others_are_of_lower_rank():
    decision = decide()

    assert (decision.desk, decision.because) == ("a", "preferred")
    assert decision.rejected == (("b", Reason.LOWER_RANK), ("c", Reason.LOWER_RANK))


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        ({"beliefs": {"c-a#out#world": DOWN}}, Reason.DOWN),
        ({"beliefs": {"c-a#out#fr": DOWN}}, Reason.DOWN),
        ({"beliefs": {"c-a#out#world": Belief(state="trial", weight=1e-12)}}, Reason.TRIAL_NOT_DRAWN),
        (
            {"beliefs": {"c-a#out#world": Belief(state="down", weight=0, account=True)}},
            Reason.ACCOUNT_BLOCKED,
        ),
        (
            {"beliefs": {"c-a#out#world": Belief(state="up", weight=1, throttled_until=SOON)}},
            Reason.THROTTLED,
        ),
        ({"orders": Orders(given=(order(OrderKind.FORCE_DOWN, "desk:a"),))}, Reason.OVERRIDDEN),
        ({"orders": Orders(given=(order(OrderKind.DRAIN, "channel:c-a"),))}, Reason.DRAINING),
        ({"orders": Orders(given=(order(OrderKind.MAINTENANCE, "path:c-a#out#world"),))}, Reason.MAINTENANCE),
        ({"now": NOW.replace(hour=20)}, Reason.CLOSED),
        ({"loads": {"a": Load(at=NOW, in_use=20)}}, Reason.FULL),
        ({"loads": {"a": Load(at=NOW, free=0)}}, Reason.FULL),
        ({"tried": ("a",)}, Reason.ALREADY_TRIED),
    ],
)
def test_each_reason_rejects_the_first_desk_and_the_second_gets_the_contact(situation, reason):
    decision = decide(**situation)

    assert (decision.desk, decision.because) == ("b", "next")
    assert decision.rejected[0] == ("a", reason)


def test_a_desk_that_does_not_take_the_medium_is_unfit():
    decision = decide(Case(key="k", purpose="order", market="uk", medium=Medium.SMS))

    assert decision.rejected == (("b", Reason.MEDIUM_UNFIT),)
    assert decision.desk == LAST_RANK


def test_an_old_load_reading_is_unknown_and_rejects_nobody():
    assert decide(loads={"a": Load(at=NOW - timedelta(seconds=121), free=0)}).desk == "a"


def test_an_order_ends_by_itself_even_in_an_old_copy():
    orders = Orders(given=(order(OrderKind.FORCE_DOWN, "desk:a"),))

    assert decide(orders=orders).desk == "b"
    assert decide(orders=orders, now=NOW + timedelta(minutes=60)).desk == "a"


def test_a_desk_forced_up_is_used_against_belief_but_never_against_a_blocked_account():
    orders = Orders(given=(order(OrderKind.FORCE_UP, "desk:a"),))

    assert decide(orders=orders, beliefs={"c-a#out#world": DOWN}).desk == "a"
    assert (
        decide(orders=orders, beliefs={"c-a#out#world": Belief(state="down", weight=0, account=True)}).desk
        == "b"
    )


def test_markets_differ_at_the_same_instant():
    beliefs = {"c-b#out#uk": DOWN}

    assert decide(UK, beliefs=beliefs).desk == LAST_RANK
    assert decide(tried=("a",), beliefs=beliefs).desk == "b"


def test_one_provider_down_is_believed_and_the_last_rank_follows():
    beliefs = {"c-b#out#world": DOWN, "c-c#out#world": DOWN}
    decision = decide(beliefs=beliefs, tried=("a",))

    assert (decision.desk, decision.panic) == (LAST_RANK, False)


def test_unrelated_providers_all_down_are_doubted_and_the_least_bad_is_tried():
    scores = {"a": 5, "b": 3, "c": 4}
    beliefs = {f"c-{x}#out#world": Belief(state="down", weight=0, score=s) for x, s in scores.items()}
    decision = decide(beliefs=beliefs)

    assert (decision.desk, decision.because, decision.panic) == ("b", "panic", True)


def test_panic_never_overrules_an_operator():
    beliefs = {f"c-{x}#out#world": DOWN for x in "abc"}
    orders = Orders(given=tuple(order(OrderKind.FORCE_DOWN, f"desk:{x}") for x in "abc"))

    assert decide(beliefs=beliefs, orders=orders).desk == LAST_RANK


def test_unknown_never_triggers_panic_and_keeps_its_weight():
    beliefs = {f"c-{x}#out#world": Belief(state="unknown", weight=1.0) for x in "abc"}

    assert decide(beliefs=beliefs).because == "preferred"


def test_a_person_outside_the_messaging_window_is_not_written_to():
    channel = PLAN.channels["c-a"]
    day, old = timedelta(hours=24), NOW - timedelta(hours=25)

    assert (
        against_person(channel, CASE, Situation(plan=PLAN), now=NOW, window=day, heard=old)
        is Reason.WINDOW_CLOSED
    )
    assert against_person(channel, CASE, Situation(plan=PLAN), now=NOW, window=day, heard=NOW) is None


@pytest.mark.parametrize("text", ["", "a|b", "a|b:xx||1.2.3", "a|||1.2", "a|||1.2.x"])
def test_only_stored_decisions_are_read_back(text):
    with pytest.raises(ValueError, match="not a stored decision"):
        read_decision(text)


def test_every_reason_has_a_code_of_its_own():
    assert len(set(CODES.values())) == len(Reason) == 16


beliefs_of = st.builds(
    Belief,
    state=st.sampled_from(["up", "trial", "down", "unknown"]),
    weight=st.sampled_from([0.0, 0.1, 0.9, 1.0]),
    score=st.integers(0, 20_000),
    account=st.booleans(),
    throttled_until=st.none() | st.just(NOW + timedelta(seconds=5)),
)
situations = st.builds(
    lambda beliefs, kinds, loads: Situation(
        plan=PLAN,
        beliefs={f"c-{x}#out#world": b for x, b in zip("abc", beliefs, strict=True)},
        orders=Orders(given=tuple(order(k, f"desk:{x}") for x, k in zip("abc", kinds, strict=True) if k)),
        loads={x: Load(at=NOW, free=f) for x, f in zip("abc", loads, strict=True)},
    ),
    st.tuples(beliefs_of, beliefs_of, beliefs_of),
    st.tuples(*[st.none() | st.sampled_from(list(OrderKind))] * 3),
    st.tuples(*[st.integers(0, 2)] * 3),
)


@settings(max_examples=300, deadline=None)
@given(situations, st.lists(st.sampled_from("abc"), unique=True), st.text(max_size=8))
def test_the_decision_is_total_deterministic_and_explains_every_option(situation, tried, key):
    case = Case(key=key, purpose="order", market="fr", medium=Medium.MESSAGING)
    decision = route(case, situation, tried, NOW)

    assert decision == route(case, situation, tried, NOW)
    assert {desk for desk, _ in decision.rejected} | ({decision.desk} - {LAST_RANK}) == set("abc")
    assert decision.desk not in dict(decision.rejected)
    assert decision.desk not in tried or decision.desk == LAST_RANK
    assert read_decision(decision.compact()) == decision


@settings(max_examples=300, deadline=None)
@given(situations)
def test_no_desk_is_chosen_that_an_operator_or_its_load_forbids(situation):
    decision = route(CASE, situation, (), NOW)
    forbidden = {OrderKind.FORCE_DOWN, OrderKind.DRAIN, OrderKind.MAINTENANCE}

    assert not situation.orders.on((f"desk:{decision.desk}",), NOW) & forbidden
    assert decision.desk == LAST_RANK or situation.loads[decision.desk].free != 0


def test_a_purpose_nobody_routes_ends_on_the_last_rank():
    decision = decide(Case(key="k", purpose="nothing", market="fr", medium=Medium.MESSAGING))

    assert decision == Decision(desk=LAST_RANK, rejected=(), plan=7, orders=0, snapshot=0)
