"""A decision as a value: the choice, a reason for every other option, and the compact form in which it is kept."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why an option was rejected; a closed list."""

    DOWN = "down"
    TRIAL_NOT_DRAWN = "trial_not_drawn"
    OVERRIDDEN = "overridden"
    DRAINING = "draining"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"
    FULL = "full"
    THROTTLED = "throttled"
    MEDIUM_UNFIT = "medium_unfit"
    WINDOW_CLOSED = "window_closed"
    NO_CONSENT = "no_consent"
    NO_ADDRESS = "no_address"
    ACCOUNT_BLOCKED = "account_blocked"
    ALREADY_TRIED = "already_tried"
    UNREADY = "unready"
    LOWER_RANK = "lower_rank"


CODES = {reason: "".join(word[0] for word in reason.value.split("_")) + reason.value[-1] for reason in Reason}
"""The stored form of a reason: its initials and its last letter."""
REASONS = {code: reason for reason, code in CODES.items()}
LAST_RANK = ""
"""The desk of a decision that found none: stored, acknowledged, call-back offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """The draw among desks that share the route: their shares in the order it gave; `by` is plan, shift or order."""

    by: str
    shares: tuple[tuple[str, int], ...]


PANIC, STALE, OBSERVED = "p", "s", "o"
"""The flags of the stored form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The choice (a desk id, or LAST_RANK), every rejected option with its reason, and the versions looked at.

    `observed`: it was taken while the channel only looked on, and nobody acted on it.
    """

    desk: str
    rejected: tuple[tuple[str, Reason], ...]
    plan: int
    orders: int
    snapshot: int
    panic: bool = False
    stale: bool = False
    observed: bool = False
    draw: Draw | None = None

    @property
    def because(self) -> str:
        """In one word why this desk: preferred, drawn (by shares), next, panic, or last_rank."""
        if self.desk == LAST_RANK:
            return "last_rank"
        if self.panic:
            return "panic"
        if any(reason is not Reason.LOWER_RANK for _, reason in self.rejected):
            return "next"
        return "drawn" if self.draw and self.draw.shares[0][0] == self.desk else "preferred"

    def compact(self) -> str:
        """The stored form: `desk|desk:code,...|flags|plan.orders.snapshot`, and after a draw `|by:desk=share,...`."""
        rejected = ",".join(f"{desk}:{CODES[reason]}" for desk, reason in self.rejected)
        flags = PANIC * self.panic + STALE * self.stale + OBSERVED * self.observed
        versions = f"{self.plan}.{self.orders}.{self.snapshot}"
        return "|".join((self.desk, rejected, flags, versions, *_drawn(self.draw)))


def read_decision(text: str) -> Decision:
    """A decision from its stored form. Raises ValueError on any other text."""
    try:
        desk, rejected, flags, versions, *draw = text.split("|")
        plan, orders, snapshot = (int(v) for v in versions.split("."))
        pairs = (part.rsplit(":", 1) for part in rejected.split(",") if part)
        return Decision(
            desk=desk,
            rejected=tuple((name, REASONS[code]) for name, code in pairs),
            plan=plan,
            orders=orders,
            snapshot=snapshot,
            panic=PANIC in flags,
            stale=STALE in flags,
            observed=OBSERVED in marks(text),
            draw=_read_draw(*draw),
        )
    except (ValueError, KeyError, TypeError) as unreadable:
        raise ValueError(f"not a stored decision: {text!r}") from unreadable


def _drawn(draw: Draw | None) -> tuple[str, ...]:
    if draw is None:
        return ()
    return (f"{draw.by}:" + ",".join(f"{desk}={share}" for desk, share in draw.shares),)


def _read_draw(text: str = "") -> Draw | None:
    if not text:
        return None
    by, _, told = text.partition(":")
    pairs = (part.split("=") for part in told.split(","))
    return Draw(by=by, shares=tuple((desk, int(share)) for desk, share in pairs))


PERSON, KEPT, FORWARD = "person", "kept", "forward"
"""What stands in place of the flags where words to a person were sent, or kept for later: nothing was chosen."""


def to_person(channel: str) -> str:
    """The stored form for words that go to a person."""
    return f"{channel}||{PERSON}|0.0.0"


def kept(channel: str, reason: Reason) -> str:
    """The stored form for words that could not go to a person now."""
    return f"{channel}|{channel}:{CODES[reason]}|{KEPT}|0.0.0"


def marks(decision: str) -> str:
    """The flags of a stored decision; none where a word stands in their place."""
    flags = (*decision.split("|"), "", "", "")[2]
    return "" if flags in (PERSON, KEPT, FORWARD) else flags
