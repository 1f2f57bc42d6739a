"""What we make of a vantage as a whole."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A vantage that we trust, or suspect because unrelated providers fail together from where it stands.

    `version` counts its turns, `since` is the last one (None: it never turned); `because` is for people.
    """

    vantage: str
    suspect: bool = False
    since: datetime | None = None
    because: str = ""
    version: int = 0
