"""What becomes of contacts while their channel only looks on: seen, decided and kept, and nothing is sent."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from chalicelib.channels import Channel, Standing, Step, StepAction, Verdict
from chalicelib.domain.model import Contact
from chalicelib.domain.observing.mode import observes, only_seen
from chalicelib.domain.outbox import LONGEST_DEFERRAL, Due, Row, RowState, moved
from chalicelib.domain.plan import Plan
from chalicelib.domain.routing import Situation
from chalicelib.http_types import Answer
from chalicelib.ports import ContactStore, Queues, Unavailable
from chalicelib.service.handled import Handled
from chalicelib.service.noting import note_seen
from chalicelib.service.promises import Came
from chalicelib.service.rows import contact_row, ring_for

TO_BE_SENT = frozenset({RowState.ACCEPTED, RowState.DEFERRED, RowState.UNKNOWN})


def watched(contacts: ContactStore, row: Row, plan: Plan, now: datetime) -> Came | None:
    """What came of the bell of a row for which nothing may be sent; None for every other row.

    A contact that came while the channel looked on has ended. One that was ours before waits, as long as it may.
    """
    if row.work.state not in TO_BE_SENT:
        return None
    if only_seen(row):
        note_seen(contacts, row)
        contacts.save(row.key, moved(row.work, RowState.OBSERVED), Due.CLEAR)
        return Came.OBSERVED
    if not observes(plan, row.channel) or now >= (row.work.extended_to or row.deadline):
        return None
    if row.due_at is not None and row.due_at <= now:
        contacts.save(row.key, moved(row.work, row.work.state), Due.SET, now + LONGEST_DEFERRAL)
    return Came.WAITS


def led_on(channel: Channel, plan: Plan) -> Answer:
    """What the vendor of a waiting person hears: ask at the present address, or look where you look without us."""
    target = plan.channels[channel.config.id].forward_to
    if not target:
        return channel.later
    step = Step(action=StepAction.LEAD_ON, next_url=target)
    return channel.answer(Verdict(standing=Standing.DECIDED, step=step))


def look_on(
    channel: Channel, situation: Situation, call: Contact, now: datetime, stores: tuple[ContactStore, Queues]
) -> Handled:
    """Keep a call with the decision that nobody acts on, and lead its vendor on. Raises Unavailable."""
    contacts, queues = stores
    row = contact_row(channel.config.id, call, situation, now)
    known = contacts.add(row) is not None
    if not known:
        with suppress(Unavailable):  # the sweeper ends the row
            queues.bell(ring_for(row))
    return Handled(
        answer=led_on(channel, situation.plan),
        channel=channel.config.id,
        kind=channel.kind,
        standing=Standing.DUPLICATE if known else Standing.DECIDED,
        new=int(not known),
        duplicates=int(known),
        because="observed",
    )


def held_on(handled: Handled, channel: Channel, plan: Plan) -> Handled:
    """What was held of a channel that looks on: who waits is led on, and not told that we take care of it."""
    if channel.medium.waits and observes(plan, channel.config.id):
        return replace(handled, answer=led_on(channel, plan))
    return handled
