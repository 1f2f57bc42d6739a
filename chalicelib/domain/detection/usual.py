"""What is usual on a path: contacts expected in each half hour of the week, and how much they vary beyond chance."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

HALF = timedelta(minutes=30)
HALVES = 336
"""Half hours of a week, from Monday 0:00 of local time."""
_A_DAY = 48
_SATURDAY = 5
_KEPT = 0.85
"""What a week leaves of the weeks before it: the last six or seven count."""
_LEAST_DAYS = 2.5
"""Days of the same kind (working day, Saturday, Sunday) needed before anything is expected: three, if recent."""
_SPREAD, _SPREAD_WEIGHT, _SPREAD_KEPT = 0.05, 50.0, 0.9995
_SPREAD_LEAST, _SPREAD_MOST = 0.01, 0.5
_HALF_TRUST, _NEAR_KEPT = 10.0, 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Decayed sums per half hour of the week. `until` is the first half hour that is not learned yet.

    `spread` and `spread_weight` are the decayed sums of 1/r, the square of the coefficient of variation of the
    level of contacts around what the hours before let expect; `near` and `near_due` the contacts and the expected
    contacts of those hours, decayed.
    """

    path: str
    until: datetime
    version: int = 0
    learned: int = 0
    sums: tuple[float, ...] = (0.0,) * HALVES
    weights: tuple[float, ...] = (0.0,) * HALVES
    spread: float = 0.0
    spread_weight: float = 0.0
    near: float = 0.0
    near_due: float = 0.0


def half_of(start: datetime, zone: tzinfo) -> int:
    """Which half hour of the week a moment falls in, by the clock on the wall: the same across clock changes."""
    local = start.astimezone(zone)
    return local.weekday() * _A_DAY + local.hour * 2 + local.minute // 30


def expected(usual: Usual, half: int) -> float | None:
    """Contacts expected in a half hour of the week; None while it is not known.

    The half hour's own mean is drawn toward that of the same time on days of its kind, which weighs as one week.
    """
    if usual.learned < HALVES:
        return None
    kin = kin_of(half)
    weight = sum(usual.weights[each] for each in kin)
    if weight < _LEAST_DAYS:
        return None
    mean = sum(usual.sums[each] for each in kin) / weight
    return (usual.sums[half] + mean) / (usual.weights[half] + 1)


def kin_of(half: int) -> Sequence[int]:
    """The same time on days of the same kind: Monday to Friday, or Saturday, or Sunday alone."""
    day, time = divmod(half, _A_DAY)
    days = range(_SATURDAY) if day < _SATURDAY else (day,)
    return [each * _A_DAY + time for each in days]


def size(usual: Usual) -> float:
    """The negative binomial's r: contacts vary like Poisson times a level of mean 1 and variance 1/r.

    Estimated by moments, E[(n - m)**2 - m] = m**2 / r, each half hour at most 1; the prior is 1/r = 0.05.
    """
    spread = (_SPREAD * _SPREAD_WEIGHT + usual.spread) / (_SPREAD_WEIGHT + usual.spread_weight)
    return 1 / min(max(spread, _SPREAD_LEAST), _SPREAD_MOST)


def learn(usual: Usual, count: int, zone: tzinfo, trust: float = 1.0) -> Usual:
    """The half hour at `usual.until` taken in; `trust` below 1 for one in which the path was in doubt."""
    half = half_of(usual.until, zone)
    sums, weights = list(usual.sums), list(usual.weights)
    kept = _KEPT**trust
    sums[half] = sums[half] * kept + count * trust
    weights[half] = weights[half] * kept + trust
    return replace(
        _spread(usual, expected(usual, half), count, trust),
        until=usual.until + HALF,
        learned=usual.learned + 1,
        sums=tuple(sums),
        weights=tuple(weights),
    )


def _spread(usual: Usual, due: float | None, count: int, trust: float) -> Usual:
    """How far a half hour lies from its expectation at the level of the hours before it."""
    if due is None:
        return usual
    near, near_due = usual.near * _NEAR_KEPT + count, usual.near_due * _NEAR_KEPT + due
    r = size(usual)
    mean = due * (r + usual.near) / (r + usual.near_due)
    weight = trust * mean / (mean + _HALF_TRUST)
    excess = min(max(((count - mean) ** 2 - mean) / mean**2, -0.5), 1.0) if mean >= 1 else 0.0
    kept = _SPREAD_KEPT if mean >= 1 else 1.0
    return replace(
        usual,
        near=near,
        near_due=near_due,
        spread=usual.spread * kept + (weight * excess if mean >= 1 else 0.0),
        spread_weight=usual.spread_weight * kept + (weight if mean >= 1 else 0.0),
    )


def dump_usual(usual: Usual) -> str:
    """Compact JSON; sums and weights to a hundredth."""
    numbers = {
        "sums": [round(each, 2) for each in usual.sums],
        "weights": [round(each, 2) for each in usual.weights],
        "spread": [round(usual.spread, 4), round(usual.spread_weight, 4)],
        "near": [round(usual.near, 2), round(usual.near_due, 2)],
    }
    until = int(usual.until.timestamp())
    return json.dumps({"until": until, "learned": usual.learned, **numbers}, separators=(",", ":"))


def read_usual(path: str, version: int, text: str) -> Usual:
    """What `dump_usual` wrote. Raises ValueError on anything else."""
    try:
        found = json.loads(text)
        sums, weights = (tuple(float(each) for each in found[name]) for name in ("sums", "weights"))
        spread, spread_weight, near, near_due = (float(each) for each in (*found["spread"], *found["near"]))
        until, learned = datetime.fromtimestamp(found["until"], UTC), int(found["learned"])
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as unreadable:
        raise ValueError(f"nothing usual: {type(unreadable).__name__}") from unreadable
    if not len(sums) == len(weights) == HALVES:
        raise ValueError("nothing usual: not a week")
    return Usual(
        path=path, until=until, version=version, learned=learned, sums=sums, weights=weights,
        spread=spread, spread_weight=spread_weight, near=near, near_due=near_due,
    )  # fmt: skip
