"""Drill: a bank closes its systems for two planned days. Urgent needs keep a way, others get words, nobody is lost."""

import json

import pytest

from tests.unit.operations_side import Operations
from tests.world import CHANNELS

DESKS = """desks:
  branch: {channel: box-a}
  cards: {channel: box-b}
purposes:
  block: {match: [{channel: shop, keywords: [carte]}], routes: {fr: [branch, cards]}, essential: true, deadline: 4h}
  advice: {match: [{channel: shop}], routes: {fr: [branch]}, deadline: 3d}
safety:
  - {purpose: block, min_channels: 1}
"""
PLAN = CHANNELS + DESKS
MOVE = {
    "title": "Two-day move", "scopes": ["desk:branch"], "start": "2026-03-14T00:00:00+01:00",
    "end": "2026-03-16T00:00:00+01:00", "drain_before": "2h", "reason": "systems move",
    "alternatives": {"block": ["desk:cards"], "advice": ["reply"]},
    "reply": {"fr": "Nous sommes de retour lundi.", "en": "We are back on Monday."},
}  # fmt: skip


@pytest.fixture
def bank():
    return Operations(PLAN)


def plan(bank, version=0, **changed):
    return bank.ask("POST", "/v1/maintenance", MOVE | changed, headers={"if-match": f'"{version}"'})


def go(bank, minutes):
    bank.world.clock.advance(minutes * 60)
    bank.world.wired.tick.minute()
    bank.world.serve()
    bank.world.run()


def test_closing_everything_is_refused_while_a_need_is_essential(bank):
    everything = plan(
        bank, scopes=["desk:branch", "desk:cards"], alternatives={"block": ["reply"], "advice": ["reply"]}
    )

    assert everything.code == 409
    assert {rule["rule"] for rule in everything.json["rules"]} == {"safety", "silence"}


def test_work_on_the_way_that_is_left_is_refused_for_those_two_days(bank):
    plan(bank)

    also = plan(bank, 1, scopes=["channel:box-b"], start="2026-03-15T02:00:00+01:00", end="2026-03-15T03:00:00+01:00",
                alternatives={"block": ["desk:branch"]})  # fmt: skip

    assert also.code == 409
    assert {rule["rule"] for rule in also.json["rules"]} == {"alternative_overlaps", "safety"}


def test_two_days_pass_without_a_lost_contact_and_all_are_handed_over_at_the_end(bank):
    assert plan(bank).code == 201
    go(bank, 12 * 24 * 60 - 9 * 60)  # midnight UTC: the work began an hour ago
    for number in range(12):
        bank.world.say("ma carte est perdue", id_=f"card{number}", person=f"c{number}")
        bank.world.say("un conseil", id_=f"advice{number}", person=f"a{number}")
        go(bank, 230)
    taken = [event["data"]["customer"]["id"] for event in bank.world.desks.contacts("b.example")]
    during = len(bank.world.desks.contacts("a.example"))
    words = [event for _, event in bank.world.desks.took if "back on Monday" in json.dumps(event)]

    for _ in range(12):
        go(bank, 10)

    rows, _ = bank.ports.contacts.page(200)
    told = [row for row in rows if row.kind.value == "contact"]
    assert sorted(taken) == sorted(f"c{number}" for number in range(12))
    assert (during, len(words)) == (0, 12)
    assert len(bank.world.desks.contacts("a.example")) == 12
    assert {row.work.state.value for row in told} == {"delivered"}
    assert len(told) == 24


def test_the_notices_that_are_due_are_listed(bank):
    [window] = plan(bank).json["windows"]

    assert [(one["notice"], one["due"][:16]) for one in window["notices"]] == [
        ("D-7", "2026-03-06T23:00"), ("D-1", "2026-03-12T23:00"), ("H-1", "2026-03-13T22:00"),
    ]  # fmt: skip
