"""Calls: media that wait get the decision in the same response, step by step, a row for each step."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.channels import (
    CallStep,
    CallWord,
    Channel,
    Parsed,
    Refusal,
    Standing,
    Step,
    StepAction,
    Verdict,
)
from chalicelib.domain.minimum_service import minimum_reply
from chalicelib.domain.model import (
    Contact,
    ContactKind,
    DeskOutcome,
    DeskWord,
    Direction,
    Medium,
    Outcome,
    Signal,
    path_id,
)
from chalicelib.domain.outbox import Row
from chalicelib.domain.routing import Situation
from chalicelib.ports import ContactStore, Note, Queues, Ring, Secrets, Unavailable
from chalicelib.service.capacity import Tokens, choose
from chalicelib.service.handled import Handled
from chalicelib.service.rows import contact_row
from chalicelib.service.tokens import BadToken, CallState, sign_state, state_of
from chalicelib.service.wire import Evidence, dump_evidence
from chalicelib.web.words import say

LONGEST_CALL = timedelta(hours=4)
"""Twilio ends a call after four hours by default; later nobody comes back with an outcome."""
CALL_BACK_KEY = "1"
QUEUES = frozenset({"queue", "enqueue"})
MISSED = frozenset({CallWord.BUSY, CallWord.NO_ANSWER, CallWord.FAILED})
AGAINST_HEALTH = {CallWord.FAILED: Outcome.OUTAGE, CallWord.ANSWERED: Outcome.OK}
"""Busy and no answer speak of people, not of the line."""
WORD_ON_THE_STEP = {CallWord.ANSWERED: DeskWord.ANSWERED, CallWord.LEFT: DeskWord.ABANDONED}
"""Any other word closes the step before: the call goes on in the next row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One request within a call, with everything it is decided by."""

    channel: Channel
    situation: Situation
    contact: Contact
    call: CallStep
    state: CallState
    now: datetime

    @property
    def language(self) -> str:
        """The caller's language if known, else the channel's, else the plan's first."""
        own = self.contact.party.language or self.channel.config.settings.get("language", "")
        return own or self.situation.plan.languages[0]


@dataclass(slots=True)
class Calls:
    """Decides each step of a call."""

    contacts: ContactStore
    queues: Queues
    secrets: Secrets
    tokens: Tokens

    def step(self, channel: Channel, situation: Situation, parsed: Parsed, now: datetime) -> Handled:
        """Answer one request of a call. Raises Unavailable when nothing durable can be written."""
        call = parsed.call or CallStep(word=CallWord.ARRIVED)
        try:
            state = state_of(parsed.contacts[0].provider_id, call.state, self.secrets.signing_keys())
        except BadToken as bad:
            answer = channel.answer(Verdict(standing=Standing.REFUSED, refusal=Refusal.FORGED))
            return Handled(
                answer=answer,
                channel=channel.config.id,
                kind=channel.kind,
                standing=Standing.REFUSED,
                refusal=Refusal.FORGED,
                because=str(bad),
            )
        turn = Turn(
            channel=channel, situation=situation, contact=parsed.contacts[0], call=call, state=state, now=now
        )
        self._tell(turn)
        if call.word in (CallWord.ANSWERED, CallWord.LEFT):
            return handled(turn, Step(action=StepAction.END))
        return self._pressed(turn) if call.word is CallWord.PRESSED else self._decide(turn)

    def _decide(self, turn: Turn) -> Handled:
        state = turn.state
        if turn.call.word in MISSED:
            state = replace(state, step=state.step + 1, tried=(*state.tried, state.desk))
        row = self._row(turn, state)
        known = self.contacts.add(row)
        stored = known or row
        desk = stored.decision.partition("|")[0]
        step = self._spoken(turn, stored, replace(state, desk=desk, key=stored.key))
        return handled(turn, step, new=0 if known else 1, duplicate=known is not None)

    def _row(self, turn: Turn, state: CallState) -> Row:
        contact = turn.contact
        named = replace(contact, provider_id=f"{contact.provider_id}/{state.step}") if state.step else contact
        row = contact_row(turn.channel.config.id, named, turn.situation, turn.now)
        decision = choose(
            row, turn.situation, state.tried, turn.now, lambda d: self.tokens.take(self.contacts, d, turn.now)
        )
        return replace(row, decision=decision.compact(), due_at=turn.now + LONGEST_CALL)

    def _spoken(self, turn: Turn, row: Row, state: CallState) -> Step:
        plan = turn.situation.plan
        token = sign_state(state, self.secrets.signing_keys())
        back = f"{plan.public_base_url}/hooks/{turn.channel.config.id}?state={token}"
        desk = plan.desks.get(state.desk)
        if desk is not None:
            action = StepAction.QUEUE if desk.target.keys() & QUEUES else StepAction.CONNECT
            spoken = Step(action=action, target=desk.target, language=turn.language, next_url=back)
            return replace(spoken, ring=desk.ring, state=token)
        offer = plan.purposes[row.purpose].offer if row.purpose in plan.purposes else {}
        if turn.contact.traits.get("caller_hidden"):
            return Step(
                action=StepAction.NOTICE, say=say("voice.notice", turn.language), language=turn.language
            )
        planned = minimum_reply(turn.situation, row, turn.language, turn.now)
        own = planned or offer.get(turn.language)
        words = f"{own} {say('voice.press', turn.language)}" if own else say("voice.offer", turn.language)
        return Step(action=StepAction.OFFER, say=words, language=turn.language, next_url=back, state=token)

    def _pressed(self, turn: Turn) -> Handled:
        if turn.call.pressed != CALL_BACK_KEY:
            return handled(
                turn,
                Step(
                    action=StepAction.NOTICE, say=say("voice.goodbye", turn.language), language=turn.language
                ),
            )
        contact = turn.contact
        asked = replace(
            contact,
            provider_id=f"callback:{contact.provider_id}",
            kind=ContactKind.CALLBACK,
            medium=Medium.MESSAGING,
            traits={**contact.traits, "callback": contact.party.address},
            text=say("callback.asked", turn.language, number=contact.party.address),
        )
        row = contact_row(turn.channel.config.id, asked, turn.situation, turn.now)
        new = self.contacts.add(row) is None
        if new:
            with suppress(Unavailable):  # the sweeper finds the row
                self.queues.bell(Ring(key=row.key, lane=row.lane))
        step = Step(action=StepAction.NOTICE, say=say("voice.thanks", turn.language), language=turn.language)
        return handled(turn, step, new=int(new), duplicate=not new)

    def _tell(self, turn: Turn) -> None:
        """What this step says of the one before: the row's outcome, and evidence on the desk's path."""
        word, state = turn.call.word, turn.state
        if word is CallWord.ARRIVED or not state.key:
            return
        self._put(turn, DeskOutcome(reference=state.key, word=WORD_ON_THE_STEP.get(word, DeskWord.CLOSED)))
        desk = turn.situation.plan.desks.get(state.desk)
        if desk is not None and word in AGAINST_HEALTH:
            market = turn.situation.plan.channels[desk.channel].market
            signal = Signal(outcome=AGAINST_HEALTH[word], at=turn.now, detail=f"dial {word.value}")
            self._put(turn, signal, path_id(desk.channel, Direction.OUT, market))

    def _put(self, turn: Turn, about: DeskOutcome | Signal, path: str = "") -> None:
        config = turn.channel.config
        evidence = Evidence(channel=config.id, account=config.account, about=about, path=path)
        with suppress(Unavailable):  # somebody is on the line: a sick queue costs the word, not the call
            self.queues.put(Note(queue="evidence", body=dump_evidence(evidence)))


def handled(turn: Turn, step: Step, *, new: int = 0, duplicate: bool = False) -> Handled:
    """The vendor's document for this step, and the counts."""
    standing = Standing.DUPLICATE if duplicate else Standing.DECIDED
    answer = turn.channel.answer(Verdict(standing=standing, step=step))
    return Handled(
        answer=answer,
        channel=turn.channel.config.id,
        kind=turn.channel.kind,
        standing=standing,
        new=new,
        duplicates=int(duplicate),
        because=f"{turn.call.word.value} {step.action.value}",
    )
