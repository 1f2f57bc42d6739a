"""Which channels only look on, and the mark of a row that was accepted so."""

from chalicelib.domain.decision import OBSERVED, marks
from chalicelib.domain.outbox import Row
from chalicelib.domain.plan import Plan


def observes(plan: Plan, channel: str) -> bool:
    """True when nothing may be sent by a channel, nor for a contact that came by it."""
    planned = plan.channels.get(channel)
    return plan.observing or (planned is not None and planned.observing)


def only_seen(row: Row) -> bool:
    """True for a row that was accepted while its channel only looked on: somebody else has the contact."""
    return OBSERVED in marks(row.decision)
