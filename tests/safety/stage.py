"""A deployment with its operators: every way there is to change what is permitted, and what came of each try."""

from collections.abc import Callable
from datetime import timedelta

from chalicelib.domain.access.owner import marks_of
from chalicelib.domain.belief import UP, Belief
from chalicelib.domain.orders import OrderKind
from chalicelib.domain.permission.record import Switch
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.planned_work.windows import Span, Window, standing
from chalicelib.domain.routing import Situation
from chalicelib.domain.surge.posture import SCOPE
from chalicelib.domain.vendor_pages.page import Maintenance
from chalicelib.domain.vendor_pages.watched import Watched
from chalicelib.memory import MemoryPorts
from chalicelib.ports import Stale
from chalicelib.service.operate import glass, maintenance, orders, plans, switches
from chalicelib.service.operate.callers import Caller
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Refusal
from chalicelib.service.operate.roles import Role
from chalicelib.service.planned_work import planned_work
from chalicelib.service.shifting import Shifter
from tests.safety.plans import PLANS, SHARED
from tests.safety.racing import just_before_the_write
from tests.world import START, World

PEOPLE = {
    "ann": Caller(id="t1", name="Ann", role=Role.OPERATOR, expires=START, owners=marks_of(["ann@x.example"])),
    "ann2": Caller(id="t2", name=" ANN ", role=Role.ADMIN, expires=START, owners=marks_of(["a@x.example"])),
    "bob": Caller(id="t3", name="Bob", role=Role.ADMIN, expires=START, owners=marks_of(["bob@x.example"])),
    "nameless": Caller(id="t4", name="", role=Role.OPERATOR, expires=START),
}
DOUBTED = Belief(state=UP, weight=1.0, suspect=True)
WORDS = {"fr": "Plus tard.", "en": "Later."}


class Stage:
    """`ports` may have a way of permission of its own, sound or mutilated."""

    def __init__(self, ports: MemoryPorts | None = None) -> None:
        self.ports = ports or MemoryPorts()
        self.world = World(PLANS["wide"], ports=self.ports)
        self.clock = self.world.clock
        self.refused: list[str] = []
        self.broken: dict[str, str] = {}
        """The orders given under glass, each with the scope that two persons agreed on."""

    def post(self, who: str) -> Post:
        wired = self.world.wired
        return Post(
            stores=wired.stores, situations=wired.situations, registry=wired.registry, caller=PEOPLE[who],
            now=self.clock.now(),
        )  # fmt: skip

    def attempt(self, act: Callable) -> object:
        """What an operation answered, or None: refused."""
        try:
            return act()
        except (Refusal, Stale) as refused:
            self.refused.append(type(refused).__name__)
            return None

    def order(self, who: str, kind: str, scope: str, minutes: int, under: str = "") -> None:
        wanted = orders.Wanted(
            kind=OrderKind(kind), scope=scope, until=self.clock.now() + timedelta(minutes=minutes), reason="r",
            glass=under,
        )  # fmt: skip
        expected = {self.ports.orders.read().version}
        given = self.attempt(lambda: orders.give(self.post(who), wanted, expected))
        if given and under:
            self.broken[given.order.id] = scope

    def renew(self, number: int, minutes: int) -> None:
        known = self.ports.orders.read()
        until = self.clock.now() + timedelta(minutes=minutes)
        if known.given:
            name = known.given[number % len(known.given)].id
            self.attempt(lambda: orders.renew(self.post("bob"), name, until, {known.version}))

    def lift(self, number: int) -> None:
        known = self.ports.orders.read()
        if known.given:
            name = known.given[number % len(known.given)].id
            self.attempt(lambda: orders.lift(self.post("ann"), name, {known.version}))

    def work(self, scope: str, begins: int, minutes: int, drain: int = 0) -> None:
        """Maintenance that begins and lasts so many minutes; all purposes have words for that time."""
        start = self.clock.now() + timedelta(minutes=begins)
        window = Window(
            id="new", title="w", scopes=(scope,), spans=(Span(start=start, end=start + timedelta(minutes=minutes)),),
            alternatives=dict.fromkeys(("alarm", "order", "advice"), ("reply",)), reply=WORDS,
            drain_before=timedelta(minutes=drain), reason="r",
        )  # fmt: skip
        expected = {self.ports.maintenance.read().version}
        self.attempt(lambda: maintenance.plan(self.post("ann"), window, expected))

    def extend(self, number: int, minutes: int) -> None:
        known, until = self.ports.maintenance.read(), self.clock.now() + timedelta(minutes=minutes)
        if known.planned:
            name = known.planned[number % len(known.planned)].id
            self.attempt(lambda: maintenance.extend(self.post("bob"), name, until, {known.version}))

    def drop(self, number: int) -> None:
        known = self.ports.maintenance.read()
        if known.planned:
            name = known.planned[number % len(known.planned)].id
            self.attempt(lambda: maintenance.drop(self.post("bob"), name, {known.version}))

    def publish(self, name: str) -> None:
        expected = {self.ports.plans.versions(1)[0].version}
        text = PLANS.get(name, SHARED)
        self.attempt(lambda: plans.publish(self.post("bob"), text, "r", expected))

    def vendor(self, component: str, begins: int, minutes: int) -> None:
        """The vendor's page plans work, and the minute's tick follows it."""
        now = self.clock.now()
        start = now + timedelta(minutes=begins)
        planned = Maintenance(
            id=f"m{begins % 3}", title="t", start=start, end=start + timedelta(minutes=minutes),
            components=frozenset({component}),
        )  # fmt: skip
        self.ports.pages.keep(Watched(page="alpha", asked_at=now, read_at=now, maintenances=(planned,)))
        self.minute()

    def minute(self) -> None:
        """What automation does of itself."""
        newest = self.ports.plans.current()
        plan = read_plan(newest.compiled, newest.version)
        planned_work(self.ports, plan, {}, self.clock.now())

    def shift(self, *doubtful: str) -> None:
        """The minute's look at shares, while these boxes are in doubt."""
        newest, now = self.ports.plans.current(), self.clock.now()
        plan = read_plan(newest.compiled, newest.version)
        commanded = standing(self.ports.orders.read(), self.ports.maintenance.read(), now)
        beliefs = {f"{box}#out#{m}": DOUBTED for box in doubtful for m in ("fr", "us", "world")}
        Shifter(stores=self.ports).shifted(Situation(plan=plan, orders=commanded, beliefs=beliefs), now)

    def fix(self, scope: str, shares: dict[str, int], minutes: int) -> None:
        wanted = orders.Wanted(
            kind=OrderKind.SHARES, scope=scope, until=self.clock.now() + timedelta(minutes=minutes), reason="r",
            shares=shares,
        )  # fmt: skip
        expected = {self.ports.orders.read().version}
        self.attempt(lambda: orders.give(self.post("ann"), wanted, expected))

    def ask(self, who: str, scope: str, minutes: int) -> None:
        wanted = glass.Wanted(scope=scope, reason="r", minutes=minutes)
        self.attempt(lambda: glass.ask(self.post(who), wanted))

    def confirm(self, who: str, number: int) -> object:
        known = self.ports.permission.read().record.glass
        name = known[number % len(known)].id if known else "g0"
        return self.attempt(lambda: glass.confirm(self.post(who), name))

    def end(self, number: int) -> None:
        known = self.ports.permission.read().record.glass
        if known:
            self.attempt(lambda: glass.end(self.post("ann"), known[number % len(known)].id))

    def switch(self, name: str, *, on: bool) -> None:
        wanted = switches.Wanted(
            switch=Switch(name), until=self.clock.now() + timedelta(minutes=3), reason="r"
        )
        if on:
            self.attempt(lambda: switches.turn_on(self.post("bob"), Switch(name)))
        else:
            self.attempt(lambda: switches.turn_off(self.post("bob"), wanted))

    def posture(self) -> None:
        self.order("ann", "posture", f"{SCOPE}alert", 30)

    def while_it_is_written(self, first: Callable[[], None], second: Callable[[], None]) -> None:
        """A race: `second` happens whole between what `first` looked at and its write."""
        store = self.ports.permission
        genuine = store.write
        just_before_the_write(store, second)
        try:
            first()
        finally:
            store.write = genuine
