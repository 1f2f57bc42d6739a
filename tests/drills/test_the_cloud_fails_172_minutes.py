"""Drill: table, queue and secrets fail for as long as DynamoDB did on 20 October 2025. Nobody is lost or doubled."""

import os
import random
from collections import defaultdict
from itertools import count

import pytest

from chalicelib.channels import MissingSetting, UnknownKind, kind
from chalicelib.domain.model import ContactKind
from chalicelib.domain.outbox import RowState
from chalicelib.domain.routing import LAST_RANK
from chalicelib.domain.upgrade.times import millis
from chalicelib.handlers.workers import replay_overflow
from chalicelib.http_types import Request
from chalicelib.ports import Unavailable
from chalicelib.service.notice import ask_again
from chalicelib.service.rows import contact_row
from chalicelib.service.situation import NoSituation
from chalicelib.wiring import Wired, use
from infra.bundle import pack
from infra.local.fakes.vendor_meta import Messenger
from infra.local.fakes.vendor_twilio import Twilio
from tests.drills.sick_cloud import Cloud, CloudPorts, percentile
from tests.world import SETTINGS, World

PLAN = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  shop: {kind: webhook, market: fr, settings: {url: "https://shop.example/in"}}
  messenger-fr: {kind: messenger, account: "104001", market: fr, settings: {app_id: "900001"}}
  sms-fr: {kind: twilio_sms, account: "+33155500000", market: fr, settings: {account_sid: AC1}}
  phone-fr: {kind: twilio_voice, account: "+33155500000", market: fr, settings: {account_sid: AC1}}
  box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}
desks:
  desk-a: {channel: box-a}
  line-1: {channel: box-a, target: {number: "+33155500001"}, media: [voice]}
purposes:
  call: {match: [{channel: phone-fr}], routes: {fr: [line-1, desk-a]}, deadline: 24h}
  order: {match: [{}], routes: {fr: [desk-a]}, deadline: 24h}
"""
LONG = 172
WELL = 3
KINDS = ("shop", "messenger-fr", "sms-fr", "phone-fr")
EVERY = 60 // len(KINDS)
SERVICES = {
    "table": ("dynamodb",),
    "queue": ("sqs",),
    "secrets": ("secretsmanager",),
    "all": ("dynamodb", "sqs", "secretsmanager", "s3"),
}
FAULTS = ("refuses", "throttles", "hangs")
EVERYTHING = [(services, fault) for services in SERVICES for fault in FAULTS]
SHORT = [("table", "hangs"), ("queue", "hangs"), ("secrets", "hangs"), ("all", "throttles")]
PLAYED = EVERYTHING if os.environ.get("BASCULE_DRILL") == "full" else SHORT
TWO_SECONDS = 2.0


class Drill:
    """One deployment before a sick cloud: a warm container at the door, one of workers, now and then a cold one."""

    def __init__(self, folder):
        self.world = World(PLAN)
        secrets = self.world.ports.secrets.channels
        secrets["messenger-fr"] = {"app_secret": ("s",), "verify_token": ("v",), "page_token": ("p",)}
        secrets["sms-fr"] = secrets["phone-fr"] = {"auth_token": ("t",)}
        self.cloud = Cloud(self.world.clock)
        self.numbers, self.ids, self.random = count(1), count(1), random.Random(172)  # noqa: S311 - a drill
        self.world.wired, self.warm = self.container(), self.container()
        pack(self.world.ports, folder)
        self.bundle = ((folder / "snapshot.json").read_text(), (folder / "plan.json").read_text())
        self.told, self.waits, self.refused, self.held = {}, [], {}, set()
        self.sent = defaultdict(list)
        base = "https://bascule.example/hooks/"
        self.page = Messenger(url=f"{base}messenger-fr", page="104001", app_secret="s")
        self.lines = {
            name: Twilio(url=f"{base}{name}", account_sid="AC1", number="+33155500000", auth_token="t")
            for name in ("sms-fr", "phone-fr")
        }

    def container(self):
        made = CloudPorts(self.world.ports, self.cloud, next(self.numbers))
        wired = Wired(stores=made, http=self.world.desks, clock=self.world.clock, settings=SETTINGS)
        wired.situations.bundle = lambda: self.bundle
        return wired

    def request(self, channel, person, id_):
        """What this person writes, as the vendor signs it now."""
        now = self.world.clock.now()
        if channel == "shop":
            event = {"type": "contact.message", "data": {"customer": {"id": person}, "text": id_}}
            return self.world.signed(event, id_)
        if channel == "messenger-fr":
            signed = self.page.text(person, id_, id_, now)
        elif channel == "sms-fr":
            signed = self.lines[channel].sms(person, id_, id_)
        else:
            signed = self.lines[channel].call(person, id_)
        headers = {name.lower(): value for name, value in signed.headers.items()}
        return Request(url=f"/hooks/{channel}", headers=headers, body=signed.body)

    def post(self, wired, channel, request):
        """The vendor's call: the answer as the handler gives it, whether it was held, the seconds that it took."""
        began, held = self.world.clock.now(), False
        try:
            handled = wired.acceptance.receive(channel, request, began)
            answer, held = handled.answer, handled.overflow
        except (NoSituation, MissingSetting, UnknownKind, Unavailable):
            answer = ask_again(wired.situations, channel, began)
        return answer, held, (self.world.clock.now() - began).total_seconds()

    def writes(self, wired, channel, minute):
        """Somebody writes; every seventh request comes twice."""
        id_ = f"{channel}-{next(self.ids)}"
        person = f"+3360000{minute // 3:04d}"
        request = self.request(channel, person, id_)
        for _ in range(2 if len(self.told) % 7 == 0 else 1):
            answer, held, took = self.post(wired, channel, request)
            self.held |= {id_} if held else set()
            if 200 <= answer.code < 300:
                self.waits.append(took)
                self.refused.pop(id_, None)
                self.told[id_] = channel
            elif id_ not in self.told:
                self.refused[id_] = (channel, person, answer)
        self.sent[channel, person].append(id_)

    def traffic(self, minutes, first=0):
        """Minute by minute: one contact of each kind, the tick while its table answers, the workers while queues do."""
        clock = self.world.clock
        start = clock.now()
        for minute in range(minutes):
            for place, channel in enumerate(KINDS):
                at = minute * 60 + place * EVERY
                clock.advance(max(0.0, at - (clock.now() - start).total_seconds()))
                self.writes(self.warm, channel, first + minute)
            if minute % 20 == 10:
                self.writes(self.container(), KINDS[minute // 20 % len(KINDS)], first + minute)
            if "dynamodb" not in self.cloud.faults:
                self.tick()
            if "sqs" not in self.cloud.faults and minute % 10 == 0:
                self.replays() if "dynamodb" in self.cloud.faults else self.work()

    def tick(self):
        try:
            self.world.wired.tick.minute()
        except Unavailable:
            assert self.cloud.faults
        self.world.ports.queues.take_notes("probes")

    def work(self):
        """The workers, served in no order, as SQS serves."""
        for served in (
            self.world.ports.queues.notes,
            self.world.ports.queues.rung,
            self.world.posts,
            self.world.bells,
        ):
            self.random.shuffle(served)
        self.world.run()

    def replays(self):
        """The overflow queue alone, while the table is sick: what could not be stored is put back."""
        notes = self.world.ports.queues.take_notes("overflow")
        self.random.shuffle(notes)
        with use(self.world.wired):
            for note in notes:
                came = replay_overflow({"Records": [{"messageId": "1", "body": note.body}]}, None)
                assert came == {"batchItemFailures": []}

    def ask_again(self):
        """Vendors that were told to, in the order in which their own lists are."""
        for id_, (channel, person, _) in list(self.refused.items()):
            answer, _, _ = self.post(self.warm, channel, self.request(channel, person, id_))
            assert 200 <= answer.code < 300
            self.told[id_] = channel
            self.world.clock.advance(1)

    def drain(self):
        """Until nothing is queued and nothing is rung; 15 minutes at most."""
        for second in range(0, 900, 10):
            self.work()
            if second % 60 == 0:
                self.tick()
            self.world.clock.advance(10)
        assert [note for note in self.world.ports.queues.notes if note.queue == "overflow"] == []
        assert [note for _, note in self.world.posts if note.queue == "overflow"] == []

    def rows(self):
        return self.world.ports.contacts.page(10_000)[0]

    def decision(self):
        """What the warm container decides now, about a contact of the shop, and by what."""
        now = self.world.clock.now()
        situation = self.warm.situations.read(now)
        parsed = self.warm.registry.get(situation.plan, "shop").parse(
            self.request("shop", "ann", "last"), now
        )
        return contact_row("shop", parsed.contacts[0], situation, now).decision, situation, now


def play(folder, services, fault):
    drill = Drill(folder)
    drill.traffic(WELL)
    drill.work()
    with drill.cloud.failing(**dict.fromkeys(services, fault)):
        drill.traffic(LONG, WELL)
        drill.last = drill.decision()
    drill.later = dict(drill.refused)
    drill.waited = list(drill.waits)
    drill.world.clock.advance(5)
    drill.ask_again()
    drill.drain()
    return drill


@pytest.fixture(scope="module")
def played():
    """What was played already: in whatever order the tests come, each play is told once."""
    return {}


@pytest.fixture(params=PLAYED, ids="-".join)
def drill(request, played, tmp_path_factory):
    """Each service alone and all together, each in every way; the tests look at what was seen."""
    if request.param not in played:
        services, fault = request.param
        told = play(tmp_path_factory.mktemp("bundle"), SERVICES[services], fault)
        told.sick, told.fault = services, fault
        played[request.param] = told
    return played[request.param]


def test_everybody_is_accepted_or_told_to_ask_again_in_the_vendors_own_way(drill):
    channels = drill.warm.situations.read(drill.world.clock.now()).plan.channels
    odd = [id_ for id_, (name, _, said) in drill.later.items() if said != kind(channels[name].kind).later]

    assert len(drill.told) >= LONG * len(KINDS)
    assert odd == []


def test_while_one_service_stands_everybody_is_accepted(drill):
    if drill.sick == "all":
        assert drill.later
    else:
        assert drill.later == {}


def test_of_a_hundred_who_are_thanked_ninety_nine_wait_two_seconds_at_most(drill):
    assert percentile(drill.waited, 0.99) <= TWO_SECONDS


def test_decisions_go_on_and_say_how_old_what_they_look_at_is(drill):
    decision, situation, now = drill.last
    age = (millis(now) - situation.version) / 60_000

    assert decision.partition("|")[0] != LAST_RANK
    if "dynamodb" in SERVICES[drill.sick]:
        assert situation.stale
        assert decision.split("|")[2] == "s"
        assert LONG - 1 <= age <= LONG + 4
    else:
        assert (situation.stale, age < 2) == (False, True)


def test_afterwards_everybody_has_one_row_and_one_alone(drill):
    ids = [row.contact.provider_id for row in drill.rows() if row.kind is ContactKind.CONTACT]
    calls = {row.contact.conversation for row in drill.rows() if row.channel == "phone-fr"}

    assert len(ids) == len(set(ids))
    assert set(drill.told) <= set(ids) | calls


def test_afterwards_desks_have_everybody_who_wrote_once_and_in_order(drill):
    texts = [event["data"]["text"] for event in drill.world.desks.contacts("a.example")]
    written = {who: ids for who, ids in drill.sent.items() if who[0] != "phone-fr"}

    assert sorted(text for text in texts if text in drill.told) == sorted(
        id_ for ids in written.values() for id_ in ids
    )
    place = {text: number for number, text in enumerate(texts)}
    for ids in written.values():
        # Who came through between two that were held goes first; among themselves each keep their order. While a
        # service takes every fourth call, an earlier one may be put back as a later one is stored: then there is none.
        for some in (drill.held & set(ids), set(ids) - drill.held - drill.later.keys()):
            kept = sorted(some, key=place.get) == [id_ for id_ in ids if id_ in some]
            assert kept or drill.fault == "throttles"


def test_who_called_and_was_only_held_is_called_back(drill):
    called_back = [row for row in drill.rows() if row.kind is ContactKind.CALLBACK]

    assert (len(called_back) > LONG // 2) == (drill.sick == "table")
    assert {row.work.state for row in called_back} <= {RowState.DELIVERED}
