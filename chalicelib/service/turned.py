"""Notes that our webhook turned calls away as forged: a clue when receipts are missing."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.model import Outcome
from chalicelib.domain.proof.dispatch import Dispatch
from chalicelib.ports import ContactStore, Unavailable


def door_of(channel: str) -> str:
    """The "path" under which such calls for a channel are noted."""
    return f"{channel}#door"


@dataclass(slots=True)
class Turned:
    """One small item for each channel and minute, written at most once by each container."""

    _last: dict[str, int] = field(default_factory=dict)

    def away(self, contacts: ContactStore, channel: str, now: datetime) -> None:
        """Note one unless this minute has it."""
        minute = int(now.timestamp()) // 60
        if self._last.get(channel) == minute:
            return
        self._last[channel] = minute
        at = now.replace(second=0, microsecond=0)
        noted = Dispatch(path=door_of(channel), key=channel, attempt=0, at=at, outcome=Outcome.AUTH)
        with suppress(Unavailable):
            contacts.note_sent(noted)


TURNED = Turned()
"""This container's."""
