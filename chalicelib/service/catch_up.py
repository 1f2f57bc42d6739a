"""Fetches what a provider took in for us and could not tell: its list, piece by piece, kept as by the door."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.channels import Capability, Channel, ChannelError, SendFailed, Stretch
from chalicelib.domain.model import Contact, Outcome
from chalicelib.domain.plan import ChannelPlan, Plan
from chalicelib.domain.upgrade.times import moment
from chalicelib.domain.vendor_lists.run import Run, advanced, failed, halved, read_run, started
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.ports import Clock, Missing
from chalicelib.service.catch_up_ends import again, tell
from chalicelib.service.catch_up_keeping import Keeping
from chalicelib.service.catch_up_turns import first_asked
from chalicelib.service.one_deadline import limited
from chalicelib.service.registry import Registry
from chalicelib.service.situation import SituationReader
from chalicelib.service.stores import Stores

PAGES = 5
"""Of one piece; a list with more of them is asked for in shorter pieces."""
PAGES_A_MINUTE = 30
"""Of one channel, whoever asks: every provider's list bears that many."""
PASSING = frozenset({Outcome.OUTAGE, Outcome.THROTTLED, Outcome.UNKNOWN})
"""Refusals after which it is worth asking again."""


class Spent(Exception):
    """The minute's pages are used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a piece has brought, in the list's order. `whole`: it was read to its end; `full`: it had several pages."""

    contacts: tuple[Contact, ...]
    unread: int
    whole: bool
    full: bool


@dataclass(slots=True)
class CatchUp:
    """The probe function's fourth verb."""

    stores: Stores
    situations: SituationReader
    registry: Registry
    clock: Clock

    def run(self, body: str) -> str:
        """Handle one message: begin a catch-up, or go on with one. A word for the log.

        A piece is durable before the next one is queued; whoever dies in between has it done again, and finds its
        contacts known. Raises ValueError, KeyError, Unavailable.
        """
        told, now = json.loads(body), self.clock.now()
        situation = self.situations.read(now)
        planned = situation.plan.channels.get(told["catch_up"])
        if planned is None:
            return "gone"
        try:
            channel = limited(self.registry.get(situation.plan, planned.id), self.clock)
        except (ChannelError, Missing) as unfit:
            return f"unready: {unfit}"
        if Capability.CATCH_UP not in channel.capabilities:
            return "this kind has no list"
        run = read_run(told) if "run" in told else self._begun(told, situation.plan, planned)
        if run.not_before is not None and now < run.not_before:
            return again(self.stores.queues, run, now)
        return self._piece(
            channel, run, Keeping(stores=self.stores, situation=situation, channel=channel, now=now)
        )

    def _begun(self, told: Mapping[str, Any], plan: Plan, planned: ChannelPlan) -> Run:
        at, whole = moment(told["at"]), told["after"] != "trial"
        if "since" in told:
            since = moment(told["since"])
        else:
            since = first_asked(self.stores.ledger, self.stores.traffic, plan, planned, at, whole=whole)
        return started(planned.id, f"{told['at']}", since, at)

    def _piece(self, channel: Channel, run: Run, keeping: Keeping) -> str:
        now, (since, until) = keeping.now, run.piece
        try:
            found = self._gather(channel, Stretch(since=since, until=until), now)
        except Spent:
            at = (int(now.timestamp()) // 60 + 1) * 60
            return again(self.stores.queues, replace(run, not_before=moment(at * 1000)), now)
        except SendFailed as refused:
            return self._refused(run, refused.outcome, refused.retry_after, now)
        except (NotSent, MaybeSent):
            return self._refused(run, Outcome.OUTAGE, 0.0, now)
        shorter = None if found.whole else halved(run)
        if shorter is not None:
            return again(self.stores.queues, shorter, now)
        new, known = keeping.keep(run.id, found.contacts)
        run = advanced(run, new, known, found.unread, cut=not found.whole, full=found.full)
        return tell(self.stores, run, "whole", now) if run.done else again(self.stores.queues, run, now)

    def _gather(self, channel: Channel, stretch: Stretch, now: datetime) -> Gathered:
        """The pages of a piece. Raises Spent, SendFailed, NotSent, MaybeSent when not even one could be had."""
        contacts: list[Contact] = []
        unread = 0
        for page in range(PAGES):
            self._pay(channel.config.id, now)
            try:
                listed = channel.catch_up(stretch, now)
            except (NotSent, MaybeSent):
                if not page:
                    raise
                break  # the pages before took the time: a shorter piece has fewer
            contacts += listed.read.contacts
            unread += len(listed.read.faults)
            if not listed.following or listed.following == stretch.cursor:
                return Gathered(contacts=tuple(contacts), unread=unread, whole=True, full=page > 0)
            stretch = replace(stretch, cursor=listed.following)
        return Gathered(contacts=tuple(contacts), unread=unread, whole=False, full=True)

    def _pay(self, channel: str, now: datetime) -> None:
        minute = int(now.timestamp()) // 60
        if not self.stores.contacts.lease(f"catch-up/{channel}", 0, 1, minute, PAGES_A_MINUTE):
            raise Spent

    def _refused(self, run: Run, outcome: Outcome, wait: float, now: datetime) -> str:
        later = failed(run, wait, now) if outcome in PASSING else None
        return again(self.stores.queues, later, now) if later else tell(self.stores, run, outcome.value, now)
