"""A subscriber as the plan has it: where announcements go, and which of them."""

from dataclasses import dataclass

ALL, LOUD = "all", "loud"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """`url` gets each announcement by POST; `events` is ALL, or LOUD: only those that people are to hear."""

    id: str
    url: str
    events: str = ALL

    def wants(self, *, loud: bool) -> bool:
        """True for an announcement that is meant for it."""
        return loud or self.events == ALL
