"""The dry run answers what the live code answers: for any plan, orders, health and load, as they are or as supposed."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.domain.model import Medium, row_key
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.domain.snapshot import dump_snapshot
from chalicelib.domain.upgrade.times import millis
from chalicelib.ports import PlanVersion
from chalicelib.service.operate.telling import decision_of
from tests.unit.operations_side import DESKS, PLAN, Operations, give
from tests.unit.plan_side import WORDS, random_document, seeded
from tests.unit.situation_side import random_snapshot
from tests.world import SECRET

ROOT = Path(__file__).resolve().parents[2]
CONTACTS = int(os.environ.get("BASCULE_DRY_RUNS", "400"))
A_PLAN = 20
"""Contacts decided in each random situation."""
SINCE = 400
"""Seconds between two situations."""


def test_the_dry_run_is_the_live_answer_for_random_contacts_in_random_situations():
    rng, chosen, draws = seeded("live"), set(), set()
    live, elsewhere = Operations(), Operations()
    for number in range(0, CONTACTS, A_PLAN):
        text = json.dumps(random_document(rng))
        there = put_in_place(live, text, rng)
        elsewhere.world.clock.advance(SINCE)
        for contact in range(number, number + A_PLAN):
            asked = random_contact(rng, live, f"c{contact}")

            stored = decision_of(said(live, asked).decision)
            told = live.ask("POST", "/v1/decisions", asked).json["decision"]
            supposed = elsewhere.ask("POST", "/v1/decisions", asked | {"plan": text} | there).json["decision"]

            assert told == stored
            assert essence(supposed) == essence(stored)
            chosen.add((stored["because"], bool(stored["stale"])))
            draws.add((stored["draw"] or {}).get("by"))
    assert len(chosen) >= 6, chosen
    assert draws == {None, "plan", "shift", "order"}


def put_in_place(api, text, rng):
    """Publish a plan and a random snapshot; what a request must suppose to have the same elsewhere."""
    now = api.world.clock.now()
    api.world.versions += 1
    plan = read_plan(text, api.world.versions)
    for channel in plan.channels:
        api.ports.secrets.channels.setdefault(channel, {"secret": (SECRET,)})
    version = PlanVersion(
        version=plan.version, text=text, digest="", author="t", reason="t", at=now, compiled=dump_plan(plan)
    )
    api.ports.plans.publish(version)
    api.world.clock.advance(SINCE)
    now = api.world.clock.now()
    found = random_snapshot(rng, plan, now)
    api.ports.snapshots._table = (found.version, dump_snapshot(found))
    return {
        "orders": [
            {
                "kind": o.kind.value,
                "scope": o.scope,
                "since": o.since.isoformat(),
                "until": o.until.isoformat(),
            }
            | ({"shares": o.shares} if o.shares else {})
            for o in found.orders.given
        ],
        "health": {path: told_belief(belief) for path, belief in found.beliefs.items()},
        "load": {desk: told_load(load, now) for desk, load in found.loads.items()},
        "shares": {scope: dict(shift.now) for scope, shift in found.shifted.items()},
    }


def told_belief(belief):
    names = ("state", "weight", "salt", "score", "account")
    until = belief.throttled_until
    return {name: getattr(belief, name) for name in names} | (
        {"throttled_until": until.isoformat()} if until else {}
    )


def told_load(load, now):
    told = {
        name: getattr(load, name) for name in ("in_use", "free", "waiting") if getattr(load, name) is not None
    }
    return told | {"age": (millis(now) - millis(load.at)) // 1000}


def random_contact(rng, api, id_):
    plan = api.world.wired.situations.read(api.world.clock.now()).plan
    return {
        "channel": rng.choice([name for name in plan.channels if name.startswith("in-")]),
        "text": " ".join(rng.sample(WORDS, rng.randint(0, 2))),
        "traits": {"called": rng.choice(["+331", "+332"])} if rng.random() < 0.5 else {},
        "market": rng.choice(["", "fr", "uk", "jp"]),
        "provider_id": id_,
    }


def said(api, asked):
    """The row that the intake stores of the same contact."""
    names = {"text": "text", "fields": "traits", "market": "market"}
    data = {theirs: asked[ours] for theirs, ours in names.items() if asked[ours]}
    body = {"type": "contact.message", "data": {"customer": {"id": "ann"}, **data}}
    request = api.world.signed(body, asked["provider_id"])
    handled = api.world.wired.acceptance.receive(asked["channel"], request, api.world.clock.now())
    assert handled.new == 1
    return api.ports.contacts.get(row_key(asked["channel"], "", asked["provider_id"]))


def essence(decision):
    return {name: decision[name] for name in ("desk", "because", "rejected", "panic", "draw")}


def test_decisions_are_byte_identical_in_other_processes():
    runs = [
        subprocess.run(
            [sys.executable, "-c", DECIDING], env={**os.environ, "PYTHONHASHSEED": seed}, cwd=ROOT, check=True,
            capture_output=True, text=True, timeout=120,
        ).stdout
        for seed in ("0", "4242")
    ]  # fmt: skip

    assert len(runs[0].splitlines()) == DECIDED
    assert runs[0] == runs[1]
    assert len(set(runs[0].splitlines())) > DECIDED // 3


DECIDED = 200
DECIDING = f"""
from datetime import datetime, UTC
from chalicelib.domain.model import Medium
from chalicelib.domain.routing import Case, route
from tests.unit.plan_side import random_plan, seeded
from tests.unit.situation_side import random_situation
rng, now = seeded("processes"), datetime(2026, 3, 2, 9, tzinfo=UTC)
for number in range({DECIDED}):
    situation = random_situation(rng, random_plan(rng), now)
    purpose = rng.choice(sorted(situation.plan.purposes))
    case = Case(key=str(number), purpose=purpose, market=rng.choice(["fr", "uk"]), medium=rng.choice(list(Medium)))
    print(route(case, situation, (), now).compact())
"""


@pytest.fixture
def api():
    return Operations()


def test_orders_health_and_load_may_be_supposed_and_nothing_is_stored(api):
    def desk(**more):
        reply = api.ask("POST", "/v1/decisions", {"channel": "shop"} | more).json
        return (
            reply["decision"]["desk"],
            reply["supposed"],
            [one["reason"] for one in reply["decision"]["rejected"]],
        )

    drain = [{"kind": "drain", "scope": "channel:box-a"}]
    assert desk() == ("desk-a", [], ["lower_rank"])
    assert desk(orders=drain) == ("desk-b", ["orders"], ["draining"])
    assert desk(health={"box-a#out#world": "down"}) == ("desk-b", ["health"], ["down"])
    assert desk(load={"desk-a": {"free": 0}}) == ("desk-b", ["load"], ["full"])
    assert desk(load={"desk-a": {"free": 0, "age": 121}})[0] == "desk-a"
    assert desk(orders=drain, load={"desk-b": {"in_use": 5}})[0] is None
    assert api.ports.orders.read().version == 0
    assert api.ports.ledger.entries("operations", api.world.clock.now()) == ()


def test_orders_that_there_are_can_be_supposed_away(api):
    assert give(api, 0).code == 201
    api.refresh()

    assert api.routed() == "desk-b"
    told = api.ask("POST", "/v1/decisions", {"channel": "shop", "orders": []}).json["decision"]
    assert (told["desk"], told["versions"]["orders"]) == ("desk-a", 0)


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"orders": [{"kind": "crisis", "scope": "desk:desk-a"}]}, 400, "orders[0].kind"),
        ({"orders": {}}, 400, "orders"),
        ({"orders": [{}] * 1001}, 400, "orders"),
        ({"health": {"box-a#out#world": "well"}}, 400, "health['box-a#out#world'].state"),
        ({"health": {"box-a#out#world": {"state": "trial", "weight": 2}}}, 400, "health['box-a#out#world'].weight"),
        ({"load": {"desk-a": {"free": -1}}}, 400, "load.desk-a.free"),
        ({"load": {"desk-a": {"free": 1, "mood": 1}}}, 400, "load.desk-a.mood"),
        ({"shares": {"route:order#fr": {"desk-a": 60, "desk-b": 41}}}, 400, "shares['route:order#fr']"),
        ({"orders": [{"kind": "drain", "scope": "route:order#fr"}]}, 400, "orders[0].kind"),
    ],
)  # fmt: skip
def test_what_is_supposed_wrongly_is_named(api, more, code, path):
    refused = api.ask("POST", "/v1/decisions", {"channel": "shop"} | more)

    assert (refused.code, refused.json["faults"][0]["path"]) == (code, path)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"health": {"box-z#out#world": "down"}}, "unknown-path"),
        ({"load": {"desk-z": {"free": 1}}}, "unknown-desk"),
        ({"orders": [{"kind": "drain", "scope": "channel:z"}]}, "unknown-channel"),
        ({"shares": {"route:order#fr": {"desk-a": 60, "desk-b": 40}}}, "unknown-scope"),
    ],
)
def test_what_the_plan_does_not_have_cannot_be_supposed(api, more, problem):
    assert api.ask("POST", "/v1/decisions", {"channel": "shop"} | more).problem == problem


def test_the_medium_that_a_setting_names_is_tried_as_it_comes_live(api):
    """Found here: the dry run took the kind's own medium where the live channel takes the setting's."""
    settings = PLAN.replace(
        "shop:\n    {kind: webhook, market: fr, settings: {",
        "shop:\n    {kind: webhook, market: fr, settings: {medium: chat, ",
    )
    api.world.publish(
        settings.replace(DESKS, DESKS.replace("{queue: sales}, ", "{queue: sales}, media: [messaging], "))
    )
    api.world.say(id_="m1")

    told = api.ask("POST", "/v1/decisions", {"channel": "shop", "provider_id": "m1"}).json

    assert told["medium"] == api.world.row("m1").contact.medium == Medium.CHAT
    assert told["decision"] == decision_of(api.world.row("m1").decision)


def many(api, **body):
    return api.ask("POST", "/v1/decisions/batch", body)


OTHER = PLAN.replace("fr: [desk-a, desk-b]", "fr: [desk-b, desk-a]")


def test_a_proposed_plan_is_tried_on_the_last_real_contacts(api):
    for number in range(6):
        api.world.say(f"private words {number}", id_=f"m{number}", person=f"person-{number}")
        api.world.clock.advance(1)

    told = many(api, plan=OTHER, last=4)

    body = told.json
    newest = [row_key("shop", "", f"m{number}") for number in (5, 4, 3, 2)]
    assert (body["compared"], body["changed"], body["complete"]) == (4, 4, True)
    assert body["counts"] == [{"before": "desk-a", "after": "desk-b", "contacts": 4}]
    assert [one["key"] for one in body["contacts"]] == newest
    assert "person" not in told.text
    assert "private" not in told.text
    assert api.ports.plans.current().version == 1
    assert many(api, plan=PLAN).json["changed"] == 0
    assert many(api).json == many(api, plan=PLAN).json | {"supposed": [], "proposed_plan": False}


def test_a_batch_compares_like_with_like_so_that_only_what_is_supposed_counts(api):
    """The desk that a contact had then may differ from both: what has changed since is no doing of the plan."""
    api.world.say(id_="m1")
    assert give(api, 0).code == 201
    api.refresh()

    told = many(api).json
    supposed = many(api, orders=[]).json

    assert (told["compared"], told["changed"]) == (1, 0)
    [one] = supposed["contacts"]
    assert (one["was"], one["before"], one["after"]) == ("desk-a", "desk-b", "desk-a")


def test_a_batch_goes_by_each_contacts_own_hour_unless_it_is_to_go_by_this_one(api):
    hours = 'hours: {day: {zone: UTC, open: {mon: ["08:00-12:00"]}}}\n'
    closing = PLAN.replace("desk-a: {", "desk-a: {hours: day, ") + hours
    api.world.say(id_="m1")  # Monday, nine o'clock
    api.world.clock.advance(timedelta(hours=6).total_seconds())

    assert many(api, plan=closing).json["changed"] == 0
    assert many(api, plan=closing, at="now").json["changed"] == 1


def test_contacts_of_channels_that_the_proposed_plan_lacks_are_told(api):
    api.world.say(id_="m1")
    without = OTHER.replace("match: [{channel: shop}]", "match: [{}]").replace("  shop:\n", "  store:\n")

    [one] = many(api, plan=without).json["contacts"]

    assert (one["before"], one["after"]) == ("desk-a", "no_channel")


def test_a_batch_is_refused_with_its_faults(api):
    assert many(api, last=501).json["faults"][0]["path"] == "last"
    assert many(api, at="noon").json["faults"][0]["path"] == "at"
    assert (many(api, plan="schema: 9").code, many(api, plan="schema: 9").problem) == (422, "bad-plan")
