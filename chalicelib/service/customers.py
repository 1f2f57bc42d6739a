"""What deliveries tell of customers: how many come, and who says that another way to reach us is dead."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.channels import kind
from chalicelib.domain.detection.arrival_paths import counted_on, for_customers
from chalicelib.domain.detection.crowd import NAMES, accused, complains, folded
from chalicelib.domain.detection.traffic import slot_of
from chalicelib.domain.detection.voices import signal_of, voice_of, with_voice
from chalicelib.domain.model import ContactKind, Direction, Medium, path_id
from chalicelib.domain.outbox import Row, RowState
from chalicelib.domain.plan import WORLD, ChannelPlan, Plan
from chalicelib.ports import Stale, TrafficStore, Unavailable
from chalicelib.service.believe import Believer
from chalicelib.service.situation import NoSituation, SituationReader
from chalicelib.service.turnout import Turnout

APART = timedelta(seconds=10)
"""A container writes its counts no more often: a dying one loses no more."""
OLD = timedelta(hours=1)
MOST_KEPT = 2_000
_TRIES = 3
_SHORTEST_NAME = 3


@dataclass(slots=True)
class Customers:
    """One container's ear. What it misses costs a suspicion at most, so nothing here fails a delivery."""

    traffic: TrafficStore
    situations: SituationReader
    believer: Believer
    _seen: dict[str, None] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _wrote_at: datetime | None = None
    turnout: Turnout = field(init=False)

    def __post_init__(self) -> None:
        """Both count into the same store."""
        self.turnout = Turnout(self.traffic)

    def notice(self, row: Row, now: datetime) -> None:
        """Take in a row at its first bell; replies, canaries and whatever was seen before are passed over."""
        if not _first(row, now) or row.key in self._seen:
            return
        self._seen[row.key] = None
        if len(self._seen) > MOST_KEPT:
            del self._seen[next(iter(self._seen))]
        with suppress(Unavailable, NoSituation):
            plan = self.situations.read(now).plan
            if row.channel in plan.channels:
                self._count(row, plan, now)
                self.turnout.count(row, plan, now)
                self._hear(row, plan, now)

    def _count(self, row: Row, plan: Plan, now: datetime) -> None:
        path = counted_on(plan, plan.channels[row.channel], row.market)
        counts = self._counts.setdefault(path, {})
        slot = slot_of(row.accepted_at)
        counts[slot] = counts.get(slot, 0) + 1
        if self._wrote_at is None or now - self._wrote_at >= APART:
            self._wrote_at = now
            self._write(now)

    def _write(self, now: datetime) -> None:
        """What could not be written waits for the next time, but not for ever."""
        for path in list(self._counts):
            counts = {slot: n for slot, n in self._counts[path].items() if slot > slot_of(now - OLD)}
            with suppress(Unavailable):
                if counts:
                    self.traffic.add(path, counts)
                del self._counts[path]

    def _hear(self, row: Row, plan: Plan, now: datetime) -> None:
        text = row.contact.text
        if not complains(text):
            return
        for channel in accused(text, called(plan, row)):
            path = path_id(channel, Direction.IN, plan.channels[channel].market)
            self._voice(path, row.party, now)

    def _voice(self, path: str, party: str, now: datetime) -> None:
        for _ in range(_TRIES):
            voices = with_voice(self.traffic.voices(path), voice_of(path, party), now)
            if voices is None:
                return
            with suppress(Stale):
                self.traffic.hear(voices)
                known = self.believer.health.read([path]).get(path)
                self.believer.learn(path, signal_of(voices, now, self.believer.vantage), known)
                return


def _first(row: Row, now: datetime) -> bool:
    """A contact that nobody has worked on yet. Of a call only its first step has a bell so early."""
    fresh = row.work.version == 0 and row.work.state is RowState.ACCEPTED and now - row.accepted_at < OLD
    return fresh and row.kind is ContactKind.CONTACT


def called(plan: Plan, row: Row) -> Mapping[str, frozenset[str]]:
    """What this person may call each of the other channels, folded.

    The words for a medium count only where one channel of the person's market has it.
    """
    others = [
        channel
        for channel in plan.channels.values()
        if channel.id != row.channel
        and channel.market in (WORLD, row.market)
        and for_customers(plan, channel)
    ]
    media = {channel.id: channel.medium or kind(channel.kind).medium for channel in others}
    counted = list(media.values())
    return {
        channel.id: _own_names(channel) | _medium_names(media[channel.id], counted.count(media[channel.id]))
        for channel in others
    }


def _own_names(channel: ChannelPlan) -> frozenset[str]:
    labels = channel.door.labels.values() if channel.door else ()
    told = (*labels, channel.provider, channel.kind.partition("_")[0])
    return frozenset(name for each in told if len(name := " ".join(folded(each).split())) >= _SHORTEST_NAME)


def _medium_names(medium: Medium, sharing: int) -> frozenset[str]:
    return NAMES.get(medium, frozenset()) if sharing == 1 else frozenset()
