"""Operators, automation, vendors, time and races, drawn; after each step the oracle looks at what is stored."""

import json
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.domain.orders import OrderKind
from tests.safety.oracle import TAKES_OUT, shortages, under_way
from tests.safety.plans import PLANS, SCOPES
from tests.safety.stage import PEOPLE, Stage

KINDS = st.sampled_from([*TAKES_OUT, "force_up"])
SCOPE = st.sampled_from(SCOPES)
MINUTES = st.sampled_from([1, 5, 20, 60, 300, 1440])
LATER = st.sampled_from([0, 0, 1, 15, 30, 90, 600, 5000])
WHO = st.sampled_from(sorted(PEOPLE))
NUMBER = st.integers(0, 3)
PLAN = st.sampled_from(sorted(PLANS))
SWITCH = st.sampled_from(["orders", "automation", "publication"])
ACTS = st.one_of(
    st.tuples(st.just("order"), st.just("ann"), KINDS, SCOPE, MINUTES),
    st.tuples(st.just("order"), st.just("ann"), KINDS, SCOPE, MINUTES),
    st.tuples(st.just("work"), SCOPE, LATER, MINUTES, st.sampled_from([0, 0, 10])),
    st.tuples(st.just("work"), SCOPE, LATER, MINUTES, st.sampled_from([0, 0, 10])),
    st.tuples(st.just("publish"), PLAN),
    st.tuples(st.just("renew"), NUMBER, MINUTES),
    st.tuples(st.just("extend"), NUMBER, MINUTES),
    st.tuples(st.just("lift"), NUMBER),
    st.tuples(st.just("drop"), NUMBER),
    st.tuples(st.just("vendor"), st.sampled_from(["inbox", "outbox"]), LATER, MINUTES),
    st.tuples(st.just("minute")),
)


class SafetyMachine(RuleBasedStateMachine):
    """`stage()` gives the deployment."""

    def __init__(self):
        super().__init__()
        self.on = self.stage()
        self.asked, self.given_at = {}, {}

    def stage(self):
        return Stage()

    def do(self, act):
        name, *given = act
        getattr(self.on, name)(*given)

    @rule(acts=st.lists(ACTS, min_size=1, max_size=4), seconds=st.sampled_from([0, 1, 6, 31, 61]))
    def some(self, acts, seconds):
        for act in acts:
            self.one(act)
            self.nobody_is_ever_left_short()
            self.on.clock.advance(seconds)

    def one(self, act):
        before = self.commanded()
        switched = self.switched("orders") and act[0] in ("order", "renew", "work")
        was = self.on.ports.permission.read()
        self.do(act)
        if switched:
            now = self.on.ports.permission.read()
            assert (now.orders, now.windows) == (was.orders, was.windows)
        self.paced(before)

    @rule(first=ACTS, second=ACTS)
    def race(self, first, second):
        self.on.while_it_is_written(lambda: self.do(first), lambda: self.do(second))

    @rule(seconds=st.sampled_from([1, 2, 6, 31, 61, 300, 1799, 3601, 40_000]))
    def time_passes(self, seconds):
        self.on.clock.advance(seconds)

    @rule(name=SWITCH, on=st.booleans())
    def switch(self, name, on):
        self.on.switch(name, on=on)

    @rule(who=WHO, scope=SCOPE, minutes=st.sampled_from([1, 30, 60]))
    def glass_is_asked_for(self, who, scope, minutes):
        self.on.ask(who, scope, minutes)
        for one in self.on.ports.permission.read().record.glass:
            self.asked.setdefault(one.id, (who, self.on.clock.now()))

    @rule(who=WHO, number=NUMBER)
    def glass_is_confirmed(self, who, number):
        found = self.on.confirm(who, number)
        if found:
            asker, at = self.asked[found[0].id]
            persons = {PEOPLE[one].name.strip().casefold() for one in (who, asker)}
            assert len(persons - {""}) == 2
            assert self.on.clock.now() - at < timedelta(minutes=10)
            assert found[0].until - self.on.clock.now() <= timedelta(minutes=60)

    @rule(kind=KINDS, minutes=MINUTES, number=NUMBER)
    def glass_is_used(self, kind, minutes, number):
        known = self.on.ports.permission.read().record.glass
        if known:
            one = known[number % len(known)]
            who = next(name for name, caller in PEOPLE.items() if caller.id == one.owner)
            self.on.order(who, kind, one.scope, minutes, under=one.id)

    @rule(kind=st.sampled_from(TAKES_OUT), scope=SCOPE, minutes=MINUTES, then=ACTS)
    def two_break_it_and_others_go_on(self, kind, scope, minutes, then):
        self.glass_is_asked_for("ann", scope, 60)
        last = len(self.on.ports.permission.read().record.glass) - 1
        self.glass_is_confirmed("bob", last)
        self.glass_is_used(kind, minutes, last)
        self.do(then)

    @rule(number=NUMBER)
    def glass_is_ended(self, number):
        self.on.end(number)

    @invariant()
    def nobody_is_ever_left_short(self):
        ports, now = self.on.ports, self.on.clock.now()
        plan = ports.plans.current().compiled
        away = frozenset(self.on.broken)
        assert shortages(plan, ports.orders.read(), ports.maintenance.read(), now, away) == []

    @invariant()
    def what_broken_glass_permits_ends_within_the_hour(self):
        for order in self.on.ports.orders.read().given:
            if order.id in self.on.broken:
                assert order.until - order.since <= timedelta(minutes=60)
                assert self.on.broken[order.id] == order.scope

    def switched(self, name):
        now = self.on.clock.now()
        return any(o.switch == name and o.until > now for o in self.on.ports.permission.read().record.off)

    def commanded(self):
        """What is commanded on each scope, by order or by planned work: ordering what work does anyway is no news."""
        now, planned = self.on.clock.now(), self.on.ports.maintenance.read().planned
        found = {}
        for order in self.on.ports.orders.read().given:
            if order.since <= now < order.until and order.kind is not OrderKind.POSTURE:
                found.setdefault(order.scope, set()).add(str(order.kind))
        for window in planned:
            for kind in under_way(window, now):
                for scope in window.scopes:
                    found.setdefault(scope, set()).add(kind)
        return found

    def paced(self, before):
        """What is commanded anew on a scope was not commanded by anybody within the plan's wait."""
        now, after = self.on.clock.now(), self.commanded()
        words = json.loads(self.on.ports.plans.current().compiled).get("min_wait", "5s")
        for scope in (s for s, kinds in after.items() if kinds - before.get(s, set())):
            last = self.given_at.get(scope)
            assert last is None or now - last >= timedelta(seconds=int(words.removesuffix("s")))
            self.given_at[scope] = now
