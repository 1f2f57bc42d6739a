"""A plan with many faults is refused with all of them, each with its path: as many as were planted."""

import json

import pytest

from chalicelib.domain.plan_document.reader import read_plan
from tests.unit.operations_side import PLAN, Operations
from tests.unit.plan_side import random_document, seeded
from tests.world import SECRET

PLANTED = {
    "a field that nobody knows": lambda plan, rng: put(plan, [f"odd{rng.randint(0, 9)}"], 1),
    "an unknown field of a desk": lambda plan, rng: put(plan, ["desks", any_of(plan, "desks", rng), "colour"], "red"),
    "a share beyond one": lambda plan, rng: put(plan, ["panic"], 2),
    "a language that is none": lambda plan, rng: put(plan, ["languages", 2], "french"),
    "a zone that is none": lambda plan, rng: put(plan, ["hours", "day", "zone"], "Europe/Pari"),
    "a kind that is none": lambda plan, rng: put(plan, ["channels", any_of(plan, "channels", rng), "kind"], "pigeon"),
    "a market with a blank": lambda plan, rng: put(plan, ["channels", any_of(plan, "channels", rng), "market"], "f r"),
    "a medium that is none": lambda plan, rng: put(
        plan, ["channels", any_of(plan, "channels", rng), "medium"], "smoke"
    ),
    "a pace below zero": lambda plan, rng: put(plan, ["channels", any_of(plan, "channels", rng), "pace"], -1),
    "a secret in the plan": lambda plan, rng: put(
        plan, ["channels", any_of(plan, "channels", rng), "settings", "api_token"], "x"
    ),
    "a number for an account": lambda plan, rng: put(plan, ["channels", any_of(plan, "channels", rng), "account"], 7),
    "a channel that is not there": lambda plan, rng: put(plan, ["desks", any_of(plan, "desks", rng), "channel"], "x"),
    "a ring too short": lambda plan, rng: put(plan, ["desks", any_of(plan, "desks", rng), "ring"], 1),
    "hours that are not there": lambda plan, rng: put(plan, ["desks", any_of(plan, "desks", rng), "hours"], "never"),
    "a desk's medium": lambda plan, rng: put(plan, ["desks", any_of(plan, "desks", rng), "media"], ["smoke"], 0),
    "a rate of nothing": lambda plan, rng: put(plan, ["desks", any_of(plan, "desks", rng), "capacity", "rate"], 0),
    "a lane that is none": lambda plan, rng: put(plan, ["purposes", any_of(plan, "purposes", rng), "lane"], "fast"),
    "a span without a unit": lambda plan, rng: put(plan, ["purposes", any_of(plan, "purposes", rng), "deadline"], "9"),
    "a word for a flag": lambda plan, rng: put(plan, ["purposes", any_of(plan, "purposes", rng), "essential"], "yes"),
    "a desk that is not there": lambda plan, rng: at_the_end(plan, route_of(plan, rng), "nobody"),
    "a keyword of two words": lambda plan, rng: at_the_end(
        plan, ["purposes", any_of(plan, "purposes", rng), "match"], {"keywords": ["two words"]}, ["keywords", 0]
    ),
    "a rule for nobody": lambda plan, rng: at_the_end(plan, ["safety"], {"purpose": "nobody"}, ["purpose"]),
    "a step of shares too large": lambda plan, rng: put(plan, ["shares", "step"], 51),
    "a share of nothing": lambda plan, rng: put(
        plan, ["purposes", any_of(plan, "purposes", rng), "routes", "zz"],
        [{"desk": any_of(plan, "desks", rng), "share": 0}], 0, "share"
    ),
    "a name with a blank": lambda plan, rng: put(plan, ["hours", "two words"], {"zone": "UTC", "open": {}}),
}  # fmt: skip


@pytest.fixture(scope="module")
def api():
    return Operations()


def any_of(plan, section, rng):
    return rng.choice(sorted(plan[section]))


def route_of(plan, rng):
    purpose = any_of(plan, "purposes", rng)
    return ["purposes", purpose, "routes", rng.choice(sorted(plan["purposes"][purpose]["routes"]))]


def put(plan, steps, value, *more):
    place = plan
    for step in steps[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    if isinstance(place, list):
        place.insert(steps[-1], value)
    else:
        place[steps[-1]] = value
    return spelled([*steps, *more])


def at_the_end(plan, steps, value, more=()):
    place = plan
    for step in steps[:-1]:
        place = place[step]
    values = place.setdefault(steps[-1], [])
    values.append(value)
    return spelled([*steps, len(values) - 1, *more])


def spelled(steps):
    path = ""
    for step in steps:
        bare = isinstance(step, str) and " " not in step
        path += (f".{step}" if path else step) if bare else f"[{step!r}]"
    return path


@pytest.mark.parametrize("name", PLANTED)
def test_one_fault_planted_is_one_fault_told(api, name):
    plan = random_document(seeded(1))
    assert read_plan(json.dumps(plan), 1, ("webhook",))

    path = PLANTED[name](plan, seeded(2))

    assert told_of(api, plan) == [path]


@pytest.mark.parametrize("seed", range(60))
def test_as_many_faults_as_are_planted_are_told_each_with_its_path(api, seed):
    rng = seeded(seed)
    plan = random_document(rng)

    names = rng.sample(sorted(PLANTED), rng.randint(2, len(PLANTED)))
    paths = {PLANTED[name](plan, rng) for name in names}

    assert told_of(api, plan) == sorted(paths)
    assert len(paths) == len(names)


def test_what_the_whole_lacks_is_told_with_what_cannot_be_read():
    """An unread part hides no fault of another part: not of judgement, and no secret that lacks."""
    api = Operations()
    text = PLAN.replace("lane: normal", "essential: true").replace("fr: [desk-a, desk-b]", "fr: [desk-a]")
    text = text.replace("market: fr\n", "market: f r\n") + "oddity: 1\n"
    del api.ports.secrets.channels["box-b"]

    told = api.ask("POST", "/v1/plan/check", text, headers={"content-type": "application/yaml"}).json

    assert sorted(fault["path"] for fault in told["faults"]) == [
        "channels.box-b", "market", "oddity", "purposes.order.routes.fr"
    ]  # fmt: skip


def told_of(api, plan):
    for name in plan["channels"]:
        api.ports.secrets.channels.setdefault(name, {"secret": (SECRET,)})
    told = api.ask("POST", "/v1/plan/check", json.dumps(plan)).json
    return sorted(fault["path"] for fault in told["faults"])
