"""Makes rows: of a contact at acceptance, of a reply, a notice or a call-back that belongs to one."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.model import Contact, ContactKind, party_key, row_key
from chalicelib.domain.observing.mode import observes
from chalicelib.domain.outbox import Row, Work, first_due
from chalicelib.domain.plan import Plan, Purpose
from chalicelib.domain.routing import Case, Situation, route
from chalicelib.ports import Ring

DEFAULT_PURPOSE = Purpose(id="")
WORDS = frozenset({ContactKind.REPLY, ContactKind.NOTICE})
THREAD = ("subject", "message_id")
"""Traits that keep an answer in the thread of what it answers."""


def contact_row(channel: str, contact: Contact, situation: Situation, now: datetime) -> Row:
    """The row of a contact with the decision taken at acceptance."""
    plan = situation.plan
    purpose = purpose_of(plan, plan.purpose_of(channel, contact))
    market = plan.market_of(channel, contact)
    key = row_key(channel, contact.account, contact.provider_id)
    case = Case(key=key, purpose=purpose.id, market=market, medium=contact.medium)
    return Row(
        key=key,
        channel=channel,
        contact=contact,
        market=market,
        purpose=purpose.id,
        lane=purpose.lane,
        accepted_at=now,
        deadline=now + purpose.deadline,
        due_at=first_due(purpose.lane, now),
        kind=contact.kind,
        party=party_key(channel, contact.account, contact.party.address),
        decision=_decided(case, situation, now, observed=observes(plan, channel)),
    )


def _decided(case: Case, situation: Situation, now: datetime, *, observed: bool) -> str:
    decision = route(case, situation, (), now)
    return (replace(decision, observed=True) if observed else decision).compact()


def words_row(parent: Row, kind: ContactKind, name: str, text: str, now: datetime) -> Row:
    """The row of words to the person behind `parent`: a desk's reply or our notice. `name` makes it unique.

    Its `sent_at` is when the person last wrote: vendors' messaging windows count from there.
    """
    contact = replace(
        parent.contact,
        provider_id=f"{kind.value}:{name}",
        text=text,
        attachments=(),
        sent_at=parent.contact.sent_at or parent.accepted_at,
        traits={name: parent.contact.traits[name] for name in THREAD if name in parent.contact.traits},
        kind=kind,
    )
    return _belonging(parent, contact, now)


def _belonging(parent: Row, contact: Contact, now: datetime) -> Row:
    return replace(
        parent,
        key=row_key(parent.channel, contact.account, contact.provider_id),
        contact=contact,
        kind=contact.kind,
        accepted_at=now,
        due_at=first_due(parent.lane, now),
        decision="",
        parent=parent.key,
        deadline=now + (parent.deadline - parent.accepted_at),
        work=Work(),
    )


def ring_for(row: Row, delay: int = 0) -> Ring:
    """The bell of a row, in whole seconds; its group is the provider whose answer it will wait for."""
    return Ring(key=row.key, lane=row.lane, delay=delay, group=group_of(row))


def group_of(row: Row) -> str:
    """The desk that had the row last or was chosen for it, the channel of words to a person; "" for none."""
    if row.kind in WORDS:
        return row.channel
    return row.work.desk or row.decision.partition("|")[0]


def purpose_of(plan: Plan, purpose: str) -> Purpose:
    """The purpose, or the empty one that has no routes: such a contact is kept for a person."""
    return plan.purposes.get(purpose, DEFAULT_PURPOSE)
