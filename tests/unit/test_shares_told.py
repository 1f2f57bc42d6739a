"""What is told of shared routes: who serves after a flip, how long the line is, which markets an order is of."""

from datetime import UTC, datetime

from chalicelib.domain.access.scope import EVERYWHERE, markets_of
from chalicelib.domain.belief import DOWN, Belief
from chalicelib.domain.load import Load
from chalicelib.domain.load_science.at_the_door import wait
from chalicelib.domain.model import Medium
from chalicelib.domain.orders import Orders
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.routing import Situation
from chalicelib.domain.shares.in_force import in_force
from chalicelib.domain.shares.share import Shifted
from chalicelib.domain.takeover import served
from tests.unit.shares_side import DESKS, ROUTE, SCOPE, shared_plan

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLAN = read_plan(shared_plan(), 1)


def serving(path, **beliefs):
    (found,) = served(Situation(plan=PLAN, beliefs=beliefs), path, NOW)["routes"]
    return found["of"], found["now"]


def test_a_desk_that_is_back_serves_again_whatever_a_draw_would_say():
    gone = Belief(state=DOWN, weight=0.0)

    assert serving("box-a#out#world") == ("desk-a", "desk-a")
    assert serving("box-b#out#world") == ("desk-b", "desk-b")
    assert serving("box-b#out#world", **{"box-b#out#world": gone}) == ("desk-b", "desk-a")
    assert serving("box-a#out#world", **{"box-a#out#world": gone}) == ("desk-a", "desk-b")


def test_the_wait_that_is_told_holds_for_every_desk_that_may_be_drawn():
    staffed = shared_plan().replace(
        DESKS, DESKS.replace("concurrent: 5}}", "concurrent: 50}, agents: 2, handling: 4m}")
    )
    plan = read_plan(staffed, 1)
    short, long = Load(at=NOW, waiting=1), Load(at=NOW, waiting=9)

    def told(**loads):
        named = {name.replace("_", "-"): load for name, load in loads.items()}
        return wait("shop", Medium.MESSAGING, Situation(plan=plan, loads=named), "fr", NOW)

    quick, slow, both = (
        told(desk_a=short, desk_b=short),
        told(desk_a=long, desk_b=long),
        told(desk_a=short, desk_b=long),
    )
    assert quick != slow
    assert both[0] <= quick[0]
    assert both[1] is None or both[1] >= slow[0]
    assert told(desk_a=short) is None, "nothing is promised of a desk that nobody knows"


def test_shares_that_shifted_under_another_plan_are_passed_over():
    shared, now = PLAN.shared("order", "fr"), {"desk-a": 10, "desk-b": 90}
    ours, other = dict(shared.shares), {"desk-a": 60, "desk-b": 40}

    def holding(planned):
        found = in_force(shared, Orders(), {SCOPE: Shifted(planned=planned, now=now)}, NOW)
        return found.by, dict(found.shares)

    assert holding(ours) == ("shift", now)
    assert holding(other) == ("plan", ours)


def test_an_order_on_shares_is_of_the_routes_market():
    assert markets_of(PLAN, SCOPE) == {"fr"}
    assert markets_of(PLAN, "route:order#world") == {EVERYWHERE}
    assert markets_of(PLAN, "route:order") == {EVERYWHERE}
    assert ROUTE in shared_plan()
