"""Fifty operators at once, each with a will of its own; what they are refused with, and what they leave behind."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, local

from chalicelib.domain.orders import OrderKind
from chalicelib.domain.planned_work.windows import Span, Window
from chalicelib.ports import Stale, Unavailable
from chalicelib.service.operate import maintenance, orders, plans
from chalicelib.service.operate.refusals import Overtaken, Refusal
from infra.local.scene import until
from tests.safety.oracle import shortages
from tests.safety.plans import PLANS
from tests.safety.stage import WORDS

COMMANDED, PLANNED = ("desk:desk-a", "channel:box-a"), ("desk:desk-c", "channel:box-c")
"""Any of the one with any of the other leaves somebody short, under each of these plans."""
NAMES = ("strict", "narrow", "wide")
ROUNDS = 10


def race(stage, writers=50):
    """What each of the writers came to: "" when it had its will; and the shortages at the end."""
    all_look_before_anybody_writes(stage.ports.permission, writers)

    def one(number):
        for _ in range(ROUNDS):  # as an operator would: read again, decide again
            try:
                will(stage, number)
            except Overtaken:
                continue
            except (Refusal, Stale, Unavailable) as refused:
                return type(refused).__name__
            else:
                return ""
        return "Overtaken"

    with ThreadPoolExecutor(writers) as pool:
        came = list(pool.map(one, range(writers)))
    return came, shortages(*left_behind(stage.ports), stage.clock.now())


def left_behind(ports):
    """Plan, orders and planned work at the end. Stores that fifty writers took the breath of are asked again."""
    found = []

    def read():
        with suppress(Unavailable):
            found[:] = ports.plans.current().compiled, ports.orders.read(), ports.maintenance.read()
        return bool(found)

    until(read, "the stores answer", 20)
    return found


def all_look_before_anybody_writes(store, writers):
    """Each writer's second look, by which it decides, is over for all before the first of them goes on."""
    genuine, looks, gate = store.read, local(), Barrier(writers)

    def read():
        found = genuine()
        looks.count = getattr(looks, "count", 0) + 1
        if looks.count == 2:
            gate.wait(60)
        return found

    store.read = read


def will(stage, number):
    """One writer's: an order, work that begins in a minute, or a plan."""
    post, half = stage.post("bob"), number // 2 % 2
    seen = stage.ports.permission.read()
    until = post.now + timedelta(minutes=number + 10)
    if number % 7 == 0:
        plans.publish(post, PLANS[NAMES[number % len(NAMES)]], "r", {seen.plan})
    elif number % 2:
        wanted = orders.Wanted(kind=OrderKind.DRAIN, scope=COMMANDED[half], until=until, reason="r")
        orders.give(post, wanted, {seen.orders.version})
    else:
        span = Span(start=post.now + timedelta(minutes=1), end=until)
        named = dict.fromkeys(("alarm", "order", "advice"), ("reply",))
        window = Window(
            id="new",
            title="w",
            scopes=(PLANNED[half],),
            spans=(span,),
            alternatives=named,
            reply=WORDS,
            reason="r",
        )
        maintenance.plan(post, window, {seen.windows.version})
