"""Plans at random, as documents: what the tests of differences, faults and dry runs share."""

import json
from copy import deepcopy
from itertools import pairwise
from random import Random
from typing import Any

from chalicelib.domain.model import Medium
from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_document.reader import read_plan

MARKETS = ("fr", "uk", "world")
WORDS = ("refund", "order", "bill", "help")
HOURS = {
    "day": {"zone": "Europe/Paris", "open": {"mon-fri": ["08:00-20:00"]}, "closed": ["2026-12-25"]},
    "late": {"zone": "Europe/London", "open": {"mon-sun": ["09:30-24:00"]}},
}
MEDIA = [medium.value for medium in Medium]


def seeded(seed: object) -> Random:
    return Random(str(seed))  # noqa: S311 - plans are no secrets


def random_document(rng: Random) -> dict[str, Any]:
    """A sound plan of up to six desks and four purposes."""
    doors = {f"in-{n}": way_in(rng) for n in range(rng.randint(1, 3))}
    boxes = {f"box-{n}": box(rng, n) for n in range(rng.randint(2, 5))}
    desks = {f"desk-{n}": desk(rng, list(boxes)) for n in range(rng.randint(2, 6))}
    purposes = {f"p-{n}": purpose(rng, list(doors), list(desks)) for n in range(rng.randint(1, 4))}
    names = list(purposes)
    rng.shuffle(names)
    return {
        "schema": 1, "public_base_url": "https://bascule.example", "market": rng.choice(MARKETS),
        "languages": ["fr", "en"], "panic": rng.choice([0.0, 0.5, 0.9]), "hours": deepcopy(HOURS),
        "channels": doors | boxes, "desks": desks, "purposes": {name: purposes[name] for name in names},
    }  # fmt: skip


def random_plan(rng: Random, version: int = 1) -> Plan:
    return read_plan(json.dumps(random_document(rng)), version)


def way_in(rng: Random) -> dict[str, Any]:
    return {
        "kind": "webhook",
        "market": rng.choice(MARKETS),
        "medium": rng.choice(MEDIA),
        "settings": where(),
    }


def box(rng: Random, number: int) -> dict[str, Any]:
    provider = rng.choice(["alpha", "beta", f"own-{number}"])
    return {
        "kind": "webhook",
        "provider": provider,
        "market": rng.choice([*MARKETS, "world"]),
        "settings": where(),
    }


def where() -> dict[str, str]:
    return {"url": "https://a.example/in"}


def desk(rng: Random, boxes: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"channel": rng.choice(boxes), "target": {"queue": rng.choice(WORDS)}}
    if rng.random() < 0.5:
        found["capacity"] = {"concurrent": rng.randint(1, 20)}
    if rng.random() < 0.3:
        found["hours"] = rng.choice(list(HOURS))
    if rng.random() < 0.4:
        found["media"] = rng.sample(MEDIA, rng.randint(1, len(MEDIA)))
    return found


def purpose(rng: Random, doors: list[str], desks: list[str]) -> dict[str, Any]:
    markets = rng.sample(MARKETS, rng.randint(1, len(MARKETS)))
    found: dict[str, Any] = {
        "match": [match(rng, doors) for _ in range(rng.randint(0, 3))],
        "routes": {market: route(rng, rng.sample(desks, rng.randint(1, len(desks)))) for market in markets},
        "lane": rng.choice(["urgent", "normal", "bulk"]),
        "deadline": rng.choice(["30m", "4h", "1d"]),
    }
    return found


def route(rng: Random, desks: list[str]) -> list[Any]:
    """As it is, or with some neighbours in it that share it."""
    size = rng.randint(2, len(desks)) if len(desks) > 1 and rng.random() < 0.5 else 0
    at, cuts = rng.randint(0, len(desks) - size), sorted(rng.sample(range(1, 100), max(0, size - 1)))
    parts = [b - a for a, b in pairwise([0, *cuts, 100])]
    shared = [{"desk": name, "share": part} for name, part in zip(desks[at : at + size], parts, strict=False)]
    return [*desks[:at], *shared, *desks[at + size :]]


def match(rng: Random, doors: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if rng.random() < 0.6:
        found["channel"] = rng.choice(doors)
    if rng.random() < 0.4:
        found["keywords"] = rng.sample(WORDS, rng.randint(1, 2))
    if rng.random() < 0.3:
        found["traits"] = {"called": [rng.choice(["+331", "+332"])]}
    return found
