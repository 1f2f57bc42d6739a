"""What the seam says of a provider's own list: what came in while we were deaf, and what became of what we sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.domain.model import Message, Receipt

if TYPE_CHECKING:  # the seam itself imports this file
    from chalicelib.channels import Parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time [since, until] of which the list is asked; `cursor` is that of the page, "" for the first one."""

    since: datetime
    until: datetime
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page: what in it lies in the stretch, newest first where times are equal, and the next page's cursor.

    Every contact in it has `sent_at`, the provider's own time, and the id that the webhook would have given it.
    """

    read: "Parsed"
    following: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Something that we sent, or may have sent, between `since` and `until`; `provider_id` is "" where unknown."""

    message: Message
    since: datetime
    until: datetime
    provider_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the list has of it: a receipt for each item that it may be, oldest first.

    None at all means "it did not go" only where `whole`: the list was read to its end. `parts`, where the ids stand for
    conversations that may hold several of our sends: the item's own name for each receipt, as in `Sent.part`. `others`
    are items of that time with other words: unless each is known as another send, ours may be one of them.
    """

    receipts: tuple[Receipt, ...] = ()
    whole: bool = True
    parts: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def named(self) -> tuple[tuple[Receipt, str], ...]:
        """Each receipt with the name of the item that it is of."""
        names = self.parts or [one.provider_id for one in self.receipts]
        return tuple(zip(self.receipts, names, strict=True))
