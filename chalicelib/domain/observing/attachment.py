"""Where a channel's webhook led before we led it to us, and what may be done about it now. Pure."""

import json
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What is remembered: the former address byte for byte, ours, and whether it is ours by our own doing."""

    former: str
    own: str
    attached: bool = True


class Step(StrEnum):
    """What is to be done with a vendor's webhook."""

    NOTHING = "nothing"
    LEAD = "lead"
    REFUSE = "refuse"
    UNKNOWN = "unknown"


def to_attach(known: Attachment | None, current: str, own: str) -> Step:
    """LEAD it to us; NOTHING where it leads here; REFUSE where somebody else led it away since we had attached it."""
    if current == own:
        return Step.NOTHING
    taken = known is not None and known.attached and current not in (known.former, known.own)
    return Step.REFUSE if taken else Step.LEAD


def to_detach(known: Attachment | None, current: str) -> Step:
    """LEAD it back; NOTHING where it leads there; REFUSE where it leads to a third; UNKNOWN if we never attached it."""
    if known is None:
        return Step.UNKNOWN
    if current == known.former:
        return Step.NOTHING
    return Step.LEAD if current == known.own else Step.REFUSE


def attachment_text(found: Attachment) -> str:
    """An attachment as text."""
    return json.dumps({"former": found.former, "own": found.own, "attached": found.attached})


def read_attachment(text: str) -> Attachment | None:
    """An attachment back; None for the empty text."""
    return Attachment(**json.loads(text)) if text else None
