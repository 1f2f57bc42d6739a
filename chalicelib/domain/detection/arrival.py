"""Unusual silence: fewer contacts than this hour of the week lets expect, told by a sequential test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from math import log

from chalicelib.domain.detection.traffic import SLOT, slot_of
from chalicelib.domain.detection.usual import Usual, expected, half_of, size
from chalicelib.domain.model import EvidenceClass, Outcome, Signal

LAG = timedelta(seconds=30)
"""Contacts are counted within seconds; those of the last half minute may not be written yet."""
WINDOW = 36
"""Slots looked at, three hours; as many before them tell the level of the day."""
LOSS = 0.1
"""The share of the usual contacts that still comes in the silence to be found."""
SUSPECT = 11_500
"""Milli-nats: by Ville's inequality at most one false alarm in 340 days on a path, were the model exact."""
LEAST = 10.0
"""Contacts expected below which there is no verdict: quiet channels need canaries."""
_LEVEL_LEAST = 0.3
_MINOR, _MAJOR = 2_300, 4_600
_OF_A_HALF = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The most telling stretch up to now: `score` in milli-nats, contacts seen and expected in so many minutes."""

    score: int
    seen: int
    expected: float
    minutes: int

    @property
    def silent(self) -> bool:
        """True when it is too quiet to be chance."""
        return self.score >= SUSPECT


def judge(
    usual: Usual, counts: Mapping[int, int], now: datetime, zone: tzinfo, since: datetime | None = None
) -> Verdict | None:
    """The verdict on a path now; None where too little is expected to tell, in three hours or after `since`.

    Under both hypotheses the contacts of a stretch are Poisson with one common gamma-distributed level of mean 1
    and variance 1/r, hence negative binomial (Greenwood and Yule, 1920): mean M, or LOSS * M in a silence. The
    ratio of their likelihoods depends on the stretch's sum N alone:
    L = r ln((r + M) / (r + LOSS M)) + N (ln LOSS + ln((r + M) / (r + LOSS M))).
    The greatest L of all stretches that end now is Page's sum for observations that hang together (window-limited,
    Lai, 1998); each stretch exceeds h by chance with at most exp(-h), however often it is looked at (Ville).
    """
    r, edge = size(usual), now - LAG
    last = slot_of(edge)
    rates = _rates(usual, range(last - 2 * WINDOW + 1, last + 1), zone)
    level = _level(rates, counts, last - WINDOW, r)
    first = max(last - WINDOW, slot_of(since) if since else 0) + 1
    due = {slot: rate * level for slot in range(first, last + 1) if (rate := rates[slot]) is not None}
    if last in due:
        due[last] *= edge.timestamp() % SLOT / SLOT
    return max(_stretches(due, counts, edge, r), key=lambda one: one.score, default=None)


def signal_of(verdict: Verdict | None, now: datetime, vantage: str) -> Signal:
    """The verdict as evidence: a word that lowers thresholds while it is too quiet, and takes it back after."""
    score = verdict.score if verdict else 0
    weight = 0 if score < SUSPECT else _MINOR if score < 2 * SUSPECT else _MAJOR
    outcome, arrival = Outcome.OUTAGE if weight else Outcome.OK, EvidenceClass.ARRIVAL
    detail = "too few expected to tell"
    if verdict:
        detail = f"{verdict.seen} contacts in {verdict.minutes} min, {verdict.expected:.0f} expected"
    return Signal(outcome=outcome, at=now, evidence=arrival, vantage=vantage, detail=detail, weight=weight)


def _stretches(
    due: Mapping[int, float], counts: Mapping[int, int], edge: datetime, r: float
) -> Iterator[Verdict]:
    seen, hoped = 0, 0.0
    for slot in sorted(due, reverse=True):
        seen, hoped = seen + counts.get(slot, 0), hoped + due[slot]
        if hoped >= LEAST:
            minutes = round((edge.timestamp() - slot * SLOT) / 60)
            score = round(1000 * _ratio(seen, hoped, r))
            yield Verdict(score=score, seen=seen, expected=hoped, minutes=minutes)


def _ratio(seen: int, due: float, r: float) -> float:
    odds = log((r + due) / (r + LOSS * due))
    return r * odds + seen * (log(LOSS) + odds)


def _level(rates: Mapping[int, float | None], counts: Mapping[int, int], last: int, r: float) -> float:
    """How this day compares with others, from before the stretch looked at: holidays are quiet and well.

    Only ever lowers what is expected, and never below three tenths: a path that has been dead for hours must
    not come to look usual.
    """
    known = [slot for slot in rates if slot <= last and rates[slot] is not None]
    due = sum(rates[slot] or 0.0 for slot in known)
    return min(1.0, max(_LEVEL_LEAST, (r + sum(counts.get(slot, 0) for slot in known)) / (r + due)))


def _rates(usual: Usual, slots: range, zone: tzinfo) -> Mapping[int, float | None]:
    halves = range(slots[0] // _OF_A_HALF - 1, slots[-1] // _OF_A_HALF + 2)
    due = {
        half: expected(usual, half_of(datetime.fromtimestamp(half * _OF_A_HALF * SLOT, UTC), zone))
        for half in halves
    }
    return {slot: _rate(slot, due) for slot in slots}


def _rate(slot: int, halves: Mapping[int, float | None]) -> float | None:
    """Contacts expected in a slot: its half hour's mean, or less where the neighbouring half hour has less."""
    half, place = divmod(slot, _OF_A_HALF)
    away = (place + 0.5) / _OF_A_HALF - 0.5
    own, beside = halves[half], halves[half + (1 if away > 0 else -1)]
    if own is None or beside is None:
        return None if own is None else own / _OF_A_HALF
    return min(own, own + (beside - own) * abs(away)) / _OF_A_HALF
