"""Safety rules: no order, no sequence and no race of orders leaves a purpose less than the plan keeps for it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.permission.worsened import worsened
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.planned_work.rules import Ahead
from chalicelib.domain.planned_work.windows import Windows
from chalicelib.domain.safety import breaches
from chalicelib.service.operate.callers import Caller
from chalicelib.service.operate.orders import Wanted
from chalicelib.service.operate.orders import give as give_order
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Overtaken, Unsafe
from chalicelib.service.operate.roles import Role
from tests.unit.operations_side import PLAN, Operations, give
from tests.world import START

PLANNED = read_plan(PLAN, 1)


def order(scope, kind=OrderKind.DRAIN, *, id_="o1", since=START, minutes=60):
    until = since + timedelta(minutes=minutes)
    return Order(id=id_, kind=kind, scope=scope, until=until, owner="o", reason="r", since=since)


def on(orders):
    return Ahead(plan=PLANNED, orders=orders, windows=Windows())


def test_an_order_is_not_blamed_for_what_was_short_before_it():
    short = Orders(given=(order("desk:desk-a"), order("desk:desk-b", id_="o2")))
    elsewhere = short.give(order("channel:shop", id_="o3"), START)

    assert breaches(PLANNED, short, START)
    assert worsened(on(short), on(elsewhere), START) == ()


def test_an_order_that_begins_later_counts_where_it_overlaps_another():
    later = START + timedelta(minutes=30)
    overlapping = Orders(given=(order("desk:desk-a"), order("desk:desk-b", id_="o2", since=later)))
    apart = Orders(given=(order("desk:desk-a", minutes=30), order("desk:desk-b", id_="o2", since=later)))

    assert breaches(PLANNED, overlapping, START)
    assert breaches(PLANNED, apart, START) == ()


def test_forcing_up_never_breaks_a_rule():
    forced = Orders().give(order("channel:box-a", OrderKind.FORCE_UP), START)

    assert worsened(on(Orders()), on(forced), START) == ()


def test_a_race_of_writers_gets_round_no_safety_rule():
    api = Operations()
    wired, start = api.world.wired, Barrier(20)
    caller = Caller(id="o1", name="", role=Role.OPERATOR, expires=START)

    def drain(number: int) -> None:
        post = Post(
            stores=wired.stores, situations=wired.situations, registry=wired.registry, caller=caller, now=START
        )  # fmt: skip
        scope = ("desk:desk-a", "channel:box-b")[number % 2]
        until = START + timedelta(minutes=number + 1)
        start.wait()
        for _ in range(50):
            version = wired.stores.orders.read().version
            with suppress(Overtaken):
                give_order(
                    post, Wanted(kind=OrderKind.DRAIN, scope=scope, until=until, reason="r"), {version}
                )
                return

    with ThreadPoolExecutor(20) as pool:
        raced = [pool.submit(drain, number) for number in range(20)]
    refused = [one.exception() for one in raced if one.exception()]

    given = api.ports.orders.read().given
    assert len({order.scope for order in given}) == 1
    assert given
    assert {type(error) for error in refused} == {Unsafe}
    assert breaches(PLANNED, api.ports.orders.read(), START) == ()


scopes = st.sampled_from(
    [
        "desk:desk-a",
        "desk:desk-b",
        "channel:box-a",
        "channel:box-b",
        "path:box-a#out#world",
        "path:box-b#out#fr",
    ]
)
steps = st.tuples(
    st.sampled_from(["force_down", "drain", "maintenance", "force_up", "lift"]),
    scopes,
    st.integers(1, 1440),
    st.integers(0, 900),
)


@given(st.lists(steps, max_size=12))
def test_no_sequence_of_orders_leaves_a_protected_purpose_without_a_permitted_desk(sequence):
    api = Operations()

    for kind, scope, minutes, wait in sequence:
        orders = api.ports.orders.read()
        if kind == "lift" and orders.given:
            api.ask("DELETE", f"/v1/orders/{orders.given[0].id}", headers={"if-match": f'"{orders.version}"'})
        elif kind != "lift":
            give(api, version=orders.version, kind=kind, scope=scope, until=minutes)
        api.world.clock.advance(wait)

        assert breaches(PLANNED, api.ports.orders.read(), api.world.clock.now()) == ()
