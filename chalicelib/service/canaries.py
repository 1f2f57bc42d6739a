"""Sends one canary: at most one for each span of time, never beyond its purse, written down before it goes."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from chalicelib.channels import Capability, Channel, ChannelError, SendFailed
from chalicelib.domain.canary_plan import CanaryPlan
from chalicelib.domain.decision import to_person
from chalicelib.domain.detection.canary import canary_key, mark, slot
from chalicelib.domain.model import Contact, ContactKind, Outcome, Party, party_key
from chalicelib.domain.observing.mode import observes
from chalicelib.domain.outbox import Due, Row, RowState, claimed, moved, recorded
from chalicelib.domain.plan import ChannelPlan
from chalicelib.domain.upgrade.times import moment
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.ports import Clock, Missing, Ring, Stale, Unavailable
from chalicelib.service.canary_arrivals import call_reference
from chalicelib.service.canary_turns import Pace, purse
from chalicelib.service.errand import alias_of
from chalicelib.service.noting import note_canary
from chalicelib.service.one_deadline import limited
from chalicelib.service.registry import Registry
from chalicelib.service.situation import SituationReader
from chalicelib.service.stores import Stores

TOO_LATE = timedelta(minutes=2)
"""A message that waited so long in the queue has lost its turn."""
GRACE = timedelta(seconds=5)
"""What our own queue may take to tell that one came."""
LANE = "bulk"
APART, CALLS_APART, CALM_CALLS_APART = 10, 60, 600
"""Seconds in which at most one is sent: written ones, calls in doubt, calls while all is well."""


@dataclass(slots=True)
class Canaries:
    """The probe function's third verb."""

    stores: Stores
    situations: SituationReader
    registry: Registry
    clock: Clock

    def run(self, body: str) -> str:
        """Handle one message (`canary_note`); a word for the log. Raises ValueError, KeyError, Unavailable."""
        told, now = json.loads(body), self.clock.now()
        plan = self.situations.read(now).plan
        planned = plan.channels.get(told["canary"])
        if planned is None or planned.canary is None:
            return "gone"
        if observes(plan, planned.id):
            return "this channel only observes"
        if now - moment(told["at"]) > TOO_LATE:
            return "too late"
        try:
            channel = limited(self.registry.get(plan, planned.id), self.clock)
        except (ChannelError, Missing) as unfit:
            return f"unready: {unfit}"
        if Capability.CANARY not in channel.capabilities:
            return "this kind has none"
        pace = Pace(told["pace"])
        at = slot(moment(told["at"]), _apart(channel, pace))
        return self._one(channel, planned, (at, pace), now)

    def _one(self, channel: Channel, planned: ChannelPlan, turn: tuple[datetime, Pace], now: datetime) -> str:
        at, pace = turn
        keys = self.stores.secrets.signing_keys()
        canary = planned.canary
        if not keys or canary is None:
            return "unready: no signing_keys"
        row = canary_row(planned, canary, channel, at, now)
        if self.stores.contacts.add(row) is not None:
            return "sent already"
        if not self._paid(planned.id, canary, pace, now):
            self.stores.contacts.save(row.key, moved(row.work, RowState.EXPIRED), Due.CLEAR)
            return f"the day's cap is reached ({pace})"
        row = replace(row, work=claimed(row.work, "", to_person(planned.id), now))
        self.stores.contacts.save(row.key, row.work)
        if channel.medium.waits:  # a call carries no mark: the last one sent is the one that comes
            self.stores.contacts.alias(
                alias_of(planned.id, planned.account, call_reference(planned.id)), row.key
            )
        with suppress(Unavailable):  # the sweep looks at it then
            self.stores.queues.bell(
                Ring(key=row.key, lane=LANE, delay=ceil((canary.wait + GRACE).total_seconds()))
            )
        return self._sent(channel, row, mark(planned.id, at, keys[0]))

    def _paid(self, channel: str, canary: CanaryPlan, pace: Pace, now: datetime) -> bool:
        """A coin out of the day's purse, in one conditional write: no restart and no second worker doubles it."""
        day = int(now.timestamp()) // 86_400
        return self.stores.contacts.lease(f"canary/{channel}/{pace}", 0, 1, day, purse(canary, pace)) == 1

    def _sent(self, channel: Channel, row: Row, token: str) -> str:
        """What cannot be sent says nothing of the way to us: only a canary that went can be missing."""
        state, outcome, detail, id_ = RowState.DEAD, Outcome.OK, "", ""
        try:
            id_ = channel.canary(token, self.clock.now()).provider_id
            state = RowState.SENT
        except SendFailed as failed:
            outcome, detail = failed.outcome, failed.detail
            state = RowState.UNKNOWN if outcome is Outcome.UNKNOWN else state
        except NotSent as refused:
            outcome, detail = Outcome.OUTAGE, str(refused)
        except MaybeSent as silent:
            state, outcome, detail = RowState.UNKNOWN, Outcome.UNKNOWN, str(silent)
        note_canary(self.stores.contacts, row, outcome, id_)
        with suppress(Stale):  # it came before the provider's answer to us
            done = recorded(row.work, state, outcome, detail=detail, provider_id=id_)
            self.stores.contacts.save(row.key, done, Due.CLEAR if state is RowState.DEAD else Due.KEEP)
        return f"{outcome.value} {detail}".strip()


def canary_row(
    planned: ChannelPlan, canary: CanaryPlan, channel: Channel, at: datetime, now: datetime
) -> Row:
    """The row of one canary: its deadline is when it must have come, it is judged a little later."""
    due = now + canary.wait + GRACE
    contact = Contact(
        account=planned.account,
        provider_id=f"canary:{int(at.timestamp())}",
        party=Party(address=canary.from_),
        medium=channel.medium,
        kind=ContactKind.CANARY,
    )
    return Row(
        key=canary_key(planned.id, at),
        channel=planned.id,
        contact=contact,
        market=planned.market,
        purpose="",
        lane=LANE,
        accepted_at=now,
        deadline=now + canary.wait,
        due_at=due,
        kind=ContactKind.CANARY,
        party=party_key(planned.id, planned.account, "canary"),
    )


def _apart(channel: Channel, pace: Pace) -> int:
    if not channel.medium.waits:
        return APART
    return CALM_CALLS_APART if pace is Pace.CALM else CALLS_APART
