"""Which alarms ring in which trouble, from when to when: the product's own numbers against the template's alarms."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.bells import dump_ring
from chalicelib.domain.upgrade.times import millis
from chalicelib.handlers import workers
from chalicelib.ports import Unavailable
from chalicelib.service.anchoring import Anchoring
from chalicelib.wiring import use
from tests.unit.audit_side import rechained
from tests.unit.operations_side import Operations
from tests.unit.watch_side import MINUTE, CloudWatch, told
from tests.world import CHANNELS, DESKS

PURPOSES = """purposes:
  fire: {match: [{channel: shop, keywords: [fire]}], routes: {fr: [desk-a]}, lane: urgent, deadline: 3m}
  order: {match: [{channel: shop}], routes: {fr: [desk-a, desk-b]}, lane: normal, deadline: 4h}
"""
RETRIES = 2


class Stage:
    """A world whose minutes pass, with its scheduler and its deliveries switched on."""

    def __init__(self, caplog):
        self.api = Operations(CHANNELS + DESKS + PURPOSES)
        self.caplog = caplog
        self.now = self.api.world.clock.now
        self.scheduled = self.delivering = True
        self.late = 0
        self.failed = []
        self.posted = 0
        self.minutes(5)
        self.began = millis(self.now())

    def minutes(self, count, *, says=(), forged=0):
        """Let minutes pass; in each these words come in, and so many requests that nobody signed."""
        for _ in range(count):
            for text in says:
                self.say(text)
            for _ in range(forged):
                self.api.ask("POST", "/hooks/shop", "{}")
            self.work()
            self.api.world.clock.advance(60)

    def say(self, text):
        self.posted += 1
        body = {"type": "contact.message", "data": {"customer": {"id": f"p{self.posted}"}, "text": text}}
        request = self.api.world.signed(body, f"m{self.posted}")
        self.api.ask("POST", "/hooks/shop", request.body.decode(), headers=request.headers)

    def work(self):
        """One round of the functions: scheduler, probes, flips, deliveries."""
        with use(self.api.world.wired):
            again, self.failed = self.failed, []
            if self.scheduled:
                self.tick(self.now() - timedelta(seconds=self.late))
            for event, tries in again:
                self.tick(event, tries)
            for name, function in (("probes", workers.probe), ("flips", workers.tick)):
                bodies = [note.body for note in self.api.ports.queues.take_notes(name)]
                self.wake(function, bodies)
            if self.delivering:
                self.wake(workers.deliver, [dump_ring(ring) for ring in self.api.ports.queues.take_bells()])

    def tick(self, event, tries=RETRIES):
        """The scheduled run; one that fails is tried again a minute later, twice, as Lambda does."""
        try:
            workers.tick({"time": event.isoformat()}, None)
        except Unavailable:
            self.failed += [(event, tries - 1)] if tries else []

    def wake(self, function, bodies):
        for body in bodies:
            function({"Records": [{"messageId": "1", "body": body}]}, None)

    def rang(self):
        """Alarm -> (first, last) minute in which it rang, since the story began."""
        return CloudWatch(told(self.caplog.records)).rang(self.began, millis(self.now()))


def test_an_hour_in_which_all_is_well_rings_nothing(caplog):
    stage = Stage(caplog)
    stage.minutes(60, says=("hello", "fire"))

    assert len(stage.caplog.records) > 180
    assert stage.rang() == {}


def test_an_hour_without_a_single_contact_rings_nothing(caplog):
    stage = Stage(caplog)
    stage.minutes(60)

    assert stage.rang() == {}


def test_a_table_that_is_down_rings_for_the_overflow_in_its_third_minute_and_no_longer_than_needed(caplog):
    stage = Stage(caplog)
    stage.api.ports.contacts.down = True
    stage.minutes(4, says=("hello",))
    stage.api.ports.contacts.down = False
    stage.minutes(10, says=("hello",))

    assert stage.rang() == {"OverflowInUseAlarm": (3, 6)}


def test_a_single_minute_that_needs_the_overflow_queue_rings_nothing(caplog):
    stage = Stage(caplog)
    stage.api.ports.contacts.down = True
    stage.minutes(1, says=("hello",) * 30)
    stage.api.ports.contacts.down = False
    stage.minutes(10)

    assert stage.rang() == {}


def test_delivery_that_stands_still_rings_for_the_oldest_row_and_ends_when_it_moves(caplog):
    stage = Stage(caplog)
    stage.delivering = False
    stage.minutes(12, says=("hello",))
    stage.delivering = True
    stage.minutes(5)

    rang = stage.rang()
    assert rang.keys() == {"OldestDueAlarm"}
    assert rang["OldestDueAlarm"] == (9, 13)


def test_urgent_contacts_that_nobody_takes_ring_for_the_budget_and_for_an_hour_at_most(caplog):
    stage = Stage(caplog)
    stage.api.world.desks.fault["a.example"] = 503
    stage.minutes(6, says=("fire", "hello"))
    stage.api.world.desks.fault.clear()
    stage.minutes(80, says=("fire", "hello"))

    rang = stage.rang()
    assert rang.keys() == {"UrgentFastBurnAlarm", "UrgentSlowBurnAlarm"}
    first, last = rang["UrgentFastBurnAlarm"]
    assert first <= 8
    assert last <= 6 + 60 + 6


def test_a_scheduler_that_stopped_rings_after_five_minutes_until_its_first_tick(caplog):
    stage = Stage(caplog)
    stage.scheduled = False
    stage.minutes(8)
    stage.scheduled = True
    stage.minutes(6)

    assert stage.rang() == {"TickSilenceAlarm": (5, 8)}


def test_flips_do_not_hide_that_the_scheduler_stopped(caplog):
    stage = Stage(caplog)
    stage.scheduled = False
    for _ in range(8):
        with use(stage.api.world.wired):
            workers.tick({"Records": []}, None)
        stage.minutes(1)

    assert stage.rang() == {"TickSilenceAlarm": (5, 8)}


def test_a_scheduler_that_is_late_rings_the_third_time_in_a_row(caplog):
    stage = Stage(caplog)
    stage.late = 150
    stage.minutes(2)
    stage.late = 0
    stage.minutes(3)
    stage.late = 150
    stage.minutes(4)
    stage.late = 0
    stage.minutes(3)

    assert stage.rang() == {"TickLateAlarm": (8, 9)}


def test_a_snapshot_that_cannot_be_published_rings_when_decisions_turn_stale(caplog):
    stage = Stage(caplog)
    stage.api.ports.snapshots.down = True
    stage.minutes(6)
    stage.api.ports.snapshots.down = False
    stage.minutes(3)

    assert stage.rang() == {"SnapshotAgeAlarm": (3, 6)}


def test_a_short_flood_of_forged_requests_rings_nothing(caplog):
    stage = Stage(caplog)
    stage.minutes(9, forged=20)
    stage.minutes(20)

    assert stage.rang() == {}


def test_a_quiet_channel_whose_requests_are_all_forged_rings_within_half_an_hour(caplog):
    stage = Stage(caplog)
    for _ in range(9):
        stage.minutes(1, forged=1)
        stage.minutes(3)
    stage.minutes(14)

    first, last = stage.rang().pop("ForgedRefusalsAlarm")
    assert first <= 30
    assert last <= 36 + 10


@pytest.mark.parametrize(("bad", "rings"), [(14, False), (15, True)])
def test_a_budget_alarm_rings_from_its_share_on(bad, rings):
    hour = [(n * 3_600, int(n < bad)) for n in range(1_000)]
    watch = CloudWatch({("Unserved", (("lane", "urgent"),)): hour})

    assert ("UrgentFastBurnAlarm" in watch.ringing(60 * MINUTE)) is rings


def test_a_key_that_does_not_sign_rings_after_five_minutes_and_one_minute_of_it_does_not(caplog):
    stage = Stage(caplog)
    for minutes in (1, 6):
        stage.api.ports.anchors.down = True
        stage.minutes(minutes)
        stage.api.ports.anchors.down = False
        stage.minutes(4)

    assert stage.rang() == {"AnchorsMissedAlarm": (10, 11)}


def test_a_chain_that_was_made_up_anew_rings_with_the_next_anchor(caplog):
    stage = Stage(caplog)
    ledger = stage.api.ports.ledger
    ledger.append("flips", {"n": "1"}, stage.now())
    stage.minutes(1)
    [name] = [name for name in ledger._chains if name.startswith("flips")]
    ledger._chains[name] = rechained(name, [replace(ledger._chains[name][0], entry={"n": "2"})])
    stage.minutes(2)

    assert stage.rang() == {"AnchorsBrokenAlarm": (2, 2)}


@pytest.mark.parametrize("laid", ["no anchor at all", "another stage's"])
def test_an_anchor_that_is_not_ours_rings_with_the_next_one(caplog, laid):
    stage = Stage(caplog)
    anchors = stage.api.ports.anchors
    if laid == "no anchor at all":
        anchors.add(len(anchors.texts) + 1, laid)
    else:
        Anchoring(ledger=stage.api.ports.ledger, anchors=anchors, stage="other").run(
            stage.now() + timedelta(hours=2)
        )
    stage.api.ports.ledger.append("flips", {"n": "1"}, stage.now())
    stage.minutes(3)

    assert stage.rang() == {"AnchorsBrokenAlarm": (1, 1)}
