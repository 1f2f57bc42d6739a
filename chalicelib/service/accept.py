"""Accepts a vendor's request: size, proof, reading, one conditional write each, a bell, the vendor's answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.channels import Channel, Forged, Malformed, Parsed, Refusal, Standing, Verdict
from chalicelib.domain.model import Contact
from chalicelib.domain.routing import Situation
from chalicelib.http_types import Answer, MaybeSent, NotSent, Request
from chalicelib.ports import ContactStore, Missing, Note, Queues, Ring, Secrets, Unavailable
from chalicelib.service.calls import Calls
from chalicelib.service.canary_arrivals import sifted
from chalicelib.service.handled import Handled
from chalicelib.service.notice import without_store
from chalicelib.service.registry import Registry
from chalicelib.service.rows import contact_row
from chalicelib.service.situation import SituationReader
from chalicelib.service.wire import Evidence, Held, dump_evidence, dump_held

LARGEST_BODY = 700_000
"""Bytes. A queue message ends at 1 MiB and base64 grows by a third: what we take, we can always hold."""
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
        """Handle one request for a channel. `held` requests come from the overflow queue and are not held again.

        Raises Missing for an unknown channel; Unavailable for held requests (they stay queued) and where the
        vendor's keys are out of reach.
        """
        handled = self._handle(channel_id, request, now, held=held)
        if held and handled.standing is Standing.REFUSED:
            raise Unavailable(f"a request that was held is refused now: {handled.because}")
        return handled

    def _handle(self, channel_id: str, request: Request, now: datetime, *, held: bool) -> Handled:
        situation = self.situations.read(now)
        channel = self.registry.get(situation.plan, channel_id)
        if request.url.startswith("/"):
            request = replace(request, url=f"{situation.plan.public_base_url}{request.url}")
        if len(request.body) > LARGEST_BODY:
            return self._refused(channel, Refusal.TOO_LARGE, f"{len(request.body)} bytes")
        try:
            if not held:  # what is held was proven when it came; its secret may be gone since
                shaken = channel.handshake(request, now)
                if shaken is not None:
                    return Handled(answer=shaken, channel=channel_id, kind=channel.kind, because="handshake")
                channel = self._verified(channel, situation, request, now)
            parsed = channel.parse(request, now)
        except Forged as forged:
            return self._refused(channel, Refusal.FORGED, str(forged))
        except Malformed as malformed:
            return self._refused(channel, Refusal.MALFORMED, str(malformed))
        return self._keep(
            channel, situation, parsed, Held(channel=channel_id, request=request, at=now), again=held
        )

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
                return self._overflow(channel, held, f"{elements} elements at once")
            if parsed.call is not None and parsed.contacts:
                home = self._home(channel, situation, parsed.contacts[0])
                if not home:
                    return self._refused(channel, Refusal.WRONG_ACCOUNT, "called number not in the plan")
                own = self.registry.get(situation.plan, home)
                return self.calls.step(own, situation, parsed, held.at, held=again)
            return self._store(channel, situation, parsed, held.at)
        except Unavailable as sick:
            if again:
                raise
            return self._overflow(channel, held, str(sick))

    def _store(self, channel: Channel, situation: Situation, parsed: Parsed, now: datetime) -> Handled:
        homes = [(self._home(channel, situation, contact), contact) for contact in parsed.contacts]
        own = [(home, contact) for home, contact in homes if home]
        if homes and not own and not (parsed.receipts or parsed.outcomes or parsed.signals):
            return self._refused(channel, Refusal.WRONG_ACCOUNT, f"{len(homes)} for accounts not in the plan")
        new = unrung = 0
        for place, (home, contact) in enumerate(own):
            row = contact_row(home, contact, situation, now + place * APART)
            if self.contacts.add(row) is None:
                new += 1
                unrung += not self._ring(Ring(key=row.key, lane=row.lane))
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
                self.queues.bell(Ring(key=ring.key, lane=ring.lane, delay=SECOND_BELL, trace=ring.trace))
        except Unavailable:
            return False
        return True

    def _pass_on(self, channel: Channel, parsed: Parsed) -> None:
        """Receipts, outcomes and signals: durable in the evidence queue before the 2xx. Raises Unavailable."""
        heard: Sequence[object] = (*parsed.receipts, *parsed.outcomes, *parsed.signals)
        for about in heard:
            evidence = Evidence(channel=channel.config.id, account=channel.config.account, about=about)  # type: ignore[arg-type] # the three kinds of thing heard
            self.queues.put(Note(queue="evidence", body=dump_evidence(evidence)))

    def _overflow(self, channel: Channel, held: Held, because: str) -> Handled:
        try:
            self.queues.put(Note(queue="overflow", body=dump_held(held)))
        except Unavailable:
            answer = channel.answer(Verdict(standing=Standing.OVERLOADED))
            return Handled(
                answer=answer,
                channel=channel.config.id,
                kind=channel.kind,
                standing=Standing.OVERLOADED,
                because=because,
            )
        answer = without_store(channel) or channel.answer(Verdict(standing=Standing.DECIDED))
        return Handled(
            answer=answer, channel=channel.config.id, kind=channel.kind, overflow=True, because=because
        )

    @staticmethod
    def _refused(channel: Channel, refusal: Refusal, because: str) -> Handled:
        answer: Answer = channel.answer(Verdict(standing=Standing.REFUSED, refusal=refusal))
        return Handled(
            answer=answer,
            channel=channel.config.id,
            kind=channel.kind,
            standing=Standing.REFUSED,
            refusal=refusal,
            because=because,
        )


def prove(channel: Channel, request: Request, now: datetime) -> None:
    """Have the kind prove a request. Raises Forged; Unavailable when the vendor's keys cannot be fetched."""
    try:
        channel.verify(request, now)
    except (NotSent, MaybeSent) as deaf:
        raise Unavailable(f"the keys behind {channel.config.id!r} are out of reach: {deaf}") from deaf


__all__ = ["LARGEST_BODY", "Acceptance", "Missing"]
