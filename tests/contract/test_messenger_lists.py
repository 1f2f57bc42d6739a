"""Messenger's conversations: what people wrote while we were deaf, and whether a send of ours went."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from chalicelib.channels import Channel, ChannelConfig, SendFailed, Sought, Stretch, kind
from chalicelib.channels._messenger_lists import MESSAGES
from chalicelib.domain.model import Message, Outcome, ReceiptState
from chalicelib.http_types import Request
from infra.local.fakes.meta import MessengerFake
from tests.contract.fake_api import FakeApi
from tests.contract.meta_side import graph_error
from tests.fakes_http import ScriptedHttp, reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = Stretch(since=NOW - timedelta(hours=1), until=NOW)
PERSON = "7421000001"


@pytest.fixture
def fake() -> MessengerFake:
    return MessengerFake("messenger")


@pytest.fixture
def api(fake: MessengerFake) -> FakeApi:
    return FakeApi(fake, NOW.timestamp())


@pytest.fixture
def own(fake: MessengerFake, api: FakeApi) -> Channel:
    config = ChannelConfig(
        id="messenger-fr", account=fake.account, base="https://graph.test", settings=fake.settings,
        secrets={name: (value,) for name, value in fake.secrets.items()},
    )  # fmt: skip
    return kind("messenger")(config, api)


def came(fake: MessengerFake, text: str, ago: float, person: str = PERSON) -> Request:
    signed = fake.came(person, text, NOW.timestamp() - ago)
    headers = {name.lower(): value for name, value in signed.headers.items()}
    return Request(url=signed.url, headers=headers, body=signed.body)


def sought(**more: object) -> Sought:
    message = Message(key="k1", target={"address": PERSON}, text="Bonjour")
    return Sought(**{"message": message, "since": NOW, "until": NOW + timedelta(seconds=30), **more})


def test_a_listed_message_is_the_very_contact_that_its_webhook_would_have_brought(fake, own):
    webhook = came(fake, "Bonjour 🚨", 60)
    (told,) = own.parse(webhook, NOW).contacts

    (listed,) = own.catch_up(HOUR, NOW).read.contacts

    assert listed == told


def test_every_conversation_is_read_page_by_page_and_the_pages_own_words_are_none(fake, own, api):
    for number in range(30):
        came(fake, f"text {number}", 60 + number, person=f"person-{number}")
        fake.talks.note(f"person-{number}", fake.account, "an answer", NOW)
    first = own.catch_up(HOUR, NOW)

    second = own.catch_up(replace(HOUR, cursor=first.following), NOW)

    found = {one.text for one in (*first.read.contacts, *second.read.contacts)}
    assert (found, second.following) == ({f"text {number}" for number in range(30)}, "")
    assert {urlsplit(call.url).netloc for call in api.calls} == {"graph.test"}
    assert all(fake.secrets["page_token"] not in call.url for call in api.calls)


def test_what_was_last_touched_before_the_time_ends_the_list(fake, own):
    for number in range(40):
        came(fake, "long ago", 7200 + number, person=f"person-{number}")

    page = own.catch_up(HOUR, NOW)

    assert (page.read.contacts, page.following) == ((), "")


def test_a_conversation_of_which_more_was_written_than_can_be_read_says_so(fake, own):
    for number in range(MESSAGES + 5):
        came(fake, f"text {number}", 600 - number)

    read = own.catch_up(HOUR, NOW).read

    assert (len(read.contacts), len(read.faults)) == (MESSAGES, 1)


@pytest.mark.parametrize(
    "damaged", [7, {}, {"id": "m_1", "from": {"id": "1"}}, {"id": "m_1", "created_time": "x"}]
)
def test_a_message_that_cannot_be_read_costs_only_itself(own, damaged):
    good = {"id": "m_2", "created_time": "2026-11-22T11:59:00+0000", "from": {"id": PERSON}, "message": "ok"}
    talk = {"updated_time": "2026-11-22T11:59:00+0000", "messages": {"data": [damaged, good]}}
    own.http = ScriptedHttp([reply(200, {"data": [talk]})])

    read = own.catch_up(HOUR, NOW).read

    assert ([one.text for one in read.contacts], len(read.faults)) == (["ok"], 1)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (graph_error(190), Outcome.AUTH),
        (reply(429, {"error": {"code": 613}}), Outcome.THROTTLED),
        (reply(500), Outcome.OUTAGE),
    ],
)
def test_a_list_that_is_refused_says_whose_fault_it_is(own, answer, outcome):
    own.http = ScriptedHttp([answer])

    with pytest.raises(SendFailed) as failed:
        own.catch_up(HOUR, NOW)

    assert failed.value.outcome is outcome


def test_a_send_whose_answer_was_lost_is_found_by_person_words_and_time(fake, own):
    sent = own.send(sought().message, NOW)

    found = own.resolve(sought(), NOW)

    assert [(one.provider_id, one.state) for one in found.receipts] == [(sent.provider_id, ReceiptState.SENT)]


def test_what_never_came_is_surely_not_there_and_other_words_leave_the_doubt(fake, own):
    absent = own.resolve(sought(), NOW)
    fake.talks.note(PERSON, fake.account, "Bonsoir", NOW)

    doubtful = own.resolve(sought(), NOW)

    assert ((absent.receipts, absent.whole), (doubtful.receipts, doubtful.whole)) == (((), True), ((), False))


def test_a_talk_of_which_the_time_lies_behind_what_can_be_read_leaves_the_doubt(fake, own):
    for number in range(MESSAGES + 1):
        fake.talks.note(PERSON, PERSON, "more", NOW + timedelta(minutes=number + 1))

    found = own.resolve(sought(), NOW)

    assert (found.receipts, found.whole) == ((), False)


def test_a_known_id_is_asked_for_and_may_be_absent(own, api):
    sent = own.send(sought().message, NOW)

    known = own.resolve(sought(provider_id=sent.provider_id), NOW)
    absent = own.resolve(sought(provider_id="m_never"), NOW)

    assert ([one.provider_id for one in known.receipts], absent.receipts, absent.whole) == (
        [sent.provider_id], (), True,
    )  # fmt: skip
