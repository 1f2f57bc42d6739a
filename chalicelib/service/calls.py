"""Calls: media that wait get the decision in the same response, step by step, a row for each step."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.channels import (
    CallStep,
    CallWord,
    Channel,
    Parsed,
    Step,
    StepAction,
)
from chalicelib.domain.model import (
    DeskOutcome,
    DeskWord,
    Direction,
    Outcome,
    Signal,
    path_id,
)
from chalicelib.domain.outbox import Row
from chalicelib.domain.planned_work.minimum_service import minimum_reply
from chalicelib.domain.routing import Situation
from chalicelib.ports import ContactStore, Note, Queues, Ring, Secrets, Unavailable
from chalicelib.service.call_back import CallBacks
from chalicelib.service.capacity import Tokens, choose
from chalicelib.service.handled import Handled
from chalicelib.service.rows import contact_row
from chalicelib.service.tokens import BadToken, CallState, sign_state, state_of
from chalicelib.service.turn import Turn, forged, handled, named
from chalicelib.service.wire import Evidence, dump_evidence
from chalicelib.web.words import say

LONGEST_CALL = timedelta(hours=4)
"""Twilio ends a call after four hours by default; later nobody comes back with an outcome."""
CALL_BACK_KEY = "1"
QUEUES = frozenset({"queue", "enqueue"})
AGAINST_HEALTH = {CallWord.FAILED: Outcome.OUTAGE, CallWord.ANSWERED: Outcome.OK}
"""Busy and no answer speak of people, not of the line."""
WORD_ON_THE_STEP = {CallWord.ANSWERED: DeskWord.ANSWERED, CallWord.LEFT: DeskWord.ABANDONED}
"""Any other word closes the step before: the call goes on in the next row."""


@dataclass(slots=True)
class Calls:
    """Decides each step of a call."""

    contacts: ContactStore
    queues: Queues
    secrets: Secrets
    tokens: Tokens

    @property
    def _call_backs(self) -> CallBacks:
        return CallBacks(contacts=self.contacts, queues=self.queues)

    def step(
        self, channel: Channel, situation: Situation, parsed: Parsed, now: datetime, *, held: bool = False
    ) -> Handled:
        """Answer one request of a call; nobody waits for the answer to a `held` one.

        Raises Unavailable when nothing durable can be written.
        """
        call = parsed.call or CallStep(word=CallWord.ARRIVED)
        try:
            state = state_of(parsed.contacts[0].provider_id, call.state, self.secrets.signing_keys())
        except BadToken as bad:
            return forged(channel, str(bad))
        turn = Turn(
            channel=channel, situation=situation, contact=parsed.contacts[0], call=call, state=state, now=now
        )
        self._tell(turn)
        if call.word in (CallWord.ANSWERED, CallWord.LEFT):
            return handled(turn, Step(action=StepAction.END))
        if call.word is CallWord.PRESSED:
            return self._pressed(turn)
        return self._owed(turn) if held else self._decide(turn)

    def _owed(self, turn: Turn) -> Handled:
        """Whoever waited heard the notice, and nobody waits now: somebody must call back."""
        row = contact_row(turn.channel.config.id, named(turn, turn.further), turn.situation, turn.now)
        new = self._call_backs.owe(row, turn.contact, turn.situation, turn.language, turn.now)
        step = Step(action=StepAction.NOTICE, say=say("voice.notice", turn.language), language=turn.language)
        return handled(turn, step, new=int(new), duplicate=not new)

    def _decide(self, turn: Turn) -> Handled:
        state = turn.further
        row = self._row(turn, state)
        known = self.contacts.add(row)
        if known is None and not state.step:
            self._rung(row)
        stored = known or row
        desk = stored.decision.partition("|")[0]
        step = self._spoken(turn, stored, replace(state, desk=desk, key=stored.key))
        return handled(turn, step, new=0 if known else 1, duplicate=known is not None)

    def _rung(self, row: Row) -> None:
        """Nobody is handed a call by a bell: the delivery that answers it counts the call among the arrivals."""
        with suppress(Unavailable):  # one that is not counted
            self.queues.bell(Ring(key=row.key, lane=row.lane))

    def _row(self, turn: Turn, state: CallState) -> Row:
        row = contact_row(turn.channel.config.id, named(turn, state), turn.situation, turn.now)
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
        new = self._call_backs.ask(
            turn.channel.config.id, turn.contact, turn.situation, turn.language, turn.now
        )
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
        for queue in ("evidence", "overflow"):  # somebody is on the line: two sick queues cost the word
            with suppress(Unavailable):
                self.queues.put(Note(queue=queue, body=dump_evidence(evidence)))
                return
