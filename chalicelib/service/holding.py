"""Keeps a raw request in the overflow queue when it cannot be accepted now, and says what its vendor then hears."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.channels import Capability, Channel, Standing, Step, StepAction, UnknownKind, Verdict, kind
from chalicelib.domain.observing.mode import observes
from chalicelib.domain.outbox import Row, first_due
from chalicelib.domain.plan import Plan
from chalicelib.http_types import Answer
from chalicelib.ports import Note, Queues, Unavailable
from chalicelib.service.handled import Handled
from chalicelib.service.notice import NOTICE, without_store
from chalicelib.service.wire import Held, dump_held

LARGEST_BODY = 700_000
"""Bytes. A queue message ends at 1 MiB and base64 grows by a third: what we take, we can always hold."""
LONGEST_SETTLING = timedelta(minutes=2)


class RefusedNow(Unavailable):
    """A request that was proven and held would be refused now: a person must look, for it was promised."""


def hold(queues: Queues, channel: Channel, held: Held, because: str) -> Handled:
    """Held, and the vendor thanked, or told to ask again where the queue fails too."""
    try:
        queues.put(Note(queue="overflow", body=dump_held(held)))
    except Unavailable:
        answer, standing, kept = (
            channel.answer(Verdict(standing=Standing.OVERLOADED)),
            Standing.OVERLOADED,
            False,
        )
    else:
        answer = without_store(channel) or channel.answer(Verdict(standing=Standing.DECIDED))
        standing, kept = Standing.DECIDED, True
    return Handled(
        answer=answer,
        channel=channel.config.id,
        kind=channel.kind,
        standing=standing,
        overflow=kept,
        because=because,
    )


def hold_unproven(queues: Queues, plan: Plan, held: Held, sick: Unavailable) -> Handled:
    """Held although nobody can prove it now: it is proven when it is replayed.

    Raises `sick` for what must be answered by a working channel: a handshake, a call where no document says words,
    a body that fits no message. Raises Unavailable when the queue fails too.
    """
    planned = plan.channels.get(held.channel)
    answer = _thanks(planned.kind, observing=observes(plan, planned.id)) if planned is not None else None
    if answer is None or held.request.method != "POST" or len(held.request.body) > LARGEST_BODY:
        raise sick
    queues.put(Note(queue="overflow", body=dump_held(held)))
    return Handled(
        answer=answer,
        channel=held.channel,
        kind=planned.kind if planned else "",
        overflow=True,
        because=f"unproven: {sick}",
    )


def addressed(held: Held, plan: Plan) -> Held:
    """With the whole address that the vendor called, and signed."""
    request = held.request
    if not request.url.startswith("/"):
        return held
    return replace(held, request=replace(request, url=f"{plan.public_base_url}{request.url}"))


def settling(held: Held) -> timedelta:
    """How long the bell of a replayed contact waits: older ones of the same person may still be in the queue."""
    return max(timedelta(), min(held.late, LONGEST_SETTLING))


def settled(row: Row, held: Held) -> Row:
    """The row, not swept before its bell has been rung."""
    wait = settling(held)
    return replace(row, due_at=first_due(row.lane, held.at + held.late + wait)) if wait else row


def _thanks(name: str, *, observing: bool) -> Answer | None:
    """What a vendor hears without a working channel of the kind; None where somebody waits and nothing can be said."""
    try:
        found = kind(name)
    except UnknownKind:
        return None
    if not found.medium.waits:
        return Answer()
    if observing or Capability.FALLBACK not in found.capabilities:
        return None
    return found.fallback(Step(action=StepAction.NOTICE, say=NOTICE, language="fr"))
