"""What the tests of bench/scale share: the packaged template and worlds made from it."""

import json
from functools import cache

from bench.scale.costs import newest
from bench.scale.scenario import Desk, Promise, Scenario
from bench.scale.settings import every
from bench.scale.world import World
from infra.package import package


@cache
def template():
    return json.loads(package().template.read_text())


def world(settings="shipped", **changes):
    """Five minutes of 100 contacts a second, promised within a quarter of an hour, unless the changes say otherwise."""
    told = {"name": "a test", "rate": 100.0, "lasts": 300.0, "promises": (Promise(share=1.0, seconds=900.0),)}
    given = settings if not isinstance(settings, str) else every(template())[settings]
    return World(scenario=Scenario(**{**told, **changes}), settings=given, costs=newest())


SLOW_DESK = {
    "desk": Desk(rate=10.0),
    "promises": (Promise(share=0.1, seconds=600.0), Promise(share=0.9, seconds=3_300.0)),
}
