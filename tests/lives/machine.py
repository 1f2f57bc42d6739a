"""Whole lives of contacts: every kind of fault in any order, and what must hold after each step."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from chalicelib.domain.model import Outcome, Receipt, ReceiptState
from chalicelib.ports import Note
from chalicelib.service.wire import Evidence, dump_evidence
from tests.lives import checks
from tests.lives.operators import Operators
from tests.lives.plans import PLANS
from tests.lives.providers import BOXES, DESKS, FAULTS

WORDS = ("contact.answered", "contact.reply", "contact.closed", "contact.abandoned")
MINUTES_OF_REST = 90


class Lives(Operators):
    """Some people, a shop where they write, three desks."""

    def __init__(self) -> None:
        super().__init__()
        self.count, self.failed = 0, False
        self.stage.providers.on_call = self._called

    @rule(
        number=st.integers(0, 7), person=st.sampled_from(["ann", "bob"]), times=st.integers(1, 3),
        served=st.booleans(),
    )  # fmt: skip
    def somebody_writes(self, number, person, times, served):
        text = f"{'fire' if number in (2, 5) else 'text'} m{number} of {person}"
        body = {"type": "contact.message", "data": {"customer": {"id": person}, "text": text}}
        self.journal.said.add(text)
        self.stage.clock.advance(1)
        for _ in range(times):
            if self._posted("shop", body, f"m{number}-{person}"):
                self.journal.told |= {text: person} if text not in self.journal.parting else {}
        if served:
            self.stage.work()

    @initialize(
        fault=st.sampled_from(FAULTS), host=st.sampled_from(sorted(DESKS.values())), backwards=st.booleans()
    )
    def two_people_write_in_bad_times(self, fault, host, backwards):
        self.stage.providers.faults[host] = fault
        self.somebody_writes(0, "ann", 1, served=False)
        self.somebody_writes(1, "ann", 2, served=False)
        self.somebody_writes(0, "bob", 1, served=False)
        self.stage.work(backwards=backwards)

    @rule(flip=st.integers(0, 200))
    def somebody_forges(self, flip):
        """Where the proof cannot be looked at now it may be held, but nothing ever comes of it."""
        self.count += 1
        body = {"type": "contact.message", "data": {"customer": {"id": "eve"}, "text": "forged"}}
        request = self.stage.world.signed(body, f"f{self.count}")
        place = flip % len(request.body)
        bent = request.body[:place] + bytes([request.body[place] ^ 1]) + request.body[place + 1 :]
        codes = []
        self.stage.attempt(
            lambda: codes.append(
                self.stage.wired.acceptance.receive(
                    "shop", replace(request, body=bent), self.stage.clock.now()
                ).answer.code
            )
        )
        assert not codes or codes[0] == 401 or self.stage.trouble.down

    @rule(
        number=st.integers(0, 7), host=st.sampled_from(sorted(DESKS.values())), fault=st.sampled_from(FAULTS)
    )
    def a_provider_ails_as_somebody_writes(self, number, host, fault):
        self.stage.providers.faults[host] = fault
        self.somebody_writes(number, "ann", 1, served=True)

    @rule(
        port=st.sampled_from(["contacts", "contacts", "http", "queues", "health", "snapshots", "ledger", "anchors"]),
        calls=st.integers(0, 6), dies=st.booleans(), after=st.booleans(), number=st.integers(0, 7),
    )  # fmt: skip
    def one_call_fails_as_somebody_writes(self, port, calls, dies, after, number):
        """The network never says Unavailable: a function can only die there."""
        self.stage.trouble.trip(port, calls, dies=dies or port == "http", after=after)
        self.somebody_writes(number, "bob", 1, served=True)

    @rule(data=st.data(), word=st.sampled_from(WORDS), times=st.integers(1, 2))
    @precondition(lambda self: self._at_desks())
    def a_desk_speaks(self, data, word, times):
        host, key, text = data.draw(st.sampled_from(self._at_desks()))
        told = {"type": word, "data": {"reference": key, "text": f"answer of {host} to {text}"}}
        self.journal.spoken_of.add(key)
        for _ in range(times):
            self._posted(BOXES[host], told, f"{word}-{key}")

    @rule(
        data=st.data(), state=st.sampled_from(ReceiptState), times=st.integers(1, 2),
        outcome=st.sampled_from([Outcome.RECIPIENT, Outcome.OUTAGE, Outcome.ACCOUNT]),
    )  # fmt: skip
    def a_provider_reports(self, data, state, times, outcome):
        """True, late, twice, of nobody's message, or a lie."""
        taken = [e for e in self.journal.effects if e[0] in ("b.example", "shop.example")]
        host, key, text = data.draw(st.sampled_from([*taken, ("b.example", "nobody", "")]))
        if state is ReceiptState.FAILED:
            self.journal.excused[text] += times
        self.journal.spoken_of.add(key)
        about = Receipt(provider_id=f"p-{key}", state=state, outcome=outcome)
        body = dump_evidence(Evidence(channel=BOXES[host], account="", about=about))
        self.stage.ports.queues.notes += [Note(queue="evidence", body=body)] * times

    @invariant()
    def all_is_in_order(self):
        rows = self.stage.rows()
        wrong = (
            self.journal.wrong
            + checks.unaccounted(self.stage, rows)
            + checks.restless_ends(self.journal, rows)
            + checks.without_time(rows)
            + checks.doubled(self.journal)
        )

        self.failed = bool(wrong)
        assert not wrong, wrong

    def teardown(self):
        if self.failed:
            return
        self.heal()
        self.stage.collect()  # what was only just sent to a queue is not at rest either
        for _ in range(MINUTES_OF_REST):
            if not self.stage.carried and not checks.forgotten(self.stage, self.stage.rows()):
                break
            self.stage.minute()
            self.stage.clock.advance(30)
            self.stage.work()
            self.stage.clock.advance(30)
            self.stage.work()

        self.all_is_in_order()
        rows = self.stage.rows()
        cut_short = bool(self.stage.trouble.tripped)
        left = checks.forgotten(self.stage, rows) + checks.unbalanced(self.journal, rows, cut_short=cut_short)
        left += checks.unproven(self.stage)
        assert not left, left

    def heal(self):
        self.stage.trouble.settle()
        self.stage.providers.faults.clear()
        self.stage.world.publish(PLANS["whole"])
        for name in [order.id for order in self.stage.ports.orders.read().given]:
            self.stage.lift(name)
        self.forbidden.clear()

    def _posted(self, channel, body, name):
        """True when it was answered with a 2xx."""
        codes, stage = [], self.stage
        request = stage.world.signed(body, name)
        stage.attempt(
            lambda: codes.append(
                stage.wired.acceptance.receive(channel, request, stage.clock.now()).answer.code
            )
        )
        return codes and 200 <= codes[0] < 300

    def _called(self, host, key, text):
        now = self.stage.clock.now().timestamp()
        if any(host == desk and since <= now < until for desk, since, until in self.forbidden.values()):
            self.journal.wrong.append(f"{text}: sent to {host} against an order")
        if text in self.journal.erased:
            self.journal.wrong.append(f"{text}: sent after its erasure")
        self.journal.wrong += checks.overtaken(self.stage.rows(), key)

    def _at_desks(self):
        return [e for e in self.journal.effects if e[0] in DESKS.values()]
