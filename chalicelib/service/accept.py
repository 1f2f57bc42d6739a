"""Accepts a vendor's request: size, proof, reading, one conditional write each, a bell, the vendor's answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.channels import Channel, Forged, Malformed, Parsed, Refusal, Standing, Verdict
from chalicelib.domain.model import Contact
from chalicelib.domain.observing.mode import observes
from chalicelib.domain.routing import Situation
from chalicelib.http_types import Request
from chalicelib.ports import ContactStore, Missing, Note, Queues, Ring, Secrets, Unavailable
from chalicelib.service.calls import Calls
from chalicelib.service.canary_arrivals import sifted
from chalicelib.service.forward_rows import keep_forward, to_forward
from chalicelib.service.handled import Handled, refused
from chalicelib.service.holding import (
    LARGEST_BODY,
    RefusedNow,
    addressed,
    hold,
    hold_unproven,
    settled,
    settling,
)
from chalicelib.service.observing import held_on, look_on
from chalicelib.service.registry import Registry, prove
from chalicelib.service.rows import contact_row, ring_for
from chalicelib.service.situation import SituationReader
from chalicelib.service.wire import Evidence, Held, dump_evidence

MOST_AT_ONCE = 25
SECOND_BELL = 10
"""Seconds after which an urgent row is rung once more."""
APART = timedelta(milliseconds=1)
"""Between the contacts of one request: one person's are handed over in their order."""


@dataclass(slots=True)
class Acceptance:
    """The intake's one verb. One per container."""

    situations: SituationReader
    registry: Registry
    contacts: ContactStore
    queues: Queues
    secrets: Secrets
    calls: Calls

    def receive(self, channel_id: str, request: Request, now: datetime, *, held: bool = False) -> Handled:
        """Handle one request for a channel; `held`: as `replay` does, without having waited.

        Raises Missing for an unknown channel; Unavailable where nothing can be proven and nothing be held.
        """
        came = Held(channel=channel_id, request=request, at=now, proven=held)
        if held:
            return self.replay(came, now)
        try:
            return self._handle(came, again=False)
        except Unavailable as sick:
            return hold_unproven(self.queues, self.situations.read(now).plan, came, sick)

    def replay(self, held: Held, now: datetime) -> Handled:
        """Accept a request from the overflow queue as of the time when it came; it is not held again.

        Raises Missing, Unavailable (it stays queued), RefusedNow.
        """
        handled = self._handle(replace(held, late=now - held.at), again=True)
        if held.proven and handled.standing is Standing.REFUSED:
            raise RefusedNow(f"a request that was held is refused now: {handled.because}")
        return handled

    def _handle(self, held: Held, *, again: bool) -> Handled:
        situation = self.situations.read(held.at)
        channel = self.registry.get(situation.plan, held.channel)
        held = addressed(held, situation.plan)
        request, now = held.request, held.at
        if len(request.body) > LARGEST_BODY:
            return refused(channel, Refusal.TOO_LARGE, f"{len(request.body)} bytes")
        try:
            if not held.proven:  # what was proven when it came is not asked again: its secret may be gone
                shaken = channel.handshake(request, now)
                if shaken is not None:
                    return Handled(
                        answer=shaken, channel=held.channel, kind=channel.kind, because="handshake"
                    )
                channel = self._verified(channel, situation, request, now)
            if to_forward(channel, situation.plan, held):
                keep_forward(self.contacts, self.queues, held)
            parsed = channel.parse(request, now)
        except Forged as forged:
            return refused(channel, Refusal.FORGED, str(forged))
        except Malformed as malformed:
            return refused(channel, Refusal.MALFORMED, str(malformed))
        return self._keep(channel, situation, parsed, replace(held, proven=True), again=again)

    def _verified(self, channel: Channel, situation: Situation, request: Request, now: datetime) -> Channel:
        try:
            prove(channel, request, now)
        except Forged:
            if not self.secrets.refresh(channel.config.id):
                raise
            channel = self.registry.get(situation.plan, channel.config.id)
            prove(channel, request, now)
        return channel

    def _keep(
        self, channel: Channel, situation: Situation, parsed: Parsed, held: Held, *, again: bool
    ) -> Handled:
        try:
            parsed = sifted(
                parsed, situation.plan, lambda c: self._home(channel, situation, c), self.secrets, held.at
            )
            elements = len((*parsed.contacts, *parsed.receipts, *parsed.outcomes, *parsed.signals))
            if elements > MOST_AT_ONCE and not again:
                return hold(self.queues, channel, held, f"{elements} elements at once")
            if parsed.call is not None and parsed.contacts:
                home = self._home(channel, situation, parsed.contacts[0])
                if not home:
                    return refused(channel, Refusal.WRONG_ACCOUNT, "called number not in the plan")
                own = self.registry.get(situation.plan, home)
                if observes(situation.plan, home):
                    return look_on(own, situation, parsed.contacts[0], held.at, (self.contacts, self.queues))
                return self.calls.step(own, situation, parsed, held.at, held=again)
            return self._store(channel, situation, parsed, held)
        except Unavailable as sick:
            if again:
                raise
            return held_on(hold(self.queues, channel, held, str(sick)), channel, situation.plan)

    def _store(self, channel: Channel, situation: Situation, parsed: Parsed, held: Held) -> Handled:
        homes = [(self._home(channel, situation, contact), contact) for contact in parsed.contacts]
        own = [(home, contact) for home, contact in homes if home]
        if homes and not own and not (parsed.receipts or parsed.outcomes or parsed.signals):
            return refused(channel, Refusal.WRONG_ACCOUNT, f"{len(homes)} for accounts not in the plan")
        new = unrung = 0
        for place, (home, contact) in enumerate(own):
            row = settled(contact_row(home, contact, situation, held.at + place * APART), held)
            if self.contacts.add(row) is None:
                new += 1
                unrung += not self._ring(replace(ring_for(row), delay=settling(held).seconds))
        self._pass_on(channel, parsed)
        standing = Standing.DUPLICATE if own and not new else Standing.DECIDED
        return Handled(
            answer=channel.answer(Verdict(standing=standing)),
            channel=channel.config.id,
            kind=channel.kind,
            standing=standing,
            new=new,
            duplicates=len(own) - new,
            foreign=len(homes) - len(own),
            faults=len(parsed.faults),
            ignored=parsed.ignored,
            unrung=unrung,
        )

    def _home(self, channel: Channel, situation: Situation, contact: Contact) -> str:
        """The channel that a contact belongs to: one vendor address may serve several accounts. "" for none."""
        if contact.account in ("", channel.config.account) or not channel.config.account:
            return channel.config.id
        sibling = situation.plan.channel_of(channel.kind, contact.account)
        return sibling.id if sibling and self._one_proof(channel, sibling.id) else ""

    def _one_proof(self, channel: Channel, sibling: str) -> bool:
        """Who signs for one account speaks for another only where both share a secret, or the platform vouches."""
        own = {value for values in channel.config.secrets.values() for value in values}
        others = {value for values in self.secrets.channel(sibling).values() for value in values}
        return not own or not own.isdisjoint(others)

    def _ring(self, ring: Ring) -> bool:
        """Ring; where the queue fails, the sweeper finds the row."""
        try:
            self.queues.bell(ring)
            if ring.lane == "urgent":
                self.queues.bell(replace(ring, delay=ring.delay + SECOND_BELL))
        except Unavailable:
            return False
        return True

    def _pass_on(self, channel: Channel, parsed: Parsed) -> None:
        """Receipts, outcomes and signals: durable in the evidence queue before the 2xx. Raises Unavailable."""
        heard: Sequence[object] = (*parsed.receipts, *parsed.outcomes, *parsed.signals)
        for about in heard:
            evidence = Evidence(channel=channel.config.id, account=channel.config.account, about=about)  # type: ignore[arg-type] # the three kinds of thing heard
            self.queues.put(Note(queue="evidence", body=dump_evidence(evidence)))


__all__ = ["LARGEST_BODY", "Acceptance", "Missing"]
