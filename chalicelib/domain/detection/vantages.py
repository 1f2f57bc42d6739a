"""Vantages: what each place that we probe from has seen of a channel, and when its word counts."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.detection.batch import AGAINST, BLOCKING, Rules, whole
from chalicelib.domain.model import Outcome, Signal
from chalicelib.domain.upgrade.times import millis, moment, moment_or_none

FRESH = timedelta(seconds=150)
"""Older than this a sight says nothing: two probes and a half."""
TOGETHER = timedelta(seconds=90)
"""Failures that begin within this began together: a probe's minute and the time that probes take."""
WITNESSED, ALONE = 2, 3
"""Unrelated providers that must fail together: when other vantages see them well, and when there is no other."""
FAILING = AGAINST | BLOCKING
"""A refused account too: a provider may refuse one region, and a secret may be missing in one place alone."""
JUDGED = FAILING | {Outcome.OK}
"""Outcomes that a vantage may be wrong about; a wish to wait is the provider's own word."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one vantage saw of one channel. `score` is its own cumulative sum in milli-nats, at most `Rules.trip`.

    `failing` is the last probe's outcome, `since` the beginning of an unbroken run of failures.
    """

    vantage: str
    channel: str
    at: datetime
    score: int = 0
    failing: bool = False
    since: datetime | None = None
    detail: str = ""

    @property
    def key(self) -> Key:
        """Vantage and channel."""
        return self.vantage, self.channel

    def fresh(self, now: datetime) -> bool:
        """False when it is too old to say anything."""
        return now - self.at <= FRESH

    def doubts(self, now: datetime, rules: Rules) -> bool:
        """True when its score still stands at half a failure or more."""
        return self.fresh(now) and 2 * self.score >= rules.bad


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonCause:
    """Unrelated providers whose trouble began together as one vantage sees it."""

    since: datetime
    providers: tuple[str, ...]
    channels: frozenset[str]


def seen(known: Sight | None, key: Key, signal: Signal, rules: Rules) -> Sight:
    """The sight after one probe; `known` is the one before it, of which an old one counts for nothing."""
    fresh = known if known is not None and known.fresh(signal.at) else None
    failing, at = signal.outcome in FAILING, whole(signal.at)
    step = rules.trip if signal.outcome in BLOCKING else rules.bad if failing else rules.good
    score = (fresh.score if fresh else 0) + step
    began = fresh.since if fresh and fresh.failing else at
    return Sight(
        vantage=key[0], channel=key[1], at=at, score=min(max(score, 0), rules.trip),
        failing=failing, since=began if failing else None, detail=signal.detail[:200] if failing else "",
    )  # fmt: skip


def speakers(vantages: Mapping[str, Collection[str]], market: str, own: str) -> frozenset[str]:
    """The vantages whose word counts for a market: those that list it or list none; all when nobody lists it.

    Every one of them counts for `world`. The one that asks (`own`) belongs everywhere unless it is listed.
    """
    named: Mapping[str, Collection[str]] = {own: (), **vantages}
    fit = {name for name, markets in named.items() if not markets or market in markets or market == "world"}
    return frozenset(fit or named)


def counts(known: Sight | None, own: Sight, others: Iterable[Sight], rules: Rules) -> bool:
    """Does this vantage's newest word (`own`; `known` is the one before) count for a path, beside the others' last?

    The path follows the vantage that completes a majority: of M heard of lately the one with the N-th highest
    score, N = M // 2 + 1. A failure counts when it raises that score (or that has been tripped already), a good
    outcome when it lowers it (or it is nought). So a path trips when N of M vantages would have tripped it each
    by itself, one that always fails adds nothing to a stray failure elsewhere, and one alone always counts.
    """
    rest = [one.score for one in others if one.fresh(own.at)]
    was = known.score if known is not None and known.fresh(own.at) else 0
    before, after = _majority([was, *rest]), _majority([own.score, *rest])
    return after > before or after >= rules.trip if own.failing else after < before or after == 0


def _majority(scores: list[int]) -> int:
    return sorted(scores, reverse=True)[len(scores) // 2]


def common_cause(
    sights: Iterable[Sight], vantage: str, providers: Mapping[str, str], now: datetime, rules: Rules
) -> CommonCause | None:
    """The trouble of unrelated providers that began together from one vantage; None when there is no such thing.

    `providers` maps every channel of the plan to its provider: several channels of one count once. What most of
    the other vantages doubt as well is no fault of this one. It takes half of the plan's providers, and at least
    WITNESSED of them, or ALONE while no other vantage looks at all of them.
    """
    lately = [one for one in sights if one.fresh(now) and one.channel in providers]
    onsets: dict[str, list[Sight]] = {}
    witnessed: set[str] = set()
    for one in lately:
        others = [each for each in lately if each.channel == one.channel and each.vantage != vantage]
        agreed = 2 * sum(each.doubts(now, rules) for each in others) > len(others)
        if one.vantage == vantage and one.failing and not agreed:
            onsets.setdefault(providers[one.channel], []).append(one)
            witnessed |= {providers[one.channel]} if others else set()
    found = _together({provider: _onset(failing) for provider, failing in onsets.items()})
    least = WITNESSED if witnessed.issuperset(found) else ALONE
    if len(found) < least or 2 * len(found) < len(set(providers.values())):
        return None
    failing = [one for provider in found for one in onsets[provider]]
    channels = frozenset(one.channel for one in failing)
    return CommonCause(since=_onset(failing), providers=found, channels=channels)


def _together(began: Mapping[str, datetime]) -> tuple[str, ...]:
    """The largest group of providers whose trouble began within TOGETHER, by name."""
    largest: list[str] = []
    for first in began.values():
        group = [provider for provider, at in began.items() if first <= at <= first + TOGETHER]
        largest = group if len(group) > len(largest) else largest
    return tuple(sorted(largest))


def _onset(sights: Iterable[Sight]) -> datetime:
    return min(one.since or one.at for one in sights)


def dump_sight(sight: Sight) -> str:
    """Compact JSON, times in milliseconds."""
    found = {"at": millis(sight.at), "score": sight.score, "failing": sight.failing, "detail": sight.detail}
    if sight.since is not None:
        found["since"] = millis(sight.since)
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def read_sight(key: Key, text: str) -> Sight:
    """What `dump_sight` wrote. Raises ValueError on anything else."""
    try:
        found = json.loads(text)
        return Sight(
            vantage=key[0], channel=key[1], at=moment(found["at"]), score=int(found["score"]),
            failing=bool(found["failing"]), detail=str(found["detail"]),
            since=moment_or_none(found.get("since")),
        )  # fmt: skip
    except (KeyError, TypeError) as unreadable:
        raise ValueError(f"not a sight: {type(unreadable).__name__}") from unreadable
