"""A vendor's request as rows of the one outbox, to be passed on byte for byte; and a request again from them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from chalicelib.channels import Channel
from chalicelib.domain.decision import FORWARD
from chalicelib.domain.model import Contact, ContactKind, Party, row_key
from chalicelib.domain.observing.mode import observes
from chalicelib.domain.outbox import Row, RowState, Work, first_due
from chalicelib.domain.plan import Plan
from chalicelib.ports import ContactStore, Queues, Ring, Unavailable
from chalicelib.service.wire import Held, dump_held, read_held

SLICE = 250_000
"""Characters of a held request in one row: an item ends at 400 KB. What we accept (700,000 bytes) makes four rows."""
KEPT_FOR = timedelta(hours=24)
LANE = "normal"
DECISION = f"||{FORWARD}|0.0.0"


def to_forward(channel: Channel, plan: Plan, held: Held) -> bool:
    """True where a proven request is to be passed on by us.

    The vendor of a waiting person is led on instead; of mail the cloud itself can give everybody a copy.
    """
    planned = plan.channels[channel.config.id]
    led = channel.medium.waits and observes(plan, planned.id)
    web = held.request.method == "POST" and held.request.origin == "http"
    return bool(planned.forward_to) and web and not led


def keep_forward(contacts: ContactStore, queues: Queues, held: Held) -> None:
    """Store a request to be passed on, and ring for it. Raises Unavailable.

    The same request, come at the same instant, is stored once: what is held and replayed is not passed on twice.
    """
    first, *further = forward_rows(held)
    for part in further:
        contacts.add(part)
    if contacts.add(first) is None:
        with suppress(Unavailable):  # the sweeper rings
            queues.bell(ring_of(first))


def ring_of(row: Row, delay: int = 0) -> Ring:
    """The bell of a forward; the target is as slow as it is for all of a channel's."""
    return Ring(key=row.key, lane=row.lane, delay=delay, group=f"forward {row.channel}")


def forward_rows(held: Held) -> Sequence[Row]:
    """The row that is due, then those that hold what it has no room for: they are over from the beginning."""
    text = dump_held(replace(held, proven=True))  # what is passed on was proven, whether it waited or not
    key = row_key(held.channel, "forward", sha256(text.encode()).hexdigest())
    slices = [text[at : at + SLICE] for at in range(0, len(text), SLICE)]
    rows = [
        _row(held, key if number == 0 else part_key(key, number), one) for number, one in enumerate(slices)
    ]
    first = rows[0]
    traits = {"parts": str(len(slices))}
    due = replace(
        first, contact=replace(first.contact, traits=traits), due_at=first_due(LANE, held.at + held.late)
    )
    return (due, *(replace(row, parent=key, work=Work(state=RowState.CLOSED)) for row in rows[1:]))


def part_key(key: str, number: int) -> str:
    """The key of a forward's further part."""
    return row_key(key, "part", str(number))


def parts_of(row: Row) -> Sequence[str]:
    """The keys of a forward's further parts."""
    return tuple(part_key(row.key, number) for number in range(1, int(row.contact.traits.get("parts", "1"))))


def held_of(contacts: ContactStore, row: Row) -> Held:
    """The request that a row is to pass on. Raises Missing, ValueError once its bytes are gone."""
    further = (contacts.get(key).contact.text for key in parts_of(row))
    return read_held("".join((row.contact.text, *further)))


def _row(held: Held, key: str, text: str) -> Row:
    contact = Contact(
        account="", provider_id=key, party=Party(address=""), text=text, kind=ContactKind.FORWARD
    )
    return Row(
        key=key,
        channel=held.channel,
        contact=contact,
        market="",
        purpose="",
        lane=LANE,
        accepted_at=held.at,
        deadline=held.at + KEPT_FOR,
        party="",
        decision=DECISION,
        kind=ContactKind.FORWARD,
    )
