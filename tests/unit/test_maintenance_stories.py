"""Planned work as contacts, customers and the ledger live through it, from the first drain to the return."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.frontdoor import Note, ways
from chalicelib.domain.health import Flip, State
from chalicelib.domain.model import EvidenceClass, Medium
from chalicelib.domain.orders import OrderKind, Orders
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.planned_work.minimum_service import minimum_reply, planned
from chalicelib.domain.planned_work.windows import PUBLISHED, Windows, standing
from chalicelib.domain.routing import Case, Situation, route
from chalicelib.domain.snapshot import Snapshot, dump_snapshot, read_snapshot
from tests.unit.operations_side import PLAN, Operations, give
from tests.unit.test_operate_maintenance import plan
from tests.world import START

LOOSE = PLAN.replace("min_channels: 1, min_capacity: 4", "min_channels: 0")


@pytest.fixture
def api():
    return Operations()


def reason(api):
    told = api.ask("POST", "/v1/decisions", {"channel": "shop"}).json["decision"]
    return told["desk"], {one["desk"]: one["reason"] for one in told["rejected"]}


def at(api, minutes):
    api.world.clock.advance(START.timestamp() + minutes * 60 - api.world.clock.now().timestamp())


def test_the_desk_is_drained_then_out_then_back_without_anybody_publishing_again(api):
    plan(api, start="2026-03-02T10:00:00Z", end="2026-03-02T12:00:00Z", drain_before="30m")
    api.refresh()
    seen = []

    for minutes in (29, 30, 59, 60, 179, 180):
        at(api, minutes)
        seen.append((minutes, *reason(api)))

    assert seen == [
        (29, "desk-a", {"desk-b": "lower_rank"}),
        (30, "desk-b", {"desk-a": "draining"}),
        (59, "desk-b", {"desk-a": "draining"}),
        (60, "desk-b", {"desk-a": "maintenance"}),
        (179, "desk-b", {"desk-a": "maintenance"}),
        (180, "desk-a", {"desk-b": "lower_rank"}),
    ]


def test_work_beyond_a_day_is_published_when_its_day_comes(api):
    plan(api, start="2026-03-04T10:00:00Z", end="2026-03-04T12:00:00Z")
    api.refresh()
    assert api.world.wired.situations.read(api.world.clock.now()).orders.given == ()

    at(api, 48 * 60)
    api.world.wired.tick.minute()
    at(api, 49 * 60 + 1)

    assert reason(api)[0] == "desk-b"


def test_work_at_night_in_a_snapshot_of_the_evening_spans_midnight_and_the_clock_change(api):
    plan(
        api, start="2026-03-28T23:30:00+01:00", end="2026-03-29T04:00:00+02:00", zone="Europe/Paris",
        drain_before="30m",
    )  # fmt: skip
    at(api, 26 * 24 * 60 + 12 * 60)  # the evening of 28 March
    api.world.wired.tick.minute()
    seen = []

    for minutes in (89, 90, 180, 299, 300):  # after 21:00 UTC
        at(api, 26 * 24 * 60 + 12 * 60 + minutes)
        seen.append(reason(api)[0])

    assert seen == ["desk-b", "desk-b", "desk-b", "desk-b", "desk-a"]
    assert api.world.clock.now().isoformat() == "2026-03-29T02:00:00+00:00"


def test_when_it_ends_the_path_goes_on_by_its_health(api):
    plan(api, start=0, end=60, drain_before="1m")
    api.world.desks.fault["a.example"] = 503
    for _ in range(8):
        api.world.minute()

    at(api, 65)
    api.world.run()

    assert reason(api) == ("desk-b", {"desk-a": "down"})


def test_an_order_that_ends_between_two_reads_makes_way_for_the_window_under_it(api):
    plan(api, start=0, end=120, drain_before="1m")
    api.world.clock.advance(6)
    give(api, until=10)
    api.refresh()
    assert reason(api) == ("desk-b", {"desk-a": "overridden"})

    at(api, 11)

    assert reason(api) == ("desk-b", {"desk-a": "maintenance"})
    assert api.ask("GET", "/v1/orders").json["orders"] == []


def test_of_overlapping_windows_on_one_desk_it_is_back_when_the_last_has_ended(api):
    plan(api, start=0, end=60, drain_before="1m")
    plan(api, 1, start=30, end=90, drain_before="1m")
    api.refresh()
    seen = []

    for minutes in (20, 61, 89, 92):
        at(api, minutes)
        seen.append(reason(api)[0])

    assert seen == ["desk-b", "desk-b", "desk-b", "desk-a"]


def test_overrun_work_that_is_extended_stays_out_in_the_next_snapshot(api):
    plan(api, start=0, end=60, drain_before="1m")
    at(api, 50)
    api.ask("POST", "/v1/maintenance/w1/extend", {"until": 60}, headers={"if-match": '"1"'})
    api.refresh()

    at(api, 100)

    assert reason(api) == ("desk-b", {"desk-a": "maintenance"})


def test_customers_read_that_a_way_in_is_in_maintenance(api):
    plan(api, scopes=["channel:shop"], alternatives={"order": ["reply"]}, start=0, end=60,
         reply={"fr": "Retour à midi.", "en": "Back at noon."})  # fmt: skip
    api.refresh()
    now = api.world.clock.now()
    situation = api.world.wired.situations.read(now)
    two_doors = replace(
        situation.plan,
        channels={**situation.plan.channels, "mail": replace(situation.plan.channels["shop"], id="mail")},
    )

    notes = {way.channel: way.note for way in ways(replace(situation, plan=two_doors), "fr", "fr", now).ways}

    assert notes["shop"] is Note.MAINTENANCE
    assert notes["mail"] is not Note.MAINTENANCE


def test_while_every_desk_is_in_maintenance_people_get_the_windows_own_words():
    api = Operations(LOOSE)
    plan(api, scopes=["desk:desk-a", "desk:desk-b"], alternatives={"order": ["reply"]}, start=0, end=60,
         drain_before="1m", reply={"fr": "Retour à midi.", "en": "Back at noon."})  # fmt: skip
    api.refresh()

    api.world.say(id_="m1")
    api.world.run()

    notices = [event for _, event in api.world.desks.took if "Back at noon." in json.dumps(event)]
    assert len(notices) == 1
    assert api.world.row("m1").work.state == "deferred"


def test_contacts_of_the_meantime_are_handed_over_when_the_work_is_done():
    api = Operations(LOOSE)
    plan(api, scopes=["desk:desk-a", "desk:desk-b"], alternatives={"order": ["reply"]}, start=0, end=10,
         drain_before="1m", reply={"fr": "Retour à midi.", "en": "Back at noon."})  # fmt: skip
    api.refresh()
    api.world.say(id_="m1")

    for _ in range(20):
        api.world.minute()

    assert len(api.world.desks.contacts("a.example")) == 1


def test_the_words_are_said_only_while_all_desks_are_in_maintenance():
    found = read_plan(LOOSE, 1)
    api = Operations(LOOSE)
    plan(api, scopes=["desk:desk-a"], start=0, end=60, reply={"fr": "x", "en": "y"}, drain_before="1m")
    windows = api.ports.maintenance.read()
    now = api.world.clock.now()
    situation = Situation(plan=found, orders=standing(Orders(), windows, now))

    api.world.say(id_="m1")
    row = api.world.row("m1")
    assert minimum_reply(situation, row, "fr", now) == ""
    assert minimum_reply(situation, replace(row, purpose="nothing"), "fr", now) == ""


def test_flips_during_the_work_are_written_down_as_planned_and_others_are_not(api):
    plan(api, start=0, end=60, drain_before="1m")
    api.refresh()
    flips = [
        Flip(path=path, evidence=EvidenceClass.HARD, before=State.CLOSED, after=State.OPEN, gen=1,
             at=api.world.clock.now() + timedelta(minutes=minutes), because="failures")
        for path, minutes in (("box-a#out#world", 1), ("box-b#out#world", 1), ("box-a#out#world", 61))
    ]  # fmt: skip

    for flip in flips:
        api.world.wired.believer.announce(flip)

    told = [
        entry.entry
        for hour in (9, 10)
        for entry in api.ports.ledger.entries("flips", START.replace(hour=hour))
    ]
    assert [(one["path"][:5], one.get("planned")) for one in told] == [
        ("box-a", "true"), ("box-b", None), ("box-a", None),
    ]  # fmt: skip
    assert [json.loads(note.body).get("planned") for note in api.ports.queues.take_notes("flips")] == [
        "true",
        None,
        None,
    ]


def test_a_path_is_planned_out_by_its_own_scope_its_channels_or_all_desks_behind_it():
    found, now = read_plan(PLAN, 1), START
    api = Operations(LOOSE)
    sides = {}
    for scope in ("desk:desk-a", "channel:box-a", "path:box-a#out#world", "desk:desk-b"):
        plan(api, scopes=[scope], start=0, end=60, drain_before="1m",
             alternatives={"order": ["desk:desk-b" if scope != "desk:desk-b" else "desk:desk-a"]})  # fmt: skip
        windows = api.ports.maintenance.read()
        situation = Situation(plan=found, orders=standing(Orders(), windows, now + timedelta(seconds=5)))
        sides[scope] = planned(situation, "box-a#out#world", now + timedelta(seconds=5))
        api.ports.maintenance.__init__()

    assert sides == {
        "desk:desk-a": "w1", "channel:box-a": "w1", "path:box-a#out#world": "w1", "desk:desk-b": "",
    }  # fmt: skip


def test_health_shows_the_work_on_its_path(api):
    plan(api, scopes=["channel:box-a"], start=0, end=60, drain_before="1m")

    [path] = api.ask("GET", "/v1/health/box-a").json["paths"]

    assert [(one["id"], one["kind"]) for one in path["orders"] if one["holds"]] == [("w1", "maintenance")]


def test_a_snapshot_carries_a_days_work_with_its_words_and_an_old_one_is_still_read():
    api = Operations(LOOSE)
    plan(api, start=10, end=60, reply={"fr": "x", "en": "y"})
    now = api.world.clock.now()
    orders = standing(Orders(), api.ports.maintenance.read(), now, PUBLISHED)
    snapshot = Snapshot(version=1, at=now.replace(microsecond=0), plan=1, orders=orders)

    text = dump_snapshot(snapshot)
    old = json.loads(text)
    for order in old["orders"]["given"]:
        order.pop("reply", None)

    assert read_snapshot(text) == snapshot
    assert {order.kind for order in read_snapshot(json.dumps(old)).orders.given} == {
        OrderKind.MAINTENANCE,
        OrderKind.DRAIN,
    }
    assert '"reply"' not in dump_snapshot(replace(snapshot, orders=Orders()))


def test_orders_without_windows_stay_the_very_same_object():
    orders = Orders()

    assert standing(orders, Windows(), START) is orders


def test_force_up_does_not_bring_back_what_is_in_maintenance():
    api = Operations(LOOSE)
    plan(api, start=0, end=60, drain_before="1m")
    give(api, kind="force_up")
    api.refresh()
    now = api.world.clock.now()
    case = Case(key="k", purpose="order", market="fr", medium=Medium.MESSAGING)

    assert route(case, api.world.wired.situations.read(now), (), now).desk == "desk-b"
