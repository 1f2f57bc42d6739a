"""Observe mode: contacts of every kind are seen, decided and kept, and nothing at all is sent for them."""

import json
from collections import Counter
from contextlib import suppress
from random import Random

import pytest

from chalicelib.channels import Capability, kind
from chalicelib.domain.decision import read_decision
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.http_types import Call
from chalicelib.ports import Missing, Note
from chalicelib.service.evidence import STRANGE_AFTER
from chalicelib.service.read_only import ReadOnly
from tests.fuzz.gallery import Gallery
from tests.fuzz.vendors import VENDORS, plan
from tests.soak.soaking import NAMED, quiet
from tests.world import CHANNELS, DESKS, PLAN, PURPOSES, SECRET, World, hours

SEES, SENDS = "schema: 1\nmode: observe", "schema: 1"
IDS = (
    *NAMED,
    b"HBgLMzM2MTIzNDU2NzgVAgASGBQzQQ",
    b"m_AbCdEf000",
    b"CA00000000000000000000000000000031",
    b"904512345",
)
"""Providers' ids in the samples, or how those of a batch begin: each request has others."""
ONE_SEES = PLAN.replace("kind: webhook, market: fr,", "kind: webhook, market: fr, mode: observe,")


def whole(text: str) -> str:
    return text.replace(SENDS, SEES, 1)


def observed_world() -> World:
    return World(whole(PLAN))


def many(gallery: Gallery, count: int) -> Counter:
    """So many requests of all kinds in turn, each with a name of its own where the sample has one."""
    random, fired = Random(7), Counter()  # noqa: S311 - repeatable by its seed
    for number in range(count):
        vendor = VENDORS[number % len(VENDORS)]
        body = vendor.bodies[number // len(VENDORS) % len(vendor.bodies)]
        for name in IDS:
            body = body.replace(name, name[:-6] + b"%06d" % random.randrange(10**6))
        hit = gallery.fire(vendor.sign(vendor, body, gallery.world.clock.now(), random))
        assert not hit.escaped
        fired[vendor.kind] += 1
    return fired


def settle(gallery: Gallery) -> None:
    """All that was rung and heard; words on what nobody here ever sent are of somebody else."""
    for note in gallery.ports.queues.take_notes("evidence"):
        with suppress(Missing):
            gallery.world.wired.hearing.take(note.body, STRANGE_AFTER)
    gallery.world.run()


def test_a_thousand_contacts_of_every_kind_reach_no_socket_at_all():
    gallery = Gallery()
    gallery.world.publish(whole(plan()))
    gallery.world.desks.calls.clear()

    with quiet():
        fired = many(gallery, 1500)
        settle(gallery)
        gallery.world.clock.advance(90)
        settle(gallery)

    rows = list(gallery.ports.contacts.page(100_000)[0])
    assert gallery.world.desks.calls == []
    assert len(fired) == len(VENDORS)
    assert {row.channel for row in rows} == {v.channel for v in VENDORS} - {"chatwoot-eu"}  # a desk
    assert len(rows) >= 1000
    assert {row.work.state.value for row in rows} == {"observed"}
    assert all(row.due_at is None and read_decision(row.decision).observed for row in rows)


def test_the_same_thousand_do_reach_sockets_when_the_plan_routes():
    gallery = Gallery()

    with quiet():
        many(gallery, 60)
        settle(gallery)

    assert gallery.world.desks.calls


def test_a_day_of_minutes_beside_it_reads_and_never_writes():
    gallery = Gallery()
    gallery.world.publish(whole(plan()))
    gallery.world.desks.calls.clear()

    with quiet():
        many(gallery, 60)
        settle(gallery)
        for _ in range(5):
            gallery.world.minute()

    assert {call.method for call in gallery.world.desks.calls} == {"GET"}


def test_a_contact_is_kept_with_what_would_have_been_decided():
    world = observed_world()

    world.say()
    world.run()

    row = world.row()
    assert (row.work.state.value, row.due_at, row.work.attempts) == ("observed", None, ())
    assert (read_decision(row.decision).desk, read_decision(row.decision).observed) == ("desk-a", True)


def test_one_channel_observes_while_others_route():
    plan_text = ONE_SEES.replace(DESKS, "  other: {kind: webhook, market: fr}\n" + DESKS).replace(
        "{channel: shop}", "{}"
    )
    world = World(plan_text)

    world.say()
    body = {"type": "contact.message", "data": {"customer": {"id": "bob"}, "text": "hi"}}
    world.wired.acceptance.receive("other", world.signed(body, "m2"), world.clock.now())
    world.run()

    assert world.row().work.state.value == "observed"
    assert [event["data"]["customer"]["id"] for event in world.desks.contacts("a.example")] == ["bob"]


def test_a_desk_behind_a_channel_that_observes_gets_nothing():
    world = World(CHANNELS.replace("provider: alpha,", "provider: alpha, mode: observe,") + DESKS + PURPOSES)

    world.say()
    world.run()

    assert world.desks.contacts("a.example") == []
    assert len(world.desks.contacts("b.example")) == 1
    assert "desk-a:uy" in world.row().work.attempts[0].decision


def test_what_was_ours_before_waits_and_goes_when_the_plan_routes_again():
    world = World()
    world.say()
    world.publish(whole(PLAN))
    world.run()
    waited = (world.row().work.state.value, world.desks.took.copy())

    world.publish(PLAN)
    world.clock.advance(400)
    world.wired.tick.flip()
    world.run()

    assert waited == ("accepted", [])
    assert world.row().work.state.value == "delivered"


def test_what_was_seen_is_never_sent_when_the_plan_routes_afterwards():
    world = observed_world()
    world.say()

    world.publish(PLAN)
    world.run()

    assert world.row().work.state.value == "observed"
    assert world.desks.contacts("a.example") == []


def test_what_was_ours_before_expires_at_its_deadline_all_the_same():
    world = World()
    world.say()
    world.publish(whole(PLAN))
    world.run()

    world.clock.advance(hours(4.1).total_seconds())
    world.wired.tick.minute()
    world.run()

    assert (world.row().work.state.value, world.row().due_at) == ("expired", None)
    assert world.desks.contacts("a.example") == []


def test_receipts_of_what_was_sent_before_still_count():
    world = World()
    world.say()
    world.run()
    world.publish(whole(PLAN))
    reference = world.row().key

    body = {"type": "contact.closed", "data": {"reference": reference}}
    world.wired.acceptance.receive("box-a", world.signed(body, "d1"), world.clock.now())
    world.run()

    assert world.row().work.state.value == "closed"


def test_a_canary_is_not_sent():
    canary = 'provider: alpha, canary: {from: "test", every: 1m},'
    world = World(whole(CHANNELS.replace("provider: alpha,", canary)) + DESKS + PURPOSES)

    for _ in range(3):
        world.minute()

    assert world.desks.took == []
    assert all(row.kind.value != "canary" for row in world.ports.contacts.page(100)[0])


@pytest.mark.parametrize(("mode", "posted"), [(SEES, 0), (SENDS, 1)])
def test_events_are_posted_to_subscribers_by_a_plan_that_routes_only(mode, posted):
    subscribers = 'subscribers: {ops: {url: "https://ops.example/in"}}\n'
    world = World(PLAN.replace(SENDS, mode, 1) + subscribers)
    world.ports.secrets.subscribers["ops"] = {"secret": (SECRET,)}
    event = {"id": "evt_1", "timestamp": "2026-03-02T09:00:00.000Z", "data": {"loud": True}}
    world.ports.queues.put(Note(queue="announcements", body=json.dumps({"detail": event})))

    world.run()

    assert len([call for call in world.desks.calls if "ops.example" in call.url]) == posted
    assert world.ports.queues.take_notes("announcements") == []


def test_an_event_on_its_way_to_a_subscriber_ends_when_the_plan_observes():
    subscribers = 'subscribers: {ops: {url: "https://ops.example/in"}}\n'
    world = World(whole(PLAN) + subscribers)
    world.ports.secrets.subscribers["ops"] = {"secret": (SECRET,)}
    event = {"id": "evt_1", "timestamp": "2026-03-02T09:00:00.000Z", "data": {"loud": True}}
    note = {"subscriber": "ops", "event": event, "tries": 0}
    world.ports.queues.put(Note(queue="announcements", body=json.dumps(note)))

    world.run()

    assert world.desks.calls == []


def test_a_read_only_door_lets_reads_through_and_nothing_else():
    world = World()
    reader = ReadOnly(world.desks)
    made = kind("webhook")

    with pytest.raises(Exception, match="only observes"):
        reader.send(world_call("POST"))

    assert reader.send(world_call("GET")).code == 200
    assert Capability.SEND in made.capabilities


def world_call(method: str) -> Call:
    return Call(method=method, url="https://a.example/in")


@pytest.mark.parametrize("text", [whole(PLAN), ONE_SEES, PLAN])
def test_the_mode_survives_the_written_form(text):
    read = read_plan(text, 1)

    again = read_plan(dump_plan(read), 1)

    assert again == read
    assert ("observe" in dump_plan(read)) == ("observe" in text)
