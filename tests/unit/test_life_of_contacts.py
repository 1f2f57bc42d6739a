"""Any order of contacts, faults, words, outages and orders: the accounts balance and nobody is served twice."""

import json
import os
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.domain.model import row_key
from chalicelib.domain.orders import Order, OrderKind
from chalicelib.domain.outbox import RowState
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.ports import Missing, Stale, Unavailable
from chalicelib.service.evidence import RANK
from chalicelib.service.wire import read_held
from tests.world import World

HOSTS = {"desk-a": "a.example", "desk-b": "b.example"}
FAULTS = st.sampled_from([200, 503, "swallowed", MaybeSent("lost"), NotSent("refused"), 401, 422, 429])
IDS = st.sampled_from([f"m{n}" for n in range(6)])
WORDS = st.sampled_from(["contact.answered", "contact.reply", "contact.closed", "contact.abandoned"])
WAITING = (RowState.ACCEPTED, RowState.SENDING, RowState.DEFERRED, RowState.UNKNOWN)
COMES_BACK = (Unavailable, Missing, Stale)


class Life(RuleBasedStateMachine):
    """Two desks that know our keys, one shop, two people."""

    def __init__(self):
        super().__init__()
        self.world = World()
        self.ports = self.world.ports
        self.accepted, self.seen, self.bells = set(), {}, []
        self.swallow, self.forbidden, self.broken = set(), set(), []
        self.world.desks.on_call = self._called

    @rule(id_=IDS, times=st.integers(1, 3), person=st.sampled_from(["ann", "bob"]), now=st.booleans())
    def say(self, id_, times, person, now):
        for _ in range(times):
            if self.world.say(f"text of {id_}", id_=id_, person=person).code in (200, 202):
                self.accepted.add(id_)
        if now:
            self.work()

    @rule(host=st.sampled_from([*HOSTS.values(), "shop.example"]), fault=FAULTS)
    def ail(self, host, fault):
        self.swallow.discard(host)
        if fault == "swallowed":  # the desk takes it and its answer is lost
            self.swallow.add(host)
            fault = MaybeSent("the answer was lost")
        self.world.desks.fault[host] = fault

    @rule(down=st.sampled_from(["", "", "contacts", "queues", "health"]))
    def stores(self, down):
        for name in ("contacts", "queues", "health"):
            getattr(self.ports, name).down = name == down

    @rule(data=st.data(), word=WORDS, times=st.integers(1, 2))
    @precondition(lambda self: self.served())
    def desk_says(self, data, word, times):
        host, reference = data.draw(st.sampled_from(sorted(self.served())))
        told = {"type": word, "data": {"reference": reference, "text": "well"}}
        box = "box-a" if host == "a.example" else "box-b"
        for _ in range(times):
            self.world.wired.acceptance.receive(
                box, self.world.signed(told, f"{word}-{reference}"), self.world.clock.now()
            )

    @rule(desk=st.sampled_from(sorted(HOSTS)))
    @precondition(lambda self: not self.forbidden)
    def forbid(self, desk):
        now = self.world.clock.now()
        order = Order(
            id="o", kind=OrderKind.FORCE_DOWN, scope=f"desk:{desk}", until=now + timedelta(days=1),
            owner="t", reason="t", since=now,
        )  # fmt: skip
        self._command(self.ports.orders.read().give(order, now))
        self.forbidden.add(HOSTS[desk])

    @rule()
    @precondition(lambda self: self.forbidden)
    def lift(self):
        self._command(self.ports.orders.read().lift("o", self.world.clock.now()))
        self.forbidden.clear()

    @rule(seconds=st.sampled_from([1, 5, 20, 60, 300]))
    def wait(self, seconds):
        self.world.clock.advance(seconds)
        self.work()

    def work(self):
        queues, now = self.ports.queues, self.world.clock.now()
        self.bells += [(now + timedelta(seconds=ring.delay), ring) for ring in queues.take_bells()]
        due = [pair for pair in self.bells if pair[0] <= now]
        self.bells = [pair for pair in self.bells if pair[0] > now]
        for at, ring in due:
            if not self._done(self.world.wired.delivery.answer, ring.key):
                self.bells.append((at + timedelta(seconds=360), ring))
        for note in queues.take_notes("evidence"):
            if not self._done(self.world.wired.hearing.take, note.body):
                queues.notes.append(note)
        for note in queues.take_notes("overflow"):
            kept = read_held(note.body)
            if not self._done(
                lambda kept=kept: self.world.wired.acceptance.receive(
                    kept.channel, kept.request, kept.at, held=True
                )
            ):
                queues.notes.append(note)
        for _ in queues.take_notes("flips"):
            self._done(self.world.wired.tick.flip)

    @rule()
    def minute(self):
        self._done(self.world.wired.tick.minute)
        for body in {note.body for note in self.ports.queues.take_notes("probes")}:
            self._done(self.world.wired.prober.run, body)
        self.world.clock.advance(15)
        self.work()

    @invariant()
    def every_accepted_contact_is_one_row_or_a_held_request(self):
        kept = {
            read_held(n.body).request.headers["webhook-id"]
            for n in self.ports.queues.notes
            if n.queue == "overflow"
        }
        keys = {row_key("shop", "", id_): id_ for id_ in self.accepted}

        assert {id_ for key, id_ in keys.items() if key not in self.ports.contacts._rows} <= kept
        assert all(
            row.kind.value != "contact" or key in keys for key, row in self.ports.contacts._rows.items()
        )

    @invariant()
    def nobody_is_served_at_two_desks(self):
        references = [reference for _, reference in self.served()]

        assert len(references) == len(set(references))

    @invariant()
    def what_has_ended_stays_ended_and_what_has_not_has_its_time(self):
        for key in self.ports.contacts._rows:
            row = self.ports.contacts._whole(key)
            state, before = row.work.state, self.seen.get(key, RowState.ACCEPTED)
            assert not before.final or state is before or RANK.get(state, 0) > RANK.get(before, 0)
            assert (row.due_at is not None) == (state in WAITING)
            self.seen[key] = state

    @invariant()
    def no_contact_was_sent_where_an_order_forbade_it(self):
        assert self.broken == []

    def served(self):
        return {(host, e["data"]["reference"]) for host, e in self.world.desks.took
                if host in HOSTS.values() and e["type"] == "contact.message"}  # fmt: skip

    def teardown(self):
        self.stores("")
        self.world.desks.fault.clear()
        self.swallow.clear()
        if self.forbidden:
            self.lift()
        for _ in range(160):
            self.minute()

        rows = [self.ports.contacts.get(key) for key in self.ports.contacts._rows]
        reached = {reference for _, reference in self.served()}
        assert [row.work.state for row in rows if not row.work.state.final or row.due_at] == []
        lost = [
            r
            for r in rows
            if r.kind.value == "contact" and r.key not in reached and r.work.state is not RowState.DEAD
        ]
        assert lost == []
        assert {row_key("shop", "", id_) for id_ in self.accepted} <= {row.key for row in rows}

    def _command(self, orders):
        self.ports.orders.write(orders)
        self._done(self.world.wired.tick.flip)
        self.world.clock.advance(3)

    def _done(self, call, *given):
        try:
            call(*given)
        except COMES_BACK:
            return False
        return True

    def _called(self, call):
        host = call.url.split("/")[2]
        event = json.loads(call.body) if call.method == "POST" else {}
        if event.get("type") == "contact.message" and host in self.forbidden:
            self.broken.append(host)
        if host in self.swallow:
            self.world.desks.took.append((host, event))


LIVES = os.environ.get("LIVES", "")
"""How many new lives a long run tries (LIVES=2000 pytest tests/unit/test_life_of_contacts.py); else the same sixty."""
Life.TestCase.settings = settings(
    max_examples=int(LIVES or 60),
    derandomize=not LIVES,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # shrinking a life takes longer than reading it
)
TestLife = Life.TestCase
