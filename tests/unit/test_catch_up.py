"""A provider is away, or our door deaf: what people wrote meanwhile is fetched from its list, once each, in order."""

import json
from datetime import timedelta

import pytest

from chalicelib.domain.model import ContactKind, row_key
from chalicelib.domain.outbox import RowState
from chalicelib.domain.upgrade.times import millis
from chalicelib.ports import Note, Unavailable
from chalicelib.service import catch_up as service
from chalicelib.service.catch_up_turns import begin as begin_by_flips
from chalicelib.service.catch_up_turns import stream_of, wanted
from chalicelib.service.event_words import LANGUAGES
from tests.fakes_http import reply
from tests.unit.listing_side import PATH, Numbers
from tests.world import START


@pytest.fixture
def world():
    """A number whose channel has been well for three minutes."""
    made = Numbers()
    for _ in range(3):
        made.minute()
    return made


def ends(world, channel="sms-fr"):
    """What the ledger has of catch-ups, as (came, fetched, known)."""
    chains = world.ports.ledger.read(stream_of(channel), START, world.clock.now() + timedelta(hours=1))
    told = [entry.entry for entries in chains.values() for entry in entries]
    return [(one["came"], int(one["fetched"]), int(one["known"])) for one in told]


def fetched(world):
    return [event.about for event in world.ports.events.published if event.type == "contacts.fetched"]


def begin(world, minutes=60, channel="sms-fr"):
    """An operator asks for the last so many minutes."""
    now = world.clock.now()
    world.ports.queues.put(wanted(channel, now, "closed", now - timedelta(minutes=minutes)))


def deaf(world, *texts, apart=1):
    """People write, and none of it is told to us."""
    world.deaf = True
    signed = []
    for words in texts:
        signed.append(world.text(words))
        world.clock.advance(apart)
    world.deaf = False
    return signed


class TestAnOutage:
    def test_what_was_written_meanwhile_comes_once_and_in_order(self, world):
        world.text("before")
        world.outage(10, "one", "two", "three")
        for _ in range(6):
            world.minute()

        assert world.handed() == ["before", "one", "two", "three"]
        assert ends(world)[0] == ("whole", 3, 1)
        assert all(new == 0 for _, new, _ in ends(world)[1:])

    def test_the_people_who_listen_hear_of_it_once_in_both_languages(self, world):
        world.outage(10, "one", "two")
        for _ in range(6):
            world.minute()

        (told,) = fetched(world)
        assert (told["channel"], told["fetched"], told["came"], told["loud"]) == ("sms-fr", 2, "whole", True)
        assert set(told["text"]) == set(LANGUAGES)
        assert all("2" in words and "sms-fr" in words for words in told["text"].values())

    def test_the_list_is_asked_from_the_last_contact_before_the_departure(self, world):
        world.text("long before")
        world.minute()
        for _ in range(60):
            world.minute()
        deaf(world, "in the hour that nobody noticed")
        for _ in range(20):
            world.minute()
        world.outage(10)
        for _ in range(6):
            world.minute()

        assert world.handed() == ["long before", "in the hour that nobody noticed"]

    def test_the_provider_brings_the_webhooks_after_all_and_nothing_is_doubled(self, world):
        late = []
        world.deaf = world.gone = True
        for number in range(10):
            late.append(world.text(f"text {number}"))
            world.minute()
        world.deaf = world.gone = False
        for _ in range(6):
            world.minute()

        answers = [world.bring(signed) for signed in late]
        world.run()

        assert [handled.duplicates for handled in answers] == [1] * 10
        assert world.handed() == [f"text {number}" for number in range(10)]

    def test_a_way_in_that_never_went_is_left_alone(self, world):
        for _ in range(10):
            world.minute()

        assert not [call for call in world.asked if "Messages.json?" in call.url]


class TestOneContact:
    def test_it_has_the_providers_time_and_a_deadline_that_can_still_be_kept(self, world):
        (signed,) = deaf(world, "hello")
        written = world.clock.now() - timedelta(seconds=1)
        for _ in range(300):
            world.clock.advance(60)
        begin(world, minutes=360)
        world.step()

        row = world.row_of(signed)
        assert row.accepted_at == written.replace(microsecond=0)
        assert row.contact.sent_at == row.accepted_at
        assert row.deadline == world.clock.now() + timedelta(hours=4)
        assert row.contact.traits["caught_up"]

    def test_two_of_the_same_second_keep_the_lists_order(self, world):
        signed = deaf(world, "first", "second", "third", apart=0)
        world.clock.advance(5)
        begin(world)
        world.step()
        world.run()

        times = [world.row_of(one).accepted_at for one in signed]
        assert times == sorted(set(times))
        assert world.handed() == ["first", "second", "third"]

    def test_our_own_canary_in_the_list_is_nobodys_contact_and_did_not_come_in(self):
        world = Numbers(PLAN_WITH_CANARY)
        for _ in range(3):
            world.minute()
        canaries = [call for call in world.asked if call.method == "POST"]
        listed = world.fake.lists.page("Messages", {})["messages"]
        for one in listed:
            world.fake.lists.note("Messages", "SMin", {**one, "direction": "inbound"}, world.clock.now())
        begin(world)
        world.step()

        rows, _ = world.ports.contacts.page(100)
        assert canaries
        assert {row.kind for row in rows} == {ContactKind.CANARY}
        assert not [note for note in world.ports.queues.notes if note.queue == "evidence"]


PLAN_WITH_CANARY = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  sms-fr: {kind: twilio_sms, account: "+33755500000", market: fr, base: "https://numbers.example", settings: {account_sid: SID},
    canary: {from: "+33755500099", every: 1m, wait: 45s, most_per_day: 1500}}
  box: {kind: webhook, settings: {url: "https://a.example/in"}}
desks:
  desk-box: {channel: box, target: {queue: sales}}
purposes:
  order: {match: [{}], routes: {fr: [desk-box]}, deadline: 4h}
"""  # noqa: E501


class TestCalls:
    def test_a_missed_call_is_called_back_and_one_that_we_know_is_not(self, world):
        world.called("CA1", "+33600000001")
        world.called("CA2", "+33600000002")
        known = world.fake._side("https://bascule.example/hooks/phone-fr").call("+33600000003", "CA3")
        world.bring(known, "phone-fr")
        world.called("CA3", "+33600000003")
        world.clock.advance(5)
        begin(world, channel="phone-fr")
        world.step()
        world.run()

        rows, _ = world.ports.contacts.page(100)
        wishes = {row.contact.party.address for row in rows if row.kind is ContactKind.CALLBACK}
        assert wishes == {"+33600000001", "+33600000002"}
        assert ends(world, "phone-fr") == [("whole", 2, 1)]
        assert len(world.desks.contacts("a.example")) == 2

    def test_the_call_itself_is_kept_as_informed_under_the_key_of_its_webhook(self, world):
        world.called("CA1")
        world.clock.advance(5)
        begin(world, channel="phone-fr")
        world.step()

        row = world.ports.contacts.get(row_key("phone-fr", world.fake.account, "CA1"))
        assert row.work.state is RowState.INFORMED

    def test_asked_for_twice_it_is_one_call_back(self, world):
        world.called("CA1")
        world.clock.advance(5)
        for _ in range(2):
            begin(world, channel="phone-fr")
            world.step()
            world.clock.advance(1)

        rows, _ = world.ports.contacts.page(100)
        assert [row.kind for row in rows].count(ContactKind.CALLBACK) == 1
        assert ends(world, "phone-fr") == [("whole", 1, 0), ("whole", 0, 1)]


class TestInPieces:
    def test_more_than_one_page_bears_is_fetched_piece_by_piece_in_order(self, world, small):
        deaf(world, *(f"text {number}" for number in range(40)), apart=20)
        begin(world)
        steps = 0
        while not ends(world):
            steps += len(world.step())
            world.clock.advance(20)
        world.run()

        assert steps > 4
        assert world.handed() == [f"text {number}" for number in range(40)]
        assert ends(world) == [("whole", 40, 0)]

    @pytest.mark.parametrize("crash", range(1, 7))
    def test_who_dies_in_the_middle_has_it_done_again_and_counted_once(self, world, small, crash):
        deaf(world, *(f"text {number}" for number in range(12)), apart=20)
        begin(world)
        dying = Dying(world.ports.contacts, crash)
        while not ends(world):
            before = [n for n in world.ports.queues.notes if n.queue == "probes"]
            try:
                dying.arm()
                world.step()
            except Unavailable:
                world.ports.queues.notes += [n for n in before if n not in world.ports.queues.notes]
            dying.disarm()
            world.clock.advance(20)
        world.run()

        assert dying.died
        assert world.handed() == [f"text {number}" for number in range(12)]
        assert ends(world) == [("whole", 12, 0)]

    def test_a_minute_bears_only_so_many_pages_and_the_rest_waits(self, world, small):
        deaf(world, *(f"text {number}" for number in range(80)), apart=20)
        begin(world)
        pages = lambda: len([call for call in world.asked if "Messages.json?" in call.url])  # noqa: E731
        world.clock.advance(60 - int(world.clock.now().timestamp()) % 60)
        while world.step():
            pass
        in_one_minute = pages()
        (waiting,) = [n for n in world.ports.queues.notes if '"catch_up"' in n.body]

        assert in_one_minute == service.PAGES_A_MINUTE
        assert 0 < waiting.delay <= 60

    def test_one_second_that_holds_more_than_can_be_listed_is_told_as_cut(self, world, small):
        deaf(world, *(f"text {number}" for number in range(9)), apart=0)
        world.clock.advance(5)
        begin(world, minutes=1)
        for _ in range(20):
            world.step()
            world.clock.advance(30)

        ((came, new, _),) = ends(world)
        assert (came, new) == ("cut", service.PAGES * SMALL)
        assert fetched_words(world)["fr"].endswith("(cut).")


SMALL = 1


def fetched_words(world):
    world.run()
    (told,) = fetched(world)
    return told["text"]


@pytest.fixture
def small(world):
    """A list that gives a single message a page."""
    page = world.fake.lists.page
    world.fake.lists.page = lambda resource, query: page(resource, {**query, "PageSize": str(SMALL)})


class Dying:
    """A contact store that fails at one of its writes, once."""

    def __init__(self, store, at):
        self.store, self.at, self.died = store, at, False
        self.add, self.count, self.armed = store.add, 0, False
        store.add = self

    def arm(self):
        self.armed = not self.died

    def disarm(self):
        self.armed = False

    def __call__(self, row):
        known = self.add(row)
        self.count += self.armed
        if self.armed and self.count == self.at:
            self.died = True
            raise Unavailable("the row is stored, and its writer dies")
        return known


class TestRefused:
    def test_a_provider_that_wants_us_to_wait_is_not_asked_before(self, world):
        deaf(world, "hello")
        world.throttle = reply(429, {"code": 20429}, headers={"retry-after": "120"})
        begin(world)
        world.step()
        (waiting,) = [n for n in world.ports.queues.notes if '"catch_up"' in n.body]
        asked = len(world.asked)
        world.throttle = None
        early = run(world, waiting)
        world.clock.advance(121)
        run(world, waiting)

        assert waiting.delay == 120
        assert ("goes on" in early, len(world.asked) - asked) == (True, 1)
        assert ends(world) == [("whole", 1, 0)]

    def test_one_that_stays_away_is_asked_ever_more_seldom_and_given_up_loudly(self, world):
        deaf(world, "hello")
        world.gone = True
        begin(world)
        delays = []
        while not ends(world):
            world.step()
            waiting = [n for n in world.ports.queues.notes if '"catch_up"' in n.body]
            delays += [n.delay for n in waiting]
            world.ports.queues.notes[:] = [
                Note(queue=n.queue, body=n.body) if n in waiting else n for n in world.ports.queues.notes
            ]
            world.clock.advance(delays[-1])

        assert delays[:7] == [15, 30, 60, 120, 240, 480, 900]
        assert ends(world) == [("outage", 0, 0)]
        assert fetched_words(world)["en"].endswith("(outage).")

    def test_a_refused_account_ends_it_at_once(self, world):
        world.throttle = reply(401, {"code": 20003})
        begin(world)
        world.step()

        assert ends(world) == [("auth", 0, 0)]

    def test_a_kind_without_a_list_says_so(self, world):
        begin(world, channel="box")

        assert world.step() == ["this kind has no list"]

    def test_a_channel_that_the_plan_has_no_more_is_gone(self, world):
        begin(world, channel="fax")

        assert world.step() == ["gone"]

    def test_without_a_known_departure_an_hour_is_asked_for(self, world):
        now = world.clock.now()
        world.ports.queues.put(wanted("sms-fr", now, "closed"))
        world.step()

        chains = world.ports.ledger.read(stream_of("sms-fr"), START, now + timedelta(hours=1))
        ((entry,),) = chains.values()
        assert entry.entry["since"] == str(millis(now - timedelta(hours=1)))


def run(world, note):
    """This message comes now."""
    world.ports.queues.notes[:] = [Note(queue="probes", body=json.dumps(json.loads(note.body)))]
    return world.step()[0]


@pytest.mark.parametrize(
    ("told", "begun"),
    [
        ({"path": "sms-fr#in#fr", "before": "open", "after": "trial"}, True),
        ({"path": "sms-fr#in#fr", "before": "trial", "after": "closed"}, True),
        ({"path": "sms-fr#in#fr", "after": "closed", "because": "not_told"}, True),
        ({"path": "sms-fr#in#fr", "before": "closed", "after": "open"}, False),
        ({"path": "sms-fr#out#fr", "before": "trial", "after": "closed"}, False),
        ({"path": "fax#in#fr", "before": "trial", "after": "closed"}, False),
        ({"path": 7, "after": "closed"}, False),
        ({"operation": "load"}, False),
    ],
)
def test_each_return_of_a_way_in_begins_one_also_where_its_finder_died(world, told, begun):
    now = world.clock.now()
    begin_by_flips(
        world.ports.queues, world.wired.situations.read(now).plan, [json.dumps({**told, "at": millis(now)})]
    )

    assert len([n for n in world.ports.queues.notes if '"catch_up"' in n.body]) == begun


@pytest.mark.parametrize("note", ["", "[]", "7", "null", "{"])
def test_other_rings_of_that_queue_begin_nothing(world, note):
    begin_by_flips(world.ports.queues, world.wired.situations.read(world.clock.now()).plan, [note])

    assert not [n for n in world.ports.queues.notes if '"catch_up"' in n.body]


def test_a_path_that_flaps_asks_in_a_trial_only_for_what_came_since_the_last_time(world):
    world.outage(10, "one")
    for _ in range(6):
        world.minute()
    (first, *_) = world.ports.ledger.entries(stream_of("sms-fr"), world.clock.now())
    now = world.clock.now()
    world.ports.queues.put(wanted("sms-fr", now, "trial"))
    world.step()

    last = world.ports.ledger.entries(stream_of("sms-fr"), now)[-1]
    assert int(last.entry["since"]) > int(first.entry["until"]) - 120_001
    assert PATH.startswith(last.entry["channel"])
