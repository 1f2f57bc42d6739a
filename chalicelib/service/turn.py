"""One request within a call: everything that it is decided by, and how its answer is put."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.channels import CallStep, CallWord, Channel, Refusal, Standing, Step, Verdict
from chalicelib.domain.model import Contact
from chalicelib.domain.routing import Situation
from chalicelib.service.handled import Handled
from chalicelib.service.tokens import CallState

MISSED = frozenset({CallWord.BUSY, CallWord.NO_ANSWER, CallWord.FAILED})


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

    @property
    def further(self) -> CallState:
        """The state after this request: one step on when the desk that was tried did not answer."""
        state = self.state
        if self.call.word not in MISSED:
            return state
        return replace(state, step=state.step + 1, tried=(*state.tried, state.desk))


def named(turn: Turn, state: CallState) -> Contact:
    """The contact of this step: each step has a row of its own."""
    call = turn.contact
    return replace(call, provider_id=f"{call.provider_id}/{state.step}") if state.step else call


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


def forged(channel: Channel, because: str) -> Handled:
    """The answer to a step whose state is not ours."""
    return Handled(
        answer=channel.answer(Verdict(standing=Standing.REFUSED, refusal=Refusal.FORGED)),
        channel=channel.config.id,
        kind=channel.kind,
        standing=Standing.REFUSED,
        refusal=Refusal.FORGED,
        because=because,
    )
