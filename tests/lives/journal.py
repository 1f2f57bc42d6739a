"""What the outside world knows: who was told yes, what providers really did, which words were said of it."""

from collections import Counter
from dataclasses import dataclass, field

AFTER = {
    "delivered": {"answered", "abandoned", "closed"},
    "answered": {"closed"},
    "abandoned": {"closed"},
    "closed": set(),
    "dead": set(),
    "expired": set(),
}
"""Where a row may go from a state in which nothing more is sent; from the last two only by a word from outside."""
GIVEN_UP = {"dead", "expired"}
BY_WORD = {"delivered", "answered", "abandoned", "closed"}
ENDINGS = {
    "answered": "answered",
    "closed": "answered",
    "informed": "informed",
    "abandoned": "gave up",
    "dead": "refused with a reason",
    "expired": "refused with a reason",
    **dict.fromkeys(("accepted", "sending", "sent", "delivered", "deferred", "unknown"), "pending"),
}
"""Each state is one ending: the accounts balance to the unit."""


@dataclass
class Journal:
    """Plain notes; nothing here asks the product. `words` are the texts by which a message is known again."""

    told: dict[str, str] = field(default_factory=dict)
    """Text -> person, of every contact that was answered with a 2xx."""
    said: set[str] = field(default_factory=set)
    """Texts of all contacts that were ever posted, answered or not."""
    asked: Counter = field(default_factory=Counter)
    """How often providers were asked to take a text, whatever they answered."""
    taken: set[str] = field(default_factory=set)
    """Texts that a provider said it took."""
    effects: list[tuple[str, str, str]] = field(default_factory=list)
    """(host, key, text) of what really happened at a provider."""
    excused: Counter = field(default_factory=Counter)
    """Further effects that the product may not be blamed for: a lie of a vendor, a risk that an operator took."""
    parting: set[str] = field(default_factory=set)
    """Texts of people whose erasure was asked for: their rows may go any time, and a repetition brings none back."""
    erased: set[str] = field(default_factory=set)
    """Those that are gone: nobody may see them again."""
    states: dict[str, str] = field(default_factory=dict)
    spoken_of: set[str] = field(default_factory=set)
    redriven: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    """What was seen to go wrong the moment it did."""

    def effect_of(self, text: str, host: str = "") -> int:
        """How often a text took effect, at one provider or in all."""
        return sum(1 for where, _, words in self.effects if words == text and host in ("", where))

    def may_become(self, key: str, before: str, after: str) -> bool:
        """True where a row may be `after` when it was seen `before`."""
        if before == after or before not in AFTER:
            return True
        if before in GIVEN_UP:
            return key in self.redriven or (key in self.spoken_of and after in BY_WORD)
        return after in AFTER[before]
