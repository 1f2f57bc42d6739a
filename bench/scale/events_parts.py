"""The check's parts: a contact, a bucket of tokens, environments, a store that is throttled, a station that works."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from bench.scale.settings import Settings

WINDOW, DOUBLES = 60, 1_800
ROOM = 1.0
NEARLY = 1e-9
"""A table refuses single writes, whoever's they are: an act of many is as likely to be refused as one of few."""


@dataclass(slots=True)
class Contact:
    """One: until when it is promised, how often its sender asked, how often it was put by."""

    name: int
    until: float
    promise: int
    asked: int = 0
    puts: int = 0


class Bucket:
    """Tokens that flow in all the time up to a burst; with room for two at least, or what flows in would be spilt."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, max(2.0, burst)
        self._left, self._at = burst, 0.0

    def take(self, now: float, tokens: float = 1.0, *, credit: bool = False) -> bool:
        """So many at once; False leaves what there is. On credit the last tokens are enough for any number."""
        if self.rate == inf:
            return True
        self._left = min(self.burst, self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left < (NEARLY if credit else tokens):
            return False
        self._left -= tokens
        return True


class Environment:
    """The intake's environments: each call that finds none free starts one, if there may be one more."""

    def __init__(self, given: Settings, each: float, scale: float) -> None:
        self._given, self._scale = given, scale
        self._pace = 1 / each
        a_second = given.requests_per_environment * given.concurrency / scale
        self._requests = Bucket(a_second, a_second / 10)
        self._starts = Bucket(given.environments_a_second / scale, given.environments_at_once / scale)
        self._all = self._warm = self._level = self._credit = self._at = 0.0
        self._warming: list[tuple[float, float]] = []

    def take(self, now: float, others: float) -> bool:
        """Whether a call begins at once."""
        self._pass(now)
        if not self._requests.take(now):
            return False
        if self._level >= 1:
            self._level -= 1
            return True
        most = max(0.0, self._given.concurrency - self._given.others - others) / self._scale
        started = min(1.0, max(0.0, most - self._all))
        if started and self._starts.take(now, started):
            self._all += started
            self._credit += started
            self._warming.append((now + self._given.cold_start, started))
        if self._credit < 1 - 1e-9:
            return False
        self._credit -= 1
        return True

    def _pass(self, now: float) -> None:
        while self._warming and self._warming[0][0] <= now:
            at, started = self._warming.pop(0)
            self._fill(at)
            self._warm += started
        self._fill(now)

    def _fill(self, now: float) -> None:
        rate = self._warm * self._pace
        self._level = min(max(2.0, rate / 10), self._level + (now - self._at) * rate)
        self._at = now


@dataclass(slots=True)
class Place:
    """A table or an index: what it may take, and what it took in this window and at its busiest."""

    bucket: Bucket
    ends: float
    window: int = 0
    used: float = 0.0
    peak: float = 0.0


class Store:
    """Write units: each place by itself; twice the busiest minute from the next half hour on."""

    def __init__(self, keys: Mapping[str, float], given: Settings, scale: float) -> None:
        self._most, self._scale, self._half = given.table_most, scale, 0
        self._places = {
            name: Place(bucket=Bucket(rate := min(given.table_units, key) / scale, max(rate, ROOM)), ends=key)
            for name, key in keys.items()
        }

    def take(self, now: float, units: Mapping[str, int]) -> bool:
        """One act's writes: all or none."""
        self._grow(now)
        if not all(
            self._places[name].bucket.take(now, wanted, credit=True) for name, wanted in units.items()
        ):
            return False
        for name, wanted in units.items():
            self._note(self._places[name], int(now) // WINDOW, wanted)
        return True

    def _note(self, place: Place, window: int, wanted: float) -> None:
        if place.window != window:
            place.peak = max(place.peak, place.used / WINDOW)
            place.window, place.used = window, 0.0
        place.used += wanted

    def _grow(self, now: float) -> None:
        half = int(now) // DOUBLES
        if half == self._half:
            return
        self._half = half
        for place in self._places.values():
            doubled = min(self._most, 2 * place.peak * self._scale, place.ends) / self._scale
            place.bucket.rate = max(place.bucket.rate, doubled)
            place.bucket.burst = max(place.bucket.burst, place.bucket.rate)


@dataclass(slots=True)
class Station:
    """Functions that work through a queue, as one that is as much quicker; more are added while it is busy."""

    ceiling: float
    servers: float
    added: float
    scale: float
    free: float = 0.0
    running: bool = False
    _since: float = field(default=0.0)

    def starts(self, now: float, seconds: float) -> float:
        """When the next may begin after this one, which keeps one function for so long."""
        if now <= self.free + 1e-9:
            self.servers = self.servers + (now - self._since) * self.added
        self._since = now
        self.servers = min(self.servers, self.ceiling)
        self.free = max(self.free, now) + seconds * self.scale / self.servers
        return self.free
