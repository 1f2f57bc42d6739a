"""What docs/event.schema.json and docs/operating.md say of events is what the product sends."""

import json
import re
from pathlib import Path

import pytest
from event_shape import SCHEMA, faults

from chalicelib.domain.doctor.finding import Finding, Ill
from chalicelib.domain.permission.record import Glass
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.plan_schedule.schedule import Entry, Fate, ended
from chalicelib.domain.regions.seat import Reckoning, Seat
from chalicelib.domain.shares.shift import TROUBLE, Shift, Step
from chalicelib.domain.surge.levers import Posture
from chalicelib.domain.surge.posture import Stance
from chalicelib.domain.surge.verdict import Verdict
from chalicelib.domain.telling.alerts import Alert
from chalicelib.domain.telling.event import EventType, document
from chalicelib.domain.telling.flips import News
from chalicelib.domain.vendor_lists.run import advanced, started
from chalicelib.http_types import NotSent
from chalicelib.service.catch_up_ends import tell
from chalicelib.service.checkups import findings_note
from chalicelib.service.glass_words import note_of as glass_note
from chalicelib.service.posture_words import change_of, note_of
from chalicelib.service.regions.words import counted_note, moved_note
from chalicelib.service.schedule_words import note_of as scheduled
from chalicelib.service.share_words import entry_of
from chalicelib.service.share_words import note_of as shares_note
from tests.world import PLAN, START, World

SURGE = {"surge/order/fr": Verdict(up=12.0, seen=50, due=5.0, people=48, attempts=50)}
SHIFT = Shift(planned={"a": 70, "b": 30}, now={"a": 70, "b": 30})
STEP = Step(because=TROUBLE, desk="a", before=SHIFT.now, after={"a": 60, "b": 40})
ENTRY = Entry(id="s1", at=START, author="ann", reason="r", digest="d", since=START)
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def sent():
    """Every kind of event, from an outage, a return, what was missed, a quiet time and probes that fall silent."""
    world = World()
    world.minute()
    for fault in (NotSent("refused"), None):
        world.desks.fault = {"a.example": fault} if fault else {}
        for _ in range(22):
            world.minute()
    now = world.clock.now()
    risen = Stance(version=1, posture=Posture.CRISIS, because="surge")
    world.ports.queues.put(note_of(change_of(Stance(), risen, read_plan(PLAN, 1), SURGE, now)))
    glass = Glass(
        id="g1",
        scope="desk:desk-a",
        owner="o1",
        name="",
        reason="r",
        since=now,
        until=now,
        minutes=5,
        by="o2",
    )
    world.ports.queues.put(glass_note(glass, "broken", "o2", now))
    world.ports.queues.put(shares_note(entry_of("route:order#fr", SHIFT, STEP, now)))
    world.ports.queues.put(scheduled(ended(ENTRY, Fate.REFUSED, now, because="panic: must be a number")))
    east = Seat(region="east", epoch=1)
    world.ports.queues.put(moved_note(east, Seat(region="west"), "o1", "the west is gone", now))
    world.ports.queues.put(counted_note("east", Reckoning(epoch=1, rows=9, repeated=1, last=True), now))
    sandbox = Finding(ill=Ill.ACCOUNT_LIMITED, about="in the sandbox", where="box-a")
    world.ports.queues.put(findings_note("box-a", (sandbox,), (sandbox,), now))
    tell(world.ports, advanced(started("shop", "1", now, now), 2, 1, 0, cut=False, full=False), "whole", now)
    for _ in range(20):
        world.clock.advance(60)
        world.wired.tick.minute()
        world.run()
        world.ports.queues.take_notes("probes")
    return [document(event) for event in world.ports.events.published]


def test_every_event_that_is_sent_fits_the_schema(sent):
    assert {event["type"] for event in sent} == {type_.value for type_ in EventType}
    assert [fault for event in sent for fault in faults(event)] == []


@pytest.mark.parametrize(
    "change", [{"id": "1"}, {"type": "path.fell"}, {"more": 1}, {"data": {}}, {"schema": 2}]
)
def test_what_is_no_event_does_not_fit(sent, change):
    assert faults({**sent[0], **change}) != []


def test_the_closed_lists_are_those_of_the_code():
    flip, alert = SCHEMA["$defs"]["flip"]["properties"], SCHEMA["$defs"]["alert"]["properties"]

    assert flip["news"]["enum"] == [news.value for news in News]
    assert alert["alert"]["enum"] == [each.value for each in Alert]
    assert SCHEMA["properties"]["type"]["enum"] == [type_.value for type_ in EventType]


def test_the_example_for_operators_fits_the_schema():
    page = (DOCS / "operating.md").read_text()

    (example,) = [text for text in re.findall(r"```jsonc\n(.*?)```", page, re.DOTALL) if '"evt_' in text]

    assert faults(json.loads(example)) == []


def test_an_event_fits_into_one_entry_of_the_bus(sent):
    assert max(len(json.dumps(event)) for event in sent) < 10_000
