"""So many mutated requests of one kind, and the tally of what became of them."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from statistics import median

from tests.fuzz.bodies import CHANGES
from tests.fuzz.gallery import Gallery, Hit
from tests.fuzz.shots import Shot
from tests.fuzz.vendors import VENDORS, Vendor, an_hour_before, genuine
from tests.fuzz.wires import CHANGES_ON_THE_WIRE

FORGET_EVERY = 20
WORST = 5
LARGEST = 1_000_000
"""Bytes: more than the intake looks at; the gateway itself ends at ten times as many."""


@dataclass
class Tally:
    """What a campaign saw. `wrong` must be empty; `parsed` counts the mutations that got past the proof."""

    fired: Counter = field(default_factory=Counter)
    parsed: Counter = field(default_factory=Counter)
    codes: Counter = field(default_factory=Counter)
    outcomes: Counter = field(default_factory=Counter)
    got_in: int = 0
    forged: int = 0
    wrong: list[str] = field(default_factory=list)
    slowest: list[tuple[int, Shot]] = field(default_factory=list)
    plain: float = 0.0


def campaign(vendor: Vendor, requests: int, seed: int) -> Tally:
    """Deterministic for a seed."""
    random, gallery, tally = Random(f"{vendor.kind} {seed}"), Gallery(), Tally()  # noqa: S311 - repeatable by its seed
    tally.plain = plain_cost(gallery, vendor)
    for number in range(requests):
        shot = mutated(vendor, random, gallery.world.clock.now())
        judge(shot, gallery, tally)
        if number % FORGET_EVERY == 0:
            tally.wrong += gallery.deliver()
    return tally


def mutated(vendor: Vendor, random: Random, now: datetime) -> Shot:
    """A body damaged and signed, or signed and damaged, or both; or an old one, or one signed by another vendor."""
    body, marks = random.choice(vendor.bodies), []
    for _ in range(random.choice((0, 1, 1, 2))):
        name = random.choice(NAMES)
        body, marks = CHANGES[name](random, body)[:LARGEST], [*marks, name]
    signer, at = vendor, now
    if random.random() < 0.05:
        signer, marks = random.choice(VENDORS), [*marks, "signed by another"]
    if random.random() < 0.05:
        at, marks = an_hour_before(now), [*marks, "signed an hour ago"]
    shot = signer.sign(signer, body, at, random)
    shot = replace(shot, channel=vendor.channel)
    for _ in range(random.choice((0, 0, 1, 2))):
        name = random.choice(ON_THE_WIRE)
        shot, marks = CHANGES_ON_THE_WIRE[name](random, shot), [*marks, name]
    return replace(shot, body=shot.body[:LARGEST], marks=tuple(marks))


def judge(shot: Shot, gallery: Gallery, tally: Tally) -> None:
    """Fire, and write down what was seen."""
    hit = gallery.fire(shot)
    proven = genuine(shot, gallery.world.clock.now())
    tally.fired.update(shot.marks or ("untouched",))
    tally.codes[hit.code] += 1
    tally.outcomes[outcome(hit)] += 1
    tally.got_in += hit.got_in
    tally.forged += not proven
    if hit.parsed:
        tally.parsed.update(shot.marks or ("untouched",))
    tally.wrong += [f"{fault}: {shot.marks} {shot.body[:200]!r}" for fault in faults(hit, genuine=proven)]
    tally.slowest = sorted([*tally.slowest, (hit.nanoseconds, shot)], key=lambda pair: -pair[0])[:WORST]


def faults(hit: Hit, *, genuine: bool) -> list[str]:
    """What may never be."""
    found = [f"escaped: {hit.escaped}"] if hit.escaped else []
    found += [f"a {hit.code}"] if hit.code >= 500 else []
    found += ["forged, and something was written"] if not genuine and hit.got_in else []
    found += ["forged, and parsed"] if not genuine and hit.parsed else []
    return found


def outcome(hit: Hit) -> str:
    """In a word."""
    if hit.handled is None:
        return "not reached"
    refusal = hit.handled.refusal
    return refusal.value if refusal else hit.handled.standing.value


def plain_cost(gallery: Gallery, vendor: Vendor) -> float:
    """CPU nanoseconds of an honest request of this kind."""
    random, now = Random(0), gallery.world.clock.now()  # noqa: S311 - repeatable by its seed
    shots = [vendor.sign(vendor, vendor.bodies[0], now, random) for _ in range(60)]
    costs = [gallery.fire(shot).nanoseconds for shot in shots]
    gallery.forget()
    return median(costs[20:])


def dearest(gallery: Gallery, tally: Tally) -> float:
    """How many times as much CPU the dearest shot took as an honest one: the least of five repetitions each."""
    costs = [min(gallery.fire(shot).nanoseconds for _ in range(5)) for _, shot in tally.slowest]
    return max(costs, default=0) / tally.plain


NAMES, ON_THE_WIRE = sorted(CHANGES), sorted(CHANGES_ON_THE_WIRE)
