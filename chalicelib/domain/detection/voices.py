"""Who said that a channel does not work: digests of persons and when, and what so many voices are worth."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from chalicelib.domain.model import EvidenceClass, Outcome, Signal
from chalicelib.domain.upgrade.times import millis, moment

ONCE_IN = timedelta(days=1)
"""A person counts once in this time."""
TOGETHER = timedelta(hours=1)
"""Voices that are no further apart speak of the same trouble."""
WEIGHTS = ((12, 6_900), (6, 4_600), (3, 2_300))
"""Voices within the hour, and what they weigh in milli-nats. One or two are nothing: anybody may be mistaken."""
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """The voices about one path, oldest first: a digest of the person and when they said it."""

    path: str
    heard: tuple[tuple[str, datetime], ...] = ()
    version: int = 0


def voice_of(path: str, party: str) -> str:
    """A digest of a person's key that means nothing on another path; 16 hexadecimal characters."""
    return blake2b(f"{path}|{party}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def with_voice(voices: Voices, voice: str, now: datetime) -> Voices | None:
    """The voices with one more; None when this person was heard today already."""
    recent = tuple((who, at) for who, at in voices.heard if now - at < ONCE_IN)
    if any(who == voice for who, _ in recent):
        return None
    return replace(voices, heard=(*recent, (voice, now))[-MOST:], version=voices.version + 1)


def signal_of(voices: Voices, now: datetime, vantage: str) -> Signal:
    """What the voices of the last hour are worth as evidence."""
    count = sum(now - at < TOGETHER for _, at in voices.heard)
    weight = next((worth for least, worth in WEIGHTS if count >= least), 0)
    return Signal(
        outcome=Outcome.OUTAGE if weight else Outcome.OK, at=now, evidence=EvidenceClass.CROWD, vantage=vantage,
        detail=f"{count} people said within an hour that it does not work", weight=weight,
    )  # fmt: skip


def dump_voices(voices: Voices) -> str:
    """Compact JSON, times in milliseconds."""
    return json.dumps([[who, millis(at)] for who, at in voices.heard], separators=(",", ":"))


def read_voices(path: str, version: int, text: str) -> Voices:
    """What `dump_voices` wrote. Raises ValueError on anything else."""
    try:
        heard = tuple((str(who), moment(at)) for who, at in json.loads(text))
    except (TypeError, ValueError) as unreadable:
        raise ValueError(f"no voices: {type(unreadable).__name__}") from unreadable
    return Voices(path=path, heard=heard, version=version)
