"""Puts rows by: for a later round, with a call-back offered; for a window that is shut; for a doubt not yet settled."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zlib import crc32

from chalicelib.channels import Capability, ChannelError
from chalicelib.domain.decision import Decision, Reason, kept
from chalicelib.domain.model import ContactKind
from chalicelib.domain.outbox import HOPELESS, Due, Row, RowState, deferred, moved
from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.minimum_service import minimum_reply
from chalicelib.domain.routing import Situation
from chalicelib.ports import ContactStore, Missing, Queues, Unavailable
from chalicelib.service.backlog import Backlogs, just_released
from chalicelib.service.registry import Registry
from chalicelib.service.rows import purpose_of, ring_for, words_row
from chalicelib.web.words import say

SAFETY = timedelta(seconds=30)
"""The due time follows the delayed bell: the sweeper only finds rows whose bell was lost."""
NEXT_SECOND = timedelta(seconds=1)
FULL_WAIT = timedelta(seconds=2)


@dataclass(slots=True)
class PutBy:
    """Writes the rows that cannot go now; every method returns the state the row is left in."""

    contacts: ContactStore
    queues: Queues
    registry: Registry
    backlogs: Backlogs = field(init=False)

    def __post_init__(self) -> None:
        """One knowledge of backlogs for all that this container puts by."""
        self.backlogs = Backlogs(contacts=self.contacts, queues=self.queues, registry=self.registry)

    def no_desk(self, row: Row, situation: Situation, decision: Decision, now: datetime) -> RowState:
        """No desk takes it: a later round, and the first time an offer to the person; surplus only waits its turn."""
        if self._hopeless(row, decision):
            self.contacts.save(row.key, moved(row.work, RowState.DEAD), Due.CLEAR)
            return RowState.DEAD
        surplus = any(reason is Reason.FULL for _, reason in decision.rejected)
        if surplus and just_released(row, now):
            return self._next_second(row)
        work, at = deferred(row.work, decision.compact(), now)
        wait = FULL_WAIT * 2 ** min(row.work.round, 4) if surplus else at - now
        offer = not surplus and not work.offered and row.kind is ContactKind.CONTACT
        if offer:
            work = replace(work, offered=self._offer(row, situation, now))
        if self.backlogs.take(row, work, situation.plan, now):
            return RowState.DEFERRED
        self.contacts.save(row.key, work, Due.SET, now + wait + SAFETY)
        self.ring_later(row, wait)
        return RowState.DEFERRED

    def no_way(self, row: Row, reason: Reason, plan: Plan, now: datetime) -> RowState:
        """Words that may not go to the person now; outside the vendor's window a human must find another way."""
        if reason is Reason.WINDOW_CLOSED:
            self.contacts.save(row.key, moved(row.work, RowState.DEAD), Due.CLEAR)
            return RowState.DEAD
        if reason is Reason.FULL and just_released(row, now):
            return self._next_second(row)
        work, _ = deferred(row.work, kept(row.channel, reason), now)
        return (
            RowState.DEFERRED if self.backlogs.take(row, work, plan, now) else self.refused(row, now, reason)
        )

    def refused(self, row: Row, now: datetime, reason: Reason = Reason.DOWN) -> RowState:
        """Words that the provider did not take now."""
        work, at = deferred(row.work, kept(row.channel, reason), now)
        self.contacts.save(row.key, work, Due.SET, at + SAFETY)
        self.ring_later(row, at - now)
        return RowState.DEFERRED

    def _next_second(self, row: Row) -> RowState:
        """A released row whose bell came a moment late finds its second taken: nothing is to be written."""
        self.ring_later(row, NEXT_SECOND)
        return row.work.state

    def still_unknown(self, row: Row, now: datetime) -> RowState:
        """A doubt that the repeat did not settle."""
        work = replace(moved(row.work, RowState.UNKNOWN), round=row.work.round + 1)
        wait = timedelta(seconds=15 * 2 ** min(work.round, 4))
        self.contacts.save(row.key, work, Due.SET, now + wait + SAFETY)
        self.ring_later(row, wait)
        return RowState.UNKNOWN

    def ring_later(self, row: Row, wait: timedelta) -> None:
        """Ring when the wait is over, up to a quarter later so that rows put by together do not come back together."""
        seconds = wait.total_seconds() * (1 + crc32(row.key.encode()) % 256 / 1024)
        with suppress(Unavailable):  # the due time is stored: the sweeper rings
            self.queues.bell(ring_for(row, max(1, min(900, round(seconds)))))

    @staticmethod
    def _hopeless(row: Row, decision: Decision) -> bool:
        """True when every option was tried in this round and each said that the contact itself is at fault."""
        tries = row.work.attempts[-len(row.work.tried) :] if row.work.tried else ()
        only_tried = all(reason is Reason.ALREADY_TRIED for _, reason in decision.rejected)
        return bool(tries) and only_tried and all(attempt.outcome in HOPELESS for attempt in tries)

    def _offer(self, row: Row, situation: Situation, now: datetime) -> bool:
        """Tell the person that we have their message; True when a notice row stands for it."""
        try:
            channel = self.registry.get(situation.plan, row.channel)
        except (ChannelError, Missing):
            return False
        if Capability.SEND not in channel.capabilities or not row.contact.party.address:
            return False
        language = row.contact.party.language or situation.plan.languages[0]
        purpose = purpose_of(situation.plan, row.purpose)
        planned = minimum_reply(situation, row, language, now)
        text = planned or purpose.offer.get(language) or say("message.offer", language)
        notice = words_row(row, ContactKind.NOTICE, row.key, text, now)
        if self.contacts.add(notice) is None:
            with suppress(Unavailable):
                self.queues.bell(ring_for(notice))
        return True
