"""What assigns a contact to a purpose: conditions on its channel, its words and its traits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.domain.model import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Conditions that must all hold. `channel` may be empty (any). Keywords are compared casefolded, by word."""

    channel: str = ""
    keywords: frozenset[str] = frozenset()
    traits: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """How specific it is; the most specific match wins, then the plan's order."""
        return bool(self.channel) + 2 * len(self.traits) + 2 * bool(self.keywords)

    def holds(self, contact: Contact, words: frozenset[str]) -> bool:
        """True when every condition but the channel (which the index has dealt with) holds."""
        if self.keywords and not (self.keywords & words):
            return False
        traits = contact.traits
        return all(traits.get(name, "").casefold() in values for name, values in self.traits.items())
