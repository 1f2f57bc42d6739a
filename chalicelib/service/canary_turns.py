"""When each channel's canary has its turn: its own rhythm while all is well, faster in doubt and in a trial."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from math import ceil

from chalicelib.domain.belief import NEVER_SEEN, Belief
from chalicelib.domain.canary_plan import CanaryPlan
from chalicelib.domain.model import Direction, EvidenceClass, path_id
from chalicelib.domain.plan import ChannelPlan
from chalicelib.domain.routing import Situation
from chalicelib.domain.upgrade.times import millis
from chalicelib.ports import Note

QUICK = (0, 10, 20, 30, 40, 50)
"""Seconds of delay within a minute; what waits on a line gets one a minute of them."""
_MINUTE = timedelta(minutes=1)
_DOWN_FOR = timedelta(hours=12)
"""So long does the purse of doubt last when a path is down."""


class Pace(StrEnum):
    """Why a canary is sent; each has a purse of its own, so that doubt never spends what shows a return."""

    CALM = "calm"
    DOUBT = "doubt"
    TRIAL = "trial"


def purse(canary: CanaryPlan, pace: Pace) -> int:
    """How many canaries a day of this pace may cost; together they are the plan's cap."""
    doubt = canary.spare // 2
    return {Pace.CALM: canary.regular, Pace.DOUBT: doubt, Pace.TRIAL: canary.spare - doubt}[pace]


def turns(situation: Situation, now: datetime) -> Iterator[Note]:
    """The messages of this minute for the probe function."""
    for channel in situation.plan.channels.values():
        if channel.canary is not None:
            path = path_id(channel.id, Direction.IN, channel.market)
            belief = situation.beliefs.get(path, NEVER_SEEN)
            yield from _of_channel(channel, channel.canary, belief, now)


def hurried(channel: str, now: datetime) -> Iterator[Note]:
    """More canaries at once, after one that did not arrive: the next minute may be long."""
    yield from (canary_note(channel, now, Pace.DOUBT, delay) for delay in QUICK[1:])


def canary_note(channel: str, now: datetime, pace: Pace, delay: int = 0) -> Note:
    """The message that has one canary sent; doubled messages make one canary."""
    due = now + timedelta(seconds=delay)
    body = json.dumps({"canary": channel, "at": millis(due), "pace": pace})
    return Note(queue="probes", body=body, delay=delay)


def _of_channel(channel: ChannelPlan, canary: CanaryPlan, belief: Belief, now: datetime) -> Iterator[Note]:
    spread = int.from_bytes(blake2b(channel.id.encode(), digest_size=8).digest(), "big")
    rhythm = ceil(canary.every / _MINUTE)
    if _minute(now) % rhythm == spread % rhythm:
        yield canary_note(channel.id, now, Pace.CALM, spread // rhythm % 55)
    if belief.suspect or _on_trial(belief):
        pace = Pace.TRIAL if _on_trial(belief) else Pace.DOUBT
        yield from (canary_note(channel.id, now, pace, delay) for delay in QUICK)
    elif _silenced(belief):
        apart = ceil(_DOWN_FOR / _MINUTE / max(purse(canary, Pace.DOUBT), 1))
        if _minute(now) % apart == spread % apart:
            yield canary_note(channel.id, now, Pace.DOUBT)


def _minute(now: datetime) -> int:
    return millis(now) // 60_000


def _silenced(belief: Belief) -> bool:
    """Down, or stale after it, for nothing but silence: what else is wrong no canary can mend."""
    return belief.weight <= 0 and belief.worst is EvidenceClass.SILENT


def _on_trial(belief: Belief) -> bool:
    return 0 < belief.weight < 1 and belief.worst is EvidenceClass.SILENT
