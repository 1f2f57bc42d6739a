"""Faults to be detected: made ones, and outages of real platforms; and the contacts that meet them."""

import csv
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

ARCHIVE = Path(__file__).parent / "data" / "uptime-archive"
HOUR, DAY = 3_600.0, 86_400.0
NOISE = 0.005
"""Share of contacts that fail though nothing is wrong."""
LEAD, AFTER = HOUR, 2 * HOUR
"""What is kept of the quiet time before and after each interval of a real trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` to `end` (seconds) a share of contacts meets the trouble: refused, slow (20 s), or silently lost."""

    start: float
    end: float
    kind: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A named course of events. `stretches` are the times in which contacts come."""

    name: str
    spans: tuple[Span, ...]
    stretches: tuple[tuple[float, float], ...]
    starts: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", tuple(span.start for span in self.spans))

    def at(self, second: float) -> Span | None:
        """The trouble at this moment, or None."""
        found = bisect_right(self.starts, second) - 1
        return self.spans[found] if found >= 0 and second < self.spans[found].end else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the provider does with one contact that is given to it."""

    failed: bool = False
    slow: bool = False
    vanished: bool = False


WELL, FAILED, SLOW, VANISHED = Reply(), Reply(failed=True), Reply(slow=True), Reply(vanished=True)


def reply(span: Span | None, chance: float) -> Reply:
    """What befalls somebody who asks at this time; `chance` is uniform in 0..1."""
    if chance < NOISE:
        return FAILED
    if span is None or chance >= NOISE + span.share * (1 - NOISE):
        return WELL
    return {"hard": FAILED, "slow": SLOW, "silent": VANISHED}[span.kind]


def contacts(fault: Fault, rate: float, seed: int) -> Iterator[tuple[float, float]]:
    """Moments of Poisson arrivals (seconds) at `rate` a second, and a chance for each: the same for every detector."""
    draw = Random(f"{fault.name}:{rate}:{seed}")  # noqa: S311 - a simulation must be repeatable
    for begin, end in fault.stretches:
        moment = begin + draw.expovariate(rate)
        while moment < end:
            yield moment, draw.random()
            moment += draw.expovariate(rate)


def made(*, quick: bool) -> tuple[Fault, ...]:
    """The scripted faults: twenty minutes within an hour, blips and noise over a day."""
    day = DAY / 12 if quick else DAY
    single = {"outage": ("hard", 1.0), "brown-out": ("hard", 0.4), "slow": ("slow", 1.0),
              "silent-50": ("silent", 0.5), "silent-11": ("silent", 1 / 9)}  # fmt: skip
    found = [
        _fault(name, [Span(start=600, end=1_800, kind=kind, share=share)], HOUR)
        for name, (kind, share) in single.items()
    ]
    flaps = [Span(start=s, end=s + 30, kind="hard", share=1.0) for s in range(600, 2_400, 60)]
    found.append(_fault("flapping", flaps, HOUR))
    hours = range(int(day // HOUR))
    blips = [Span(start=h * HOUR + 1_800, end=h * HOUR + 1_801.6, kind="hard", share=1.0) for h in hours]
    return (*found, _fault("blips", blips, day), _fault("noise", [], day))


def recorded(path: Path, days: float, *, name: str = "") -> Fault:
    """The first days of a trace of the Cloud Uptime Archive's format; its severity is a contact's chance to fail.

    Quiet time further from an interval than an hour before and two after is left out: nothing happens in it.
    """
    with path.open(newline="") as opened:
        rows = [
            (float(r["start_time"]), float(r["end_time"]), float(r["status"])) for r in csv.DictReader(opened)
        ]
    shift = LEAD - min(start for start, _, _ in rows)
    chosen = sorted(row for row in rows if row[0] < days * DAY)
    spans = [Span(start=s + shift, end=e + shift, kind="hard", share=min(1.0, p)) for s, e, p in chosen]
    return _without_quiet(spans, name or path.stem)


def _without_quiet(spans: list[Span], name: str) -> Fault:
    """The same intervals with the long quiet times between them cut short."""
    kept, clock, before = [], 0.0, 0.0
    for span in spans:
        clock += min(span.start - before, AFTER + LEAD)
        kept.append(replace(span, start=clock, end=clock + span.end - span.start))
        clock, before = kept[-1].end, span.end
    return Fault(name=name, spans=tuple(kept), stretches=((0.0, clock + AFTER),))


def real(days: float) -> tuple[Fault, ...]:
    """The two traces that are kept here."""
    names = {"messenger": "facebook_messenger_user_reported.csv", "skype": "skype_user_reported.csv"}
    return tuple(recorded(ARCHIVE / file, days, name=name) for name, file in names.items())


def _fault(name: str, spans: list[Span], seconds: float) -> Fault:
    return Fault(name=name, spans=tuple(spans), stretches=((0.0, seconds),))
