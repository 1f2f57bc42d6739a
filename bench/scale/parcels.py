"""Contacts alike as one amount, and what of them comes back later."""

from dataclasses import dataclass, field

LAST_ROUND = 5
NOTHING = 1e-9
"""Less than this of a contact is none; what is dropped so stays far below what the account tolerates."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Contacts alike: until when they are promised to a desk (seconds), by which promise, how often put off."""

    until: float
    promise: int
    round: int = 0

    def again(self) -> "Parcel":
        """After one more time; whoever waits at all waits alike from the last round on."""
        return Parcel(self.until, self.promise, min(self.round + 1, LAST_ROUND))

    def fresh(self) -> "Parcel":
        """As if it had never been put off."""
        return Parcel(self.until, self.promise)


@dataclass(slots=True)
class Later:
    """What comes back at a later second, and how much that is in all."""

    amount: float = 0.0
    due: dict[int, dict[Parcel, float]] = field(default_factory=dict)

    def add(self, second: int, parcel: Parcel, amount: float) -> None:
        """So much, then."""
        self.amount += amount
        place = self.due.setdefault(second, {})
        place[parcel] = place.get(parcel, 0.0) + amount

    def pop(self, second: int) -> dict[Parcel, float]:
        """All that is due now."""
        found = self.due.pop(second, {})
        self.amount -= sum(found.values())
        return found
