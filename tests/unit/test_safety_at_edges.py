"""Essential purposes without a rule, markets behind the world's route, fallbacks in use, windows that yield."""

import re
from pathlib import Path

import pytest

from chalicelib.domain.belief import Belief
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.permission.fallbacks import taken_away
from chalicelib.domain.permission.pace import commanded, touched
from chalicelib.domain.permission.record import Glass, Off, Record, Switch, read_record, record_text
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.safety import FORBIDDING
from chalicelib.http_types import NotSent
from tests.unit.operations_side import PLAN, Operations, give
from tests.unit.test_operate_maintenance import plan
from tests.unit.vendor_side import Vendor, work
from tests.world import START, hours

ROOT = Path(__file__).resolve().parents[2]
ESSENTIAL = PLAN.partition("safety:")[0].replace("lane: normal", "lane: normal, essential: true")
EVERYWHERE = ESSENTIAL.replace("routes: {fr: [desk-a, desk-b]}", "routes: {world: [desk-a, desk-b]}").replace(
    "  box-a: {",
    "  box-u: {kind: webhook, market: us, account: u, settings: {url: 'https://u.example'}}\n  box-a: {",
)
THREE = PLAN.replace(
    "desks:", "  box-c: {kind: webhook, provider: gamma, settings: {url: 'https://c.example/in'}}\ndesks:"
).replace("purposes:", "  desk-c: {channel: box-c, capacity: {concurrent: 9}}\npurposes:").replace(
    "[desk-a, desk-b]", "[desk-a, desk-b, desk-c]"
)  # fmt: skip
OUT = {"box-a#out#world": Belief(state="down", weight=0.0)}


def order(kind, scope):
    return Order(id="o1", kind=kind, scope=scope, since=START, until=START + hours(1), owner="o", reason="r")


def test_an_essential_purpose_without_a_rule_keeps_a_channel():
    api = Operations(ESSENTIAL)
    give(api)

    refused = give(api, version=1, scope="desk:desk-b")

    assert (refused.code, refused.json["rules"][0]["path"]) == (409, "purposes.order.essential")


def test_a_plan_may_say_that_an_essential_purpose_needs_none():
    api = Operations(ESSENTIAL + "safety: [{purpose: order, min_channels: 0}]\n")
    give(api)

    assert give(api, version=1, scope="desk:desk-b").code == 201


def test_a_market_that_is_served_by_the_worlds_route_is_protected_on_its_own_paths():
    api = Operations(EVERYWHERE)
    give(api, scope="path:box-a#out#us")

    assert give(api, version=1, scope="path:box-b#out#us").problem == "unsafe"
    assert give(api, version=1, scope="path:box-b#out#fr").code == 201


@pytest.mark.parametrize("kind", [*sorted(FORBIDDING), OrderKind.FORCE_UP])
def test_a_fallback_in_use_is_not_maintained_and_gives_way_only_to_another(kind):
    three, two = (read_plan(text, 1) for text in (THREE, PLAN))
    after = Orders(given=(order(kind, "desk:desk-b"),))

    found = taken_away(three, (Orders(), after), OUT, START)

    assert bool(found) is (kind is OrderKind.MAINTENANCE)
    assert bool(taken_away(two, (Orders(), after), OUT, START)) is (kind is not OrderKind.FORCE_UP)
    assert taken_away(three, (Orders(), after), {}, START) == ()


def test_maintenance_of_the_desk_that_serves_instead_of_one_believed_down_is_refused_and_belief_is_not():
    api = Operations(THREE)
    api.world.desks.fault["a.example"] = NotSent("refused")
    for _ in range(4):
        api.world.minute()
    api.refresh()
    assert api.routed() == "desk-b"

    refused = give(api, scope="channel:box-b", kind="maintenance")
    begun = plan(api, scopes=["desk:desk-b"], alternatives={"order": ["desk:desk-c"]}, start=0, end=60)

    assert (refused.problem, begun.problem) == ("in-use", "in-use")
    assert (
        plan(api, scopes=["desk:desk-b"], alternatives={"order": ["desk:desk-c"]}, start=600, end=660).code
        == 201
    )
    api.world.desks.fault["b.example"] = NotSent("refused")
    for _ in range(4):
        api.world.minute()
    api.refresh()
    assert api.routed() == "desk-c"


def test_a_vendors_window_yields_in_the_very_write_of_an_order():
    vendor = Vendor()
    [window] = vendor.tells(work())
    assert window["effect"] == "divert"

    given = give(vendor, scope="desk:desk-b", until=1000)

    [after] = vendor.windows()
    assert given.code == 201
    assert after["effect"] == "expect"
    assert after["task"]


def test_what_changes_on_a_scope_is_told_from_what_only_ends():
    before = commanded(
        Orders(given=(order(OrderKind.DRAIN, "desk:a"), order(OrderKind.DRAIN, "desk:b"))), START
    )
    after = commanded(
        Orders(given=(order(OrderKind.DRAIN, "desk:b"), order(OrderKind.DRAIN, "desk:c"))), START
    )

    assert touched(before, after) == {"desk:a": False, "desk:c": True}
    assert commanded(Orders(given=(order(OrderKind.DRAIN, "desk:a"),)), START + hours(1)) == {}


def test_the_record_of_permission_comes_back_from_its_stored_form():
    record = Record(
        version=3,
        changed={"desk:a": START},
        off=(Off(switch=Switch.ORDERS, until=START + hours(1), owner="a", reason="é", since=START),),
        glass=(
            Glass(id="g1", scope="s", owner="a", name="n", reason="é", since=START, until=START, minutes=5),
            Glass(id="g2", scope="s", owner="a", name="n", reason="é", since=START, until=START, minutes=5, by="b",
                  at=START, orders=("o1",)),
        ),
    )  # fmt: skip

    assert read_record(record_text(record)) == record


def test_no_service_changes_what_is_permitted_by_any_other_way():
    ways = re.compile(r"\b(orders|maintenance)\.write\(|\bplans\.publish\(|permission\.write\(")
    sources = {
        path.relative_to(ROOT / "chalicelib").as_posix(): path for path in ROOT.glob("chalicelib/**/*.py")
    }

    users = {name for name, path in sources.items() if ways.search(path.read_text())}

    callers = {
        "handlers/operate/plan.py",
        "service/operate/plan_changes.py",
        "service/operate/schedule.py",
    }
    assert users == callers | {"service/planned_work.py"}, "the callers ask service/operate/plans.py"
