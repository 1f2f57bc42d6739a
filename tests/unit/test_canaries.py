"""Canaries as a story: our own test contact is sent, comes back through the door, and says whether the way in works."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.health import Rules, State, believe
from chalicelib.domain.model import ContactKind, EvidenceClass, Outcome
from chalicelib.domain.outbox import RowState
from chalicelib.handlers import probing, workers
from chalicelib.http_types import MaybeSent, NotSent, Request
from chalicelib.service.canary_turns import Pace, canary_note, purse
from chalicelib.service.operate.contacts import Filter
from chalicelib.wiring import Wired, use
from tests.world import PLAN, SETTINGS, World

SILENT = EvidenceClass.SILENT
PATH = "shop#in#fr"
SHOP = 'settings: {url: "https://shop.example/in"}'
RULES = Rules()


def plan(canary: str = "{from: tester, every: 5m, wait: 30s, most_per_day: 600}") -> str:
    return PLAN.replace(SHOP, f"{SHOP}, canary: {canary}")


class Loop:
    """A world whose own webhook address is led back to its door; `lost` swallows every so many-th canary."""

    def __init__(self, text: str = "") -> None:
        self.world = World(text or plan())
        self.lost, self.sent, self.handled, self.late = 0, 0, [], []
        self.world.desks.on_call = self._call

    def _call(self, call) -> None:
        if call.url == "https://bascule.example/hooks/shop":
            self.sent += 1
            request = Request(headers=dict(call.headers), body=call.body, url="/hooks/shop")
            if self.lost and self.sent % self.lost == 0:
                self.late.append(request)
            else:
                self.arrive(request)

    def arrive(self, request) -> None:
        self.handled.append(self.world.wired.acceptance.receive("shop", request, self.world.clock.now()))

    def canary(self, pace: Pace = Pace.CALM) -> str:
        """Send one now; the next is due at another time."""
        world = self.world
        world.clock.advance(10)
        return probing.canaries(world.wired).run(canary_note("shop", world.clock.now(), pace).body)

    def settle(self, seconds: float = 36) -> None:
        self.world.run()
        self.world.clock.advance(seconds)
        self.world.run()

    def rows(self):
        return self.world.ports.contacts.page(10_000)[0]

    def silent(self):
        return self.world.ports.health.everything()[PATH]

    def score(self) -> int:
        found = self.world.ports.health.read([PATH]).get(PATH)
        return found.classes[SILENT].score if found and SILENT in found.classes else 0


def feed(world: World) -> dict:
    return json.loads(world.ports.snapshots.read_feed("fr.en.json"))


@pytest.fixture
def loop():
    return Loop()


def test_a_canary_that_arrives_is_no_contact_and_leaves_a_closed_row(loop):
    assert loop.canary() == "ok"
    loop.settle()

    (row,) = loop.rows()
    (handled,) = loop.handled
    assert (row.kind, row.work.state, row.due_at) == (ContactKind.CANARY, RowState.CLOSED, None)
    assert (handled.answer.code, handled.new, handled.ignored) == (202, 0, 1)
    assert loop.world.desks.contacts("a.example") == loop.world.desks.contacts("b.example") == []


def test_clocks_of_two_machines_and_cut_off_microseconds_lose_no_canary(loop):
    loop.lost = 1
    loop.world.clock.advance(0.593327)
    loop.canary()
    loop.world.clock.advance(-1.5)
    loop.arrive(loop.late[0])
    loop.settle(40)

    assert loop.rows()[0].work.state is RowState.CLOSED


def test_a_canary_counts_when_its_time_is_up_and_not_before(loop):
    loop.lost = 1
    loop.canary()
    loop.settle(10)
    early = loop.score()

    loop.settle(26)

    assert early == 0
    assert loop.score() == RULES.bad


def test_silent_loss_on_the_way_in_is_found_and_healed_by_canaries_alone(loop):
    loop.lost = 1
    for _ in range(5):
        loop.canary(Pace.DOUBT)
    loop.settle()
    opened = believe(loop.silent(), loop.world.clock.now(), RULES)
    while_lost = feed(loop.world)

    loop.lost = 0
    for _ in range(12):
        loop.world.minute()
        if loop.silent().classes[SILENT].state is State.CLOSED:
            break
    loop.world.minute()

    assert (opened.state, opened.worst) == ("down", SILENT)
    assert while_lost["ways"][0]["state"] == "degraded"
    assert loop.silent().classes[SILENT].state is State.CLOSED
    assert feed(loop.world)["ways"][0]["state"] == "open"


def test_a_healthy_channel_gets_its_rhythm_and_no_more(loop):
    for _ in range(60):
        loop.world.minute()

    assert loop.sent == 12


def test_doubt_quickens_the_canaries_to_one_in_ten_seconds(loop):
    loop.lost = 1
    loop.canary()
    loop.settle(35)
    before = loop.sent

    loop.world.minute()

    assert loop.sent - before >= 5


def test_the_same_message_twice_sends_one_canary(loop):
    body = canary_note("shop", loop.world.clock.now(), Pace.CALM).body
    canaries = probing.canaries(loop.world.wired)

    said = [canaries.run(body), canaries.run(body)]

    assert said == ["ok", "sent already"]
    assert (loop.sent, len(loop.rows())) == (1, 1)


def test_a_canary_that_comes_twice_is_counted_once(loop):
    loop.lost = 1
    loop.canary()
    (request,) = loop.late
    loop.arrive(request)
    loop.arrive(request)
    loop.settle()
    loop.settle()

    (row,) = loop.rows()
    assert row.work.state is RowState.CLOSED
    assert loop.score() == 0


def test_a_late_canary_stays_missing_and_is_nobodys_contact(loop):
    loop.lost = 1
    loop.canary()
    loop.settle(36)
    score = loop.score()
    loop.arrive(loop.late[0])
    loop.settle()

    (row,) = loop.rows()
    assert row.work.state is RowState.EXPIRED
    assert loop.score() == score == RULES.bad


def test_one_that_comes_after_its_time_but_before_its_verdict_is_missing_too(loop):
    loop.lost = 1
    loop.canary()
    loop.world.clock.advance(32)
    loop.arrive(loop.late[0])
    loop.settle()

    assert loop.rows()[0].work.state is RowState.EXPIRED


def test_the_days_cap_holds_across_restarts_and_ends_at_midnight():
    loop = Loop(plan("{from: tester, every: 1h, wait: 5s, most_per_day: 48}"))
    said = [loop.canary(Pace.DOUBT) for _ in range(15)]
    world = loop.world
    restarted = Wired(stores=world.ports, http=world.desks, clock=world.clock, settings=SETTINGS)
    world.clock.advance(10)
    note = canary_note("shop", world.clock.now(), Pace.DOUBT)
    after_restart = probing.canaries(restarted).run(note.body)
    loop.world.clock.advance(86_400)

    assert said.count("ok") == 12
    assert after_restart.startswith("the day's cap is reached")
    assert loop.canary(Pace.DOUBT) == "ok"


def test_one_over_the_cap_is_no_evidence():
    loop = Loop(plan("{from: tester, every: 1h, wait: 5s, most_per_day: 48}"))
    for _ in range(13):
        loop.canary(Pace.DOUBT)
    loop.settle()

    assert loop.sent == 12
    assert sorted(row.work.state for row in loop.rows()) == [RowState.CLOSED] * 12 + [RowState.EXPIRED]
    assert loop.score() == 0


def test_doubt_never_spends_what_shows_the_return():
    loop = Loop(plan("{from: tester, every: 1h, wait: 5s, most_per_day: 48}"))
    canary = loop.world.wired.situations.read(loop.world.clock.now()).plan.channels["shop"].canary
    for _ in range(20):
        loop.canary(Pace.DOUBT)

    assert loop.canary(Pace.TRIAL) == loop.canary(Pace.CALM) == "ok"
    assert sum(purse(canary, pace) for pace in Pace) == canary.most == 48


@pytest.mark.parametrize(
    ("fault", "state"),
    [(NotSent("x"), RowState.DEAD), (503, RowState.DEAD), (MaybeSent("x"), RowState.EXPIRED)],
)
def test_a_canary_that_could_not_be_sent_says_nothing_of_the_way_in(loop, fault, state):
    loop.lost = 1
    loop.world.desks.fault["bascule.example"] = fault
    loop.canary()
    loop.settle()

    (row,) = loop.rows()
    assert row.work.state is state
    assert row.work.attempts[-1].outcome is not Outcome.OK
    assert loop.score() == 0


def test_a_sender_that_died_is_no_evidence(loop):
    loop.lost = 1
    loop.canary()
    (row,) = loop.rows()
    loop.world.ports.contacts.save(
        row.key, replace(row.work, state=RowState.SENDING, version=row.work.version + 1)
    )
    loop.settle()

    assert loop.rows()[0].work.state is RowState.EXPIRED
    assert loop.score() == 0


def test_a_person_who_writes_a_canarys_word_is_a_person(loop):
    loop.lost = 1
    loop.canary()
    word = json.loads(loop.late[0].body)["data"]["text"]

    loop.world.say(word, person="ann", id_="m1")
    loop.world.say("canary-aaaaaaaaaaaaaaaaaaaaaaaa", person="tester", id_="m2")
    loop.world.run()

    assert [each["data"]["text"] for each in loop.world.desks.contacts("a.example")] == [
        word,
        "canary-aaaaaaaaaaaaaaaaaaaaaaaa",
    ]


def test_a_canary_made_with_the_key_before_is_still_known(loop):
    loop.lost = 1
    loop.canary()
    loop.world.ports.secrets.keys = (b"the-next-key", *loop.world.ports.secrets.keys)
    loop.arrive(loop.late[0])
    loop.settle()

    assert loop.rows()[0].work.state is RowState.CLOSED


def test_a_canary_that_nothing_durable_could_take_is_to_come_again(loop):
    loop.lost = 1
    loop.canary()
    loop.world.ports.queues.down = True
    loop.arrive(loop.late[0])
    loop.world.ports.queues.down = False
    loop.settle()

    assert loop.handled[-1].answer.code == 503
    assert all(row.kind is ContactKind.CANARY for row in loop.rows())


def test_what_the_channel_lost_before_it_was_opened_is_not_counted_again(loop):
    loop.lost = 1
    for _ in range(9):
        loop.canary(Pace.DOUBT)
    loop.settle()

    silent = loop.silent().classes[SILENT]
    assert (silent.state, silent.gen, silent.score) == (State.OPEN, 1, 0)


def test_canaries_of_a_plan_that_has_them_no_more_are_not_sent(loop):
    loop.world.publish(PLAN)
    late = canary_note("shop", loop.world.clock.now() - timedelta(minutes=3), Pace.CALM)

    assert loop.canary() == "gone"
    loop.world.publish(plan())
    assert probing.canaries(loop.world.wired).run(late.body) == "too late"


def test_the_probe_function_sends_canaries(loop):
    note = canary_note("shop", loop.world.clock.now(), Pace.CALM)

    with use(loop.world.wired):
        failed = workers.probe({"Records": [{"messageId": "1", "body": note.body}]}, None)

    assert failed == {"batchItemFailures": []}
    assert loop.sent == 1


@settings(deadline=None)
@given(st.lists(st.sampled_from(["say", "canary", "lost", "settle", "again"]), max_size=30))
def test_no_figure_of_customers_knows_of_a_canary(steps):
    loop, said = Loop(), 0
    for step in steps:
        if step == "say":
            said += 1
            loop.world.say("bonjour", id_=f"m{said}", person=f"p{said}")
        elif step == "canary":
            loop.lost = 0
            loop.canary()
        elif step == "lost":
            loop.lost = 1
            loop.canary(Pace.DOUBT)
        elif step == "settle":
            loop.settle()
        elif loop.late:
            loop.arrive(loop.late[-1])
    loop.settle()

    listed = [row for row in loop.rows() if Filter().passes(row)]
    handed = loop.world.desks.contacts("a.example") + loop.world.desks.contacts("b.example")
    assert {row.contact.provider_id for row in listed} == {f"m{n + 1}" for n in range(said)}
    assert len(handed) == said
    assert sum(each.new for each in loop.handled) == 0
