"""Judges probes by where they were made: what a vantage sees alone is a doubt, what most of them see counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.belief import Belief
from chalicelib.domain.detection.probers import entry_of, turned
from chalicelib.domain.detection.trust import Trust
from chalicelib.domain.detection.vantages import (
    JUDGED,
    CommonCause,
    Key,
    Sight,
    common_cause,
    counts,
    seen,
    speakers,
)
from chalicelib.domain.health import Rules
from chalicelib.domain.model import Direction, Signal, path_id
from chalicelib.domain.plan import WORLD, ChannelPlan, Plan
from chalicelib.ports import Ledger, VantageStore
from chalicelib.service.believe import Believer
from chalicelib.service.stores import Stores

STREAM = "probers"
"""The ledger's stream of vantages that became suspect or trusted again."""
REFRESH_SECONDS = 45
"""A calm sight is written again when the stored one is this old, so that it stays a witness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one probe says: the paths it counts for, and whether it is the first sign of a doubt not shared (yet)."""

    paths: tuple[str, ...]
    hurry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What all vantages together say: the beliefs with their doubts, and what we make of the vantages themselves."""

    beliefs: Mapping[str, Belief]
    probers: tuple[Trust, ...]


@dataclass(slots=True)
class Lookout:
    """One vantage among others. `rules` are those of paths without a baseline."""

    stores: VantageStore
    ledger: Ledger
    vantage: str
    rules: Rules

    def hear(self, plan: Plan, channel: ChannelPlan, signal: Signal, own: tuple[str, ...]) -> Heard:
        """Take one probe's outcome in; `own` are the channel's own paths. Raises Unavailable."""
        paths = (*own, *market_paths(plan, channel, self.vantage, own))
        paths = tuple(path for path in paths if self.vantage in self._speakers(plan, path))
        if signal.outcome not in JUDGED:
            return Heard(paths=paths)
        key = (self.vantage, channel.id)
        known = self.stores.seen((vantage, channel.id) for vantage in self._vantages(plan))
        sight = seen(known.get(key), key, signal, self.rules)
        if worth_keeping(sight, known.get(key), several=len(self._vantages(plan)) > 1):
            self.stores.keep(sight)
        if sight.failing and self._blamed(plan, sight, signal.at):
            return Heard(paths=())
        found = tuple(path for path in paths if self._counts(plan, path, sight, known))
        first = sight.failing and sight.since == sight.at
        return Heard(paths=found, hurry=first and len(found) < len(paths))

    def look(self, plan: Plan, beliefs: Mapping[str, Belief], now: datetime) -> Watch:
        """The beliefs, suspect where some vantage is in doubt; the probers after their turns. Raises Unavailable."""
        sights = self.stores.seen(keys(plan, self._vantages(plan)))
        probers = self._turned(plan, sights, now)
        if not plan.vantages:
            return Watch(beliefs=beliefs, probers=probers)
        in_doubt = {key[1] for key, sight in sights.items() if sight.doubts(now, self.rules)}
        doubted = {
            path for path, belief in beliefs.items() if belief.state == "up" and _channel(path) in in_doubt
        }
        marked = {path: replace(beliefs[path], suspect=True) for path in doubted}
        return Watch(beliefs={**beliefs, **marked}, probers=probers)

    def _turned(self, plan: Plan, sights: Mapping[Key, Sight], now: datetime) -> tuple[Trust, ...]:
        """A turn is written down before it is made: one that died in between is written only once all the same."""
        vantages, found = self._vantages(plan), []
        stored = self.stores.probers(vantages)
        for vantage in vantages:
            known = stored.get(vantage, Trust(vantage=vantage))
            after = turned(known, self._cause(plan, sights.values(), vantage, now), now)
            if after is not None:
                self.ledger.append_once(STREAM, entry_of(after), now)
                self.stores.turn(after)
            found.append(after or known)
        return tuple(found)

    def _blamed(self, plan: Plan, sight: Sight, now: datetime) -> bool:
        """True when this failure began together with those of unrelated providers: then it is our own."""
        if len(providers(plan)) < 2:  # noqa: PLR2004 - nothing can be in common
            return False
        sights = {**self.stores.seen(keys(plan, self._vantages(plan))), sight.key: sight}
        cause = self._cause(plan, sights.values(), self.vantage, now)
        return cause is not None and sight.channel in cause.channels

    def _cause(self, plan: Plan, sights: Iterable[Sight], vantage: str, now: datetime) -> CommonCause | None:
        return common_cause(sights, vantage, providers(plan), now, self.rules)

    def _counts(self, plan: Plan, path: str, sight: Sight, known: Mapping[Key, Sight]) -> bool:
        fit = self._speakers(plan, path)
        others = (one for key, one in known.items() if key != sight.key and key[0] in fit)
        return counts(known.get(sight.key), sight, others, self.rules)

    def _speakers(self, plan: Plan, path: str) -> frozenset[str]:
        return speakers(plan.vantages, path.rpartition("#")[2], self.vantage)

    def _vantages(self, plan: Plan) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.vantage, *plan.vantages)))


def lookout_of(stores: Stores, believer: Believer) -> Lookout:
    """The lookout of the believer's vantage."""
    return Lookout(
        stores=stores.vantages, ledger=stores.ledger, vantage=believer.vantage, rules=believer.rules
    )


def worth_keeping(sight: Sight, known: Sight | None, *, several: bool) -> bool:
    """False for a calm sight that changes nothing: also for the first one while nobody compares it with others."""
    if sight.failing or sight.score or (known is not None and (known.failing or known.score)):
        return True
    if not several:
        return False
    return known is None or (sight.at - known.at).total_seconds() >= REFRESH_SECONDS


def market_paths(plan: Plan, channel: ChannelPlan, vantage: str, own: Iterable[str]) -> list[str]:
    """Paths of the vantage's markets, for a channel that serves all: a platform may be down in one of them."""
    if channel.market != WORLD:
        return []
    ways = [Direction(path.split("#")[1]) for path in own]
    markets = plan.vantages.get(vantage, ())
    return [path_id(channel.id, way, market) for market in markets if market != WORLD for way in ways]


def providers(plan: Plan) -> dict[str, str]:
    """The provider of each channel; where the plan names none the kind must do, as in routing."""
    return {channel.id: channel.provider or channel.kind for channel in plan.channels.values()}


def keys(plan: Plan, vantages: Iterable[str]) -> list[Key]:
    """Every vantage's view of every channel."""
    return [(vantage, channel) for vantage in vantages for channel in plan.channels]


def _channel(path: str) -> str:
    return path.partition("#")[0]
