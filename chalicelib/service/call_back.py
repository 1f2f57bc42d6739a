"""The row by which somebody calls a person back: asked for by a key, or owed for a call that could only be held."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.decision import LAST_RANK, Decision
from chalicelib.domain.model import Contact, ContactKind, Medium
from chalicelib.domain.outbox import Due, Row, RowState, moved
from chalicelib.domain.routing import Situation
from chalicelib.ports import ContactStore, Queues, Stale, Unavailable
from chalicelib.service.rows import contact_row, ring_for
from chalicelib.web.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBacks:
    """Writes call-backs; one for each call, whatever is asked and however often."""

    contacts: ContactStore
    queues: Queues

    def ask(self, channel: str, call: Contact, situation: Situation, language: str, now: datetime) -> bool:
        """Store and ring the call-back for a call; False when there is one. Raises Unavailable."""
        asked = contact_row(channel, _wish(call, language), situation, now)
        if self.contacts.add(asked) is not None:
            return False
        with suppress(Unavailable):  # the sweeper finds the row
            self.queues.bell(ring_for(asked))
        return True

    def owe(self, row: Row, call: Contact, situation: Situation, language: str, now: datetime) -> bool:
        """Keep the row of a step that heard only the notice as `informed`; ask for a call-back if a number is known.

        True when something was new. Raises Unavailable.
        """
        seen = (situation.plan.version, situation.orders.version, situation.version)
        nobody = Decision(desk=LAST_RANK, rejected=(), plan=seen[0], orders=seen[1], snapshot=seen[2])
        heard = replace(row, decision=nobody.compact())
        new = self.contacts.add(heard) is None
        with suppress(Stale):  # a replay that came before, or a step of a call that went on
            self.contacts.save(row.key, moved(heard.work, RowState.INFORMED), Due.CLEAR)
        if not call.party.address or call.traits.get("caller_hidden"):
            return new
        return self.ask(row.channel, call, situation, language, now) or new


def _wish(call: Contact, language: str) -> Contact:
    number = call.party.address
    return replace(
        call,
        provider_id=f"callback:{call.provider_id}",
        kind=ContactKind.CALLBACK,
        medium=Medium.MESSAGING,
        traits={**call.traits, "callback": number},
        text=say("callback.asked", language, number=number),
    )
