"""Which segment a loss belongs to, as far as the evidence can say."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.proof.proportion import wilson

ENOUGH = 3
"""Fewer losses than this blame nobody."""
ALIKE = 0.10
"""Another provider fails alike when even the lower end of its interval is above this share."""


class Segment(StrEnum):
    """Where something was lost. PLATFORM: the provider we speak to; CARRIER: the networks behind it."""

    PLATFORM = "platform"
    CARRIER = "carrier"
    OUR_WEBHOOK = "our_webhook"
    DESK = "desk"
    CANNOT_SAY = "cannot_say"


class Because(StrEnum):
    """The rule that spoke."""

    NOTHING_LOST = "nothing_lost"
    TOO_FEW = "too_few"
    MIXED = "mixed"
    DESK_REFUSED = "desk_refused"
    PLATFORM_REFUSED = "platform_refused"
    REPORTED_FAILED = "reported_failed"
    THEIR_LIST_HAS_THEM = "their_list_has_them"
    THEIR_LIST_LACKS_THEM = "their_list_lacks_them"
    OUR_DOOR_REFUSED = "our_door_refused"
    OTHERS_ALIKE = "others_alike"
    OTHER_RECEIPTS_CAME = "other_receipts_came"
    PAGE_ADMITS = "page_admits"
    NO_WORD_AT_ALL = "no_word_at_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another provider's promised receipts in the same time: missing of all."""

    provider: str
    missing: int
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What is known of one path's losses in a window.

    `refused` were never taken, `failed` taken and reported as failed, `missing` taken and never heard of again,
    `arrived` confirmed by a receipt. `to_desk`: it is a desk that takes them, and nothing lies behind it.
    `page_bad`: the vendor's page spoke of trouble; None when there is no page. `door_refused`: calls for this channel
    that our own webhook turned away as forged. `untold` arrived by the provider's own list, and no receipt came to us;
    `absent` were taken and are not in its list.
    """

    refused: int = 0
    failed: int = 0
    missing: int = 0
    arrived: int = 0
    to_desk: bool = False
    elsewhere: tuple[Elsewhere, ...] = ()
    page_bad: bool | None = None
    door_refused: int = 0
    untold: int = 0
    absent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """The segment, and the rule that named it."""

    segment: Segment
    because: Because


PLAIN = {
    "failed": Blame(segment=Segment.CARRIER, because=Because.REPORTED_FAILED),
    "untold": Blame(segment=Segment.OUR_WEBHOOK, because=Because.THEIR_LIST_HAS_THEM),
}
"""Kinds of loss that say by themselves whose they are."""


def blame(clues: Clues) -> Blame:
    """The first rule that fits; the kind of loss that makes up at least half of all decides which are asked.

    Refused: whoever takes our sends. Reported as failed: what lies behind the platform, which itself still speaks.
    Arrived by the provider's list, while its word never came: our own door. Missing: see `_missing`.
    """
    kinds = {
        "refused": clues.refused,
        "failed": clues.failed,
        "missing": clues.missing,
        "untold": clues.untold,
    }
    lost, kind = sum(kinds.values()), max(kinds, key=lambda name: kinds[name])
    if not lost:
        return Blame(segment=Segment.CANNOT_SAY, because=Because.NOTHING_LOST)
    if lost < ENOUGH:
        return Blame(segment=Segment.CANNOT_SAY, because=Because.TOO_FEW)
    if 2 * kinds[kind] < lost:
        return Blame(segment=Segment.CANNOT_SAY, because=Because.MIXED)
    if kind == "refused":
        return _refused(clues)
    return PLAIN.get(kind) or _missing(clues)


def _refused(clues: Clues) -> Blame:
    if clues.to_desk:
        return Blame(segment=Segment.DESK, because=Because.DESK_REFUSED)
    return Blame(segment=Segment.PLATFORM, because=Because.PLATFORM_REFUSED)


def _missing(clues: Clues) -> Blame:
    """Our own door, if it turned calls away or providers that share nothing else fail alike; else the platform.

    The platform, which promised a receipt for each, if others' receipts did come through the same door, or if its
    page admits trouble. With no receipt at all and nothing else known, both look the same from here.
    """
    if clues.absent >= ENOUGH and 2 * clues.absent >= clues.missing:
        return Blame(segment=Segment.PLATFORM, because=Because.THEIR_LIST_LACKS_THEM)
    if clues.door_refused and not clues.arrived:
        return Blame(segment=Segment.OUR_WEBHOOK, because=Because.OUR_DOOR_REFUSED)
    if any(wilson(one.missing, one.seen)[0] > ALIKE for one in clues.elsewhere):
        return Blame(segment=Segment.OUR_WEBHOOK, because=Because.OTHERS_ALIKE)
    if clues.arrived:
        return Blame(segment=Segment.PLATFORM, because=Because.OTHER_RECEIPTS_CAME)
    if clues.page_bad:
        return Blame(segment=Segment.PLATFORM, because=Because.PAGE_ADMITS)
    return Blame(segment=Segment.CANNOT_SAY, because=Because.NO_WORD_AT_ALL)
