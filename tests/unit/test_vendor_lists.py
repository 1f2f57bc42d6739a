"""A provider's own list settles doubts: an ambiguous send, a receipt that does not come, a receipt that lies."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.health import State
from chalicelib.domain.model import ContactKind, EvidenceClass, Outcome, Receipt, ReceiptState
from chalicelib.domain.outbox import RowState
from chalicelib.domain.vendor_lists.seen import AUDITED, Recent, Seen, audited, seen_of
from chalicelib.http_types import MaybeSent
from chalicelib.service import lists
from chalicelib.service.proof import reconciled_of
from chalicelib.service.wire import Evidence, dump_evidence
from tests.fakes_http import reply
from tests.unit.listing_side import PLAN, Numbers
from tests.world import START

OUT = "sms-fr#out#fr"
REPORTED = PLAN.replace(
    'settings: {account_sid: SID},\n    door: {url: "sms:',
    'settings: {account_sid: SID, status_callback: "https://bascule.example/hooks/sms-fr", receipt_wait: "60"},\n'
    '    door: {url: "sms:',
)


class Answering(Numbers):
    """Agents answer people by text message; `lose` says what becomes of the answer to our own request."""

    def __init__(self, plan: str = REPORTED) -> None:
        super().__init__(plan)
        self.lose = ""
        self.keys: list[str] = []

    def send(self, call):
        posted = call.method == "POST" and "Messages.json" in call.url
        if posted and self.lose == "before":
            raise MaybeSent("the body left")
        answer = super().send(call)
        if posted and self.lose == "after":
            raise MaybeSent("no answer came")
        return answer

    def answer(self, number: int, words: str = "Bonjour", *, person: str = "") -> str:
        """Somebody writes and an agent answers; the key of the answer's row."""
        contact = self.row_of(self.text("?", person or f"+3360000{number:04d}"))
        self.run()
        about = {"type": "contact.reply", "data": {"reference": contact.key, "text": words}}
        self.ports.secrets.channels.setdefault("box", self.ports.secrets.channels.get("shop", {}))
        self.wired.acceptance.receive("box", self.signed(about, f"r{number}"), self.clock.now())
        self.run()
        rows, _ = self.ports.contacts.page(1000)
        found = [row.key for row in rows if row.kind is ContactKind.REPLY and row.key not in self.keys]
        self.keys += found
        return found[-1]

    def row(self, key):
        return self.ports.contacts.get(key)

    def wait(self, seconds: float) -> None:
        """Time goes on, with its sweeps."""
        for _ in range(int(seconds / 15)):
            self.clock.advance(15)
            self.wired.tick.minute()
            self.run()

    def sent_to_people(self):
        page = self.fake.lists.page("Messages", {"PageSize": "1000"})["messages"]
        return [one for one in page if one["direction"] == "outbound-api"]

    def hear(self, key: str, state: ReceiptState, outcome: Outcome = Outcome.OK) -> None:
        """The provider's receipt comes in."""
        about = Receipt(provider_id=self.row(key).work.provider_id, state=state, outcome=outcome)
        self.wired.hearing.take(
            dump_evidence(Evidence(channel="sms-fr", account=self.fake.account, about=about))
        )

    def seen(self) -> Counter:
        chains = self.ports.ledger.read(reconciled_of(OUT), START, self.clock.now() + timedelta(hours=1))
        return Counter(entry.entry["seen"] for entries in chains.values() for entry in entries)


@pytest.fixture
def world():
    return Answering()


class TestAmbiguousSends:
    def test_one_that_went_is_found_and_never_sent_again(self, world):
        world.lose = "after"
        key = world.answer(1)
        doubtful = world.row(key).work.state
        world.lose = ""
        world.wait(30)

        (message,) = world.sent_to_people()
        row = world.row(key)
        assert doubtful is RowState.UNKNOWN
        assert (row.work.state, row.work.provider_id) == (RowState.DELIVERED, message["sid"])

    def test_what_the_list_says_of_it_later_finds_its_row(self, world):
        world.lose = "after"
        key = world.answer(1)
        world.fake.lists.settle(world.sent_to_people()[0]["sid"], "sent")
        world.lose = ""
        world.wait(30)
        known = world.row(key).work.state
        world.hear(key, ReceiptState.DELIVERED)

        assert known is RowState.SENT
        assert world.row(key).work.state is RowState.DELIVERED

    def test_one_that_failed_there_goes_the_way_of_every_failure(self, world):
        world.lose = "after"
        key = world.answer(1)
        world.fake.lists.settle(world.sent_to_people()[0]["sid"], "undelivered", error_code=30005)
        world.lose = ""
        world.wait(30)

        assert world.row(key).work.state is RowState.DEAD

    def test_one_that_did_not_go_is_sent_once_more_but_only_when_the_list_had_time(self, world):
        world.lose = "before"
        key = world.answer(1)
        world.lose = ""
        world.wait(30)
        early = (len(world.sent_to_people()), world.row(key).work.state)
        world.wait(120)

        assert early == (0, RowState.UNKNOWN)
        assert len(world.sent_to_people()) == 1
        assert world.row(key).work.state is RowState.SENT

    def test_a_list_that_does_not_say_leaves_it_to_a_person(self, world):
        world.lose = "after"
        key = world.answer(1)
        world.lose, world.throttle = "", reply(401, {"code": 20003})
        world.wait(1800)

        row = world.row(key)
        assert row.work.state is RowState.DEAD
        assert row.work.attempts[-1].detail == "the provider's look-up does not say"
        assert len(world.sent_to_people()) == 1

    def test_words_that_the_list_spells_in_another_way_are_never_sent_again(self, world):
        world.lose = "after"
        key = world.answer(1)
        world.fake.lists.settle(world.sent_to_people()[0]["sid"], "delivered", body="BONJOUR")
        world.lose = ""
        world.wait(1800)

        assert len(world.sent_to_people()) == 1
        assert world.row(key).work.state is RowState.DEAD

    def test_of_two_alike_each_finds_its_own(self, world):
        person = "+33600009999"
        world.lose = "after"
        first = world.answer(1, person=person)
        world.clock.advance(2)
        world.lose = "before"
        second = world.answer(2, person=person)
        world.lose = ""
        world.wait(240)

        sids = {world.row(key).work.provider_id for key in (first, second)}
        assert len(sids) == 2
        assert {one["sid"] for one in world.sent_to_people()} == sids

    def test_questions_wait_when_the_minutes_are_used_up_and_none_is_counted(self, world):
        world.lose = "after"
        key = world.answer(1)
        world.lose = ""
        world.clock.advance(15)
        minute = int(world.clock.now().timestamp()) // 60
        world.ports.contacts.lease("resolve/sms-fr", 0, lists.ASKS_A_MINUTE, minute, lists.ASKS_A_MINUTE)
        world.wired.delivery.answer(key)
        spent = world.row(key)
        world.wait(120)

        assert (spent.work.state, spent.work.round) == (RowState.UNKNOWN, 0)
        assert world.row(key).work.state is RowState.DELIVERED


class TestMissingReceipts:
    def test_delivered_there_and_never_told_is_delivered_and_no_loss_of_the_path(self, world):
        keys = [world.answer(number) for number in range(12)]
        world.wait(90)

        assert {world.row(key).work.state for key in keys} == {RowState.DELIVERED}
        assert world.seen() == {"delivered": 12}
        assert silent_score(world) == 0

    def test_what_is_still_on_its_way_is_nobodys_loss(self, world):
        keys = [world.answer(number) for number in range(12)]
        for one in world.sent_to_people():
            world.fake.lists.settle(one["sid"], "sent")
        world.wait(90)

        assert {world.row(key).work.state for key in keys} == {RowState.SENT}
        assert world.seen() == {"on_its_way": 12}
        assert silent_score(world) == 0

    def test_failed_there_and_never_told_is_heard_as_a_failure(self, world):
        key = world.answer(1)
        world.fake.lists.settle(world.sent_to_people()[0]["sid"], "undelivered", error_code=30005)
        world.wait(90)

        assert world.row(key).work.state is RowState.DEAD
        assert world.seen() == {"failed": 1}

    def test_taken_and_unknown_to_its_own_list_is_silent_loss(self, world):
        for number in range(12):
            world.answer(number)
        for one in world.sent_to_people():
            world.fake.lists.forget(one["sid"])
        world.wait(90)

        assert world.seen() == {"absent": 12}
        assert world.ports.health.everything()[OUT].classes[EvidenceClass.SILENT].state is not State.CLOSED

    def test_a_list_that_cannot_be_read_leaves_it_missing(self, world):
        for number in range(12):
            world.answer(number)
        world.throttle = reply(503)
        world.wait(90)

        assert world.seen() == {"unsure": 12}
        assert world.ports.health.everything()[OUT].classes[EvidenceClass.SILENT].state is not State.CLOSED

    def test_beyond_the_minutes_questions_others_answers_stand_in(self, world, nine_questions):
        keys = [world.answer(number) for number in range(30)]
        world.clock.advance(61)
        for key in keys:
            world.wired.delivery.answer(key)

        states = Counter(world.row(key).work.state for key in keys)
        assert states == {RowState.DELIVERED: nine_questions, RowState.SENT: 30 - nine_questions}
        assert silent_score(world) == 0


@pytest.fixture
def nine_questions(world):
    """Nine questions are left in the minute that is to come."""
    left = 9
    lease = world.ports.contacts.lease

    def scarce(desk, shard, want, second, most):
        return lease(desk, shard, want, second, left if desk.startswith("resolve/") else most)

    world.ports.contacts.lease = scarce
    return left


def silent_score(world) -> float:
    """What silence has against the path: beyond everything once that opened it."""
    path = world.ports.health.everything().get(OUT)
    cls = path.classes.get(EvidenceClass.SILENT) if path else None
    if cls is not None and (cls.state is not State.CLOSED or cls.gen):
        return float("inf")
    return cls.score if cls else 0


class TestLies:
    def test_a_receipt_that_the_list_denies_is_written_down_and_counts_against_the_path(self, world):
        keys = []
        while sum(map(audited, keys)) < 6:
            keys.append(world.answer(len(keys)))
            world.hear(keys[-1], ReceiptState.DELIVERED)
        for one in world.sent_to_people():
            world.fake.lists.settle(one["sid"], "undelivered", error_code=30008)
        world.clock.advance(61)
        for key in keys:
            world.wired.delivery.answer(key)

        assert world.seen() == {"contradicted": sum(map(audited, keys))}
        assert silent_score(world) > 0

    def test_a_true_one_is_asked_about_and_nothing_is_written(self, world):
        keys = []
        while not any(map(audited, keys)):
            keys.append(world.answer(len(keys)))
            world.hear(keys[-1], ReceiptState.DELIVERED)
        asked = len(world.asked)
        world.clock.advance(61)
        for key in keys:
            world.wired.delivery.answer(key)

        assert len(world.asked) - asked == 1
        assert world.seen() == {}


class TestStandIns:
    @settings(deadline=None)
    @given(lost=st.integers(0, 20), keys=st.integers(400, 500))
    def test_the_share_among_the_unasked_is_that_among_the_asked(self, lost, keys):
        recent = Recent()
        for number in range(20):
            recent.note(OUT, Seen.ABSENT if number < lost else Seen.DELIVERED)

        drawn = Counter(recent.stand_in(OUT, f"key-{number}") for number in range(keys))

        assert abs(drawn[Seen.ABSENT] / keys - lost / 20) < 0.12

    def test_without_an_answer_nobody_stands_in(self):
        assert Recent().stand_in(OUT, "key") is None

    def test_one_receipt_in_twenty_is_held_against_the_list(self):
        drawn = sum(audited(f"key-{number}") for number in range(20_000))

        assert abs(drawn - 20_000 / AUDITED) < 120

    def test_each_listed_state_shows_something(self):
        assert {state: seen_of(state) for state in ReceiptState} == {
            ReceiptState.ACCEPTED: Seen.ON_ITS_WAY,
            ReceiptState.SENT: Seen.ON_ITS_WAY,
            ReceiptState.DELIVERED: Seen.DELIVERED,
            ReceiptState.READ: Seen.DELIVERED,
            ReceiptState.FAILED: Seen.FAILED,
            ReceiptState.UNKNOWN: Seen.UNSURE,
        }
        assert seen_of(None) is Seen.ABSENT
