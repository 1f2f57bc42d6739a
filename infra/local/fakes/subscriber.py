"""A fake subscriber to our announcements: checks the signature as Standard Webhooks 1.0 says, keeps what it is told."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from infra.local.fakes.desk import DeskFake
from infra.local.fakes.vendors import Signed
from infra.local.fakes.wire import Arrived, Item, Taken


class SubscriberFake(DeskFake):
    """Each journal entry's `text` is the event's JSON, its `key` the webhook-id; a repetition is counted as one."""

    kind: ClassVar[str] = "subscriber"

    def answer(self, arrived: Arrived, now: float) -> Taken:
        """401 for what is not signed, 400 for what is no event, 202 for what is taken."""
        taken = super().answer(arrived, now)
        if taken.item is None:
            return taken
        item = taken.item
        told = json.dumps(arrived.json(), sort_keys=True)
        return Taken(
            reply=taken.reply, item=Item(id=item.id, key=item.key, text=told, repeated=item.repeated)
        )

    def receipts(self, item: Item, hook: str, now: float) -> Sequence[Signed]:  # noqa: ARG002 - the seam's signature
        """A subscriber sends nothing back."""
        return ()


def events_of(entries: Sequence[Any]) -> list[Mapping[str, Any]]:
    """The events that a subscriber took, in the order in which they came."""
    return [json.loads(entry.text) for entry in entries]
