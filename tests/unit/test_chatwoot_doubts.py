"""A Chatwoot whose answer was lost is asked what it has: agents get every contact exactly once, or a person decides."""

import pytest

from chalicelib.domain.outbox import RowState
from chalicelib.http_types import MaybeSent, Request
from infra.local.fakes.chatwoot import ChatwootFake
from infra.local.fakes.vendor_desks import Chatwoot
from tests.contract.fake_api import FakeApi
from tests.fakes_http import reply
from tests.unit.crashing import Crash
from tests.world import PLAN, World

CHATWOOT = PLAN.replace(
    'box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}',
    'box-a: {kind: chatwoot, account: "1", base: "https://a.example", settings: {inbox: INBOX, inbox_id: "1"}}',
).replace("[desk-a, desk-b]", "[desk-a]")


class Talking(World):
    """The world with a Chatwoot. `lose` says what becomes of the words on their way, `change` what its list tells."""

    def __init__(self):
        self.fake, self.lose = ChatwootFake("talks"), ""
        self.api = FakeApi(self.fake, 0.0)
        super().__init__(CHATWOOT.replace("INBOX", self.fake.settings["inbox"]))
        self.wired.registry.http = self

    def send(self, call):
        self.api.now = self.clock.now().timestamp()
        words = call.method == "POST" and call.url.endswith("/messages")
        if words and self.lose == "before":
            raise MaybeSent("the body left")
        answer = self.api.send(call)
        if words and self.lose == "after":
            raise MaybeSent("no answer came")
        if words and self.lose == "worker":
            raise Crash
        return answer

    def wait(self, seconds):
        """Time goes on, with its sweeps."""
        for _ in range(seconds // 15):
            self.clock.advance(15)
            self.wired.tick.minute()
            self.run()

    def lost(self, how, text="Où est ma commande ?", id_="m1"):
        """Somebody writes, and what leads to the agents is lost there; then all is well again."""
        self.lose = how
        self.say(text, id_=id_)
        try:
            self.run()
        except Crash:
            assert how == "worker"
        self.lose = ""

    def messages(self):
        """What the agents have: each message's words, in their order."""
        return [one for talk in self.fake._talks.values() for one in talk["messages"]]

    def words(self):
        return [one["content"] for one in self.messages()]

    def state(self, id_="m1"):
        return self.row(id_).work.state


@pytest.fixture
def world():
    return Talking()


@pytest.mark.parametrize("how", ["after", "worker"])
def test_what_the_agents_have_is_found_and_never_handed_over_again(world, how):
    world.lost(how)
    before = world.state()
    world.wait(240)

    work = world.row().work
    assert before in (RowState.UNKNOWN, RowState.SENDING)
    assert world.words() == ["Où est ma commande ?"]
    assert work.state is RowState.DELIVERED
    assert work.attempts[-1].detail == "found in the provider's list"
    assert work.provider_id in world.fake._talks


def test_what_never_arrived_is_handed_over_once_but_only_when_the_list_had_time(world):
    world.lost("before")
    world.wait(30)
    early = (world.words(), world.state())
    world.wait(240)

    assert early == ([], RowState.UNKNOWN)
    assert world.words() == ["Où est ma commande ?"]
    assert world.state() is RowState.DELIVERED


@pytest.mark.parametrize("second", ["after", "before", "worker"])
def test_who_says_the_same_twice_is_heard_twice_whatever_became_of_the_second(world, second):
    world.say("allô ?")
    world.run()
    world.clock.advance(4)
    world.lost(second, "allô ?", "m2")
    world.wait(300)

    assert world.words() == ["allô ?", "allô ?"]
    assert (world.state("m1"), world.state("m2")) == (RowState.DELIVERED, RowState.DELIVERED)


def test_two_alike_in_doubt_each_find_their_own(world):
    world.lost("after", "allô ?", "m1")
    world.clock.advance(2)
    world.lost("before", "allô ?", "m2")
    world.wait(300)

    assert world.words() == ["allô ?", "allô ?"]
    assert (world.state("m1"), world.state("m2")) == (RowState.DELIVERED, RowState.DELIVERED)


def test_other_words_of_the_same_half_minute_that_we_know_of_are_no_doubt(world):
    world.say("Bonjour")
    world.run()
    world.lost("before", id_="m2")
    world.wait(240)

    assert world.words() == ["Bonjour", "Où est ma commande ?"]
    assert world.state("m2") is RowState.DELIVERED


def test_words_that_an_agent_took_away_are_never_handed_over_again(world):
    world.lost("after")
    world.messages()[0]["content"] = "This message was deleted"
    world.wait(1_200)

    assert len(world.words()) == 1
    assert world.state() is RowState.DEAD
    assert world.row().work.attempts[-1].detail == "the provider's look-up does not say"


def test_a_list_that_cannot_be_read_leaves_it_to_a_person(world):
    world.lost("after")
    world.api.change = lambda call, answer: reply(200, "<html>") if call.method == "GET" else answer
    world.wait(1_200)

    assert len(world.words()) == 1
    assert world.state() is RowState.DEAD


def test_an_inbox_that_is_gone_says_nothing_of_the_person(world):
    world.lost("after")
    world.fake.settings["inbox"] = "another"
    world.wait(1_200)

    assert len(world.words()) == 1
    assert world.state() is RowState.DEAD


def test_the_agents_word_finds_the_contact_that_was_found_in_the_list(world):
    world.ports.secrets.channels["box-a"] = {"webhook_secret": (world.fake.secrets["webhook_secret"],)}
    world.lost("after")
    world.wait(60)
    side = Chatwoot(url="https://bascule.example/hooks/box-a", secret=world.fake.secrets["webhook_secret"])
    signed = side.resolved(world.row().work.provider_id, world.clock.now())
    headers = {name.lower(): value for name, value in signed.headers.items()}
    request = Request(url=signed.url, headers=headers, body=signed.body)
    world.wired.acceptance.receive("box-a", request, world.clock.now())
    world.run()

    assert world.state() is RowState.CLOSED
