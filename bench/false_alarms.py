"""False alarms and delays of the scores themselves: counted over years of quiet days, and computed exactly."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log, log1p, pi, sin
from random import Random

from bench.our_detector import at
from chalicelib.domain.detection.calibration import Baseline, baseline, calibrated
from chalicelib.domain.health import Batch, ClassHealth, Rules, State, apply, demanded, flipped
from chalicelib.domain.model import EvidenceClass

PER_DAY = 2_880
"""Contacts in a day at two a minute."""
BURST = 20.0
"""Mean contacts in a burst; calm lasts five times as long."""
NOW = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Errors that mean nothing: a mean share, and the shape in which they come."""

    share: float
    shape: str

    def failures(self, draw: Random, contacts: int) -> list[int]:
        """The contacts that fail, by number. A sixth of the time is bursts with three times the share."""
        most = {"steady": 1.0, "bursty": 3.0, "diurnal": 1.8}[self.shape] * self.share
        found: list[int] = []
        number, until, high = 0, 0, False
        while True:
            number += 1 + int(log(1.0 - draw.random()) / log1p(-most))
            if number >= contacts:
                return found
            if self.shape == "bursty":
                while number >= until:
                    high = not high
                    until += 1 + int(draw.expovariate(1 / (BURST if high else 5 * BURST)))
                chance = 3.0 * self.share if high else 0.6 * self.share
            elif self.shape == "diurnal":
                chance = self.share * (1 + 0.8 * sin(2 * pi * number / PER_DAY))
            else:
                chance = self.share
            if draw.random() * most < chance:
                found.append(number)


def counted(noise: Noise, days: int, *, calibrate: bool, seed: int = 1) -> dict[str, object]:
    """Trips in so many path-days. Runs of good outcomes are one batch each, as a busy container writes them."""
    draw = Random(f"{noise}:{seed}")  # noqa: S311 - a simulation must be repeatable
    rules = calibrated(Rules(), _learned(noise, draw)) if calibrate else Rules()
    trips, cls, last = 0, ClassHealth(), 0
    for number in noise.failures(draw, days * PER_DAY):
        cls = _heard(cls, number - last - 1, rules)
        last, flip = number, demanded("p", EvidenceClass.HARD, cls, at(number * 30.0), rules)
        if flip is not None and flip.after is State.OPEN:
            trips += 1
            cls = ClassHealth(gen=flipped(cls, flip).gen)
    return {"share": noise.share, "shape": noise.shape, "path_days": days, "false_switches": trips,
            "p0": round(rules.p0, 4), "trip": rules.trip}  # fmt: skip


def _heard(cls: ClassHealth, goods: int, rules: Rules) -> ClassHealth:
    good = Batch(gen=cls.gen, a=goods * rules.good, fa=goods * rules.fine_good, good=goods)
    bad = Batch(gen=cls.gen, a=rules.bad, p=rules.bad, fa=rules.fine_bad, fp=rules.fine_bad, bad=1)
    after = apply(cls, good.then(bad), NOW)
    return after if after is not None else cls


def _learned(noise: Noise, draw: Random) -> Baseline:
    days = 30
    failures, per_hour = noise.failures(draw, days * PER_DAY), PER_DAY // 24
    hours = [0] * (days * 24)
    for number in failures:
        hours[number // per_hour] += 1
    return baseline((per_hour, bad) for bad in hours)


def alarm_every(rules: Rules, share: float) -> float:
    """Mean outcomes between two false trips of the coarse score at this share of errors: exact, by its cycles.

    Starting at zero, the score either trips or comes back to zero; the chance of the first, over the mean length of a
    cycle, is the rate (renewal theory).
    """
    odds, length, trip = {0: 1.0}, 0.0, 0.0
    while sum(odds.values()) > 1e-30:  # noqa: PLR2004 - far below any rate of interest
        after: dict[int, float] = defaultdict(float)
        length += sum(odds.values())
        for score, chance in odds.items():
            up = score + rules.bad
            if up >= rules.trip:
                trip += chance * share
            else:
                after[up] += chance * share
            if score + rules.good > 0:
                after[score + rules.good] += chance * (1 - share)
        odds = after
    return length / trip


def delays(rules: Rules, usual: float, shares: tuple[float, ...], runs: int) -> list[dict[str, float]]:
    """Mean outcomes to a trip against Lorden's bound, ln(interval between false alarms) over the divergence."""
    interval, found = alarm_every(rules, usual), []
    for share in shares:
        draw = Random(f"delay:{share}")  # noqa: S311 - a simulation must be repeatable
        mean = sum(_delay(rules, share, draw) for _ in range(runs)) / runs
        rest = (1 - share) * log((1 - share) / (1 - usual)) if share < 1 else 0.0
        bound = log(interval) / (share * log(share / usual) + rest)
        found.append({"share": share, "mean_delay": round(mean, 2), "bound": round(bound, 2),
                      "ratio": round(mean / bound, 2), "false_alarm_every": round(interval)})  # fmt: skip
    return found


def _delay(rules: Rules, share: float, draw: Random) -> int:
    score = fine = count = 0
    while score < rules.trip and fine < rules.fine_trip:
        count += 1
        bad = draw.random() < share
        score = max(0, score + (rules.bad if bad else rules.good))
        fine = max(0, fine + (rules.fine_bad if bad else rules.fine_good))
    return count
