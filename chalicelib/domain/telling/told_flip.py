"""A flip as it was told: by a message, by an entry of the ledger, or by the health table when nobody told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

WORDS = frozenset({"path", "class", "before", "after"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFlip:
    """One change of state of one class of a path; states as the machine names them, "" where nobody knows any more.

    `gen` is the class's generation after it, 0 where that was not told.
    """

    path: str
    evidence: str
    before: str
    after: str
    at: datetime
    gen: int = 0
    because: str = ""
    detail: str = ""
    vantage: str = ""
    planned: bool = False


def told_flip(told: Mapping[str, str], at: datetime) -> ToldFlip | None:
    """The flip that these words tell of; None when they tell of something else. Raises ValueError."""
    if not told.keys() >= WORDS:
        return None
    return ToldFlip(
        path=told["path"], evidence=told["class"], before=told["before"], after=told["after"], at=at,
        gen=int(told.get("gen", 0)), because=told.get("because", ""), detail=told.get("detail", ""),
        vantage=told.get("vantage", ""), planned=told.get("planned") == "true",
    )  # fmt: skip
