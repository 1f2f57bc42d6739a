"""Chatwoot's list of a person's conversations: which messages a send of ours may be, and when it says nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.channels import ChannelConfig, SendFailed, Sought, kind
from chalicelib.domain.model import Contact, Message, Outcome, Party, ReceiptState
from infra.local.fakes.chatwoot import ChatwootFake
from tests.contract.fake_api import FakeApi
from tests.fakes_http import ScriptedHttp, reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
CONTACT = Contact(
    account="page-1", provider_id="m-1", party=Party(address="psid-9", name="Zoé"), text="Où ? 📦"
)
MESSAGE = Message(
    key="0f1e", target={}, text="Où ? 📦", contact=CONTACT, channel="messenger-fr", purpose="help"
)
SOUGHT = Sought(message=MESSAGE, since=NOW, until=NOW + timedelta(seconds=30))


def channel(door, inbox="i"):
    config = ChannelConfig(
        id="talks", account="1", base="https://talks.example", settings={"inbox": inbox, "inbox_id": "1"}
    )
    return kind("chatwoot")(config, door)


@pytest.fixture
def fake():
    return ChatwootFake("talks")


@pytest.fixture
def api(fake):
    return FakeApi(fake, float(AT))


def asked(*talks, **changes):
    """The trace in a list of these conversations."""
    door = ScriptedHttp([reply(200, list(talks))])
    return channel(door).resolve(replace(SOUGHT, **changes), NOW)


def talk(*messages, number=77, **changes):
    return {"id": number, "inbox_id": 1, "status": "open", "messages": list(messages), **changes}


def said(number, words="Où ? 📦", at=AT, **changes):
    return {"id": number, "content": words, "message_type": 0, "created_at": at, **changes}


def test_what_was_sent_is_found_under_the_very_names_that_the_send_gave(fake, api):
    own = channel(api, fake.settings["inbox"])
    sent = own.send(MESSAGE, NOW)

    trace = own.resolve(SOUGHT, NOW)

    [(receipt, part)] = trace.named()
    assert (receipt.provider_id, part) == (sent.provider_id, sent.part)
    assert (receipt.state, receipt.at) == (ReceiptState.DELIVERED, NOW)
    assert (trace.whole, trace.others) == (True, ())


def test_somebody_whom_the_inbox_never_heard_of_wrote_nothing_there(fake, api):
    trace = channel(api, fake.settings["inbox"]).resolve(SOUGHT, NOW)

    assert (trace.receipts, trace.whole) == ((), True)
    assert [call.method for call in api.calls] == ["GET", "GET"]


def test_all_that_are_alike_are_named_oldest_first_whichever_conversation_they_are_in():
    trace = asked(talk(said(12), said(9)), talk(said(10), number=78, status="resolved"))

    assert [part for _, part in trace.named()] == ["77/9", "78/10", "77/12"]
    assert [one.provider_id for one in trace.receipts] == ["77", "78", "77"]


def test_other_words_of_that_time_are_named_and_what_is_not_of_it_or_not_of_the_person_is_left_out():
    trace = asked(
        talk(
            said(1, at=AT - 31),
            said(2, "Bonjour", at=AT - 30),
            said(3, "Merci", at=AT + 60),
            said(4, at=AT + 61),
            said(5, message_type=1),
            said(6, message_type=3),
        )
    )

    assert (trace.receipts, trace.others, trace.whole) == ((), ("77/2", "77/3"), True)


def test_another_inbox_of_the_same_person_is_not_asked_about():
    assert asked(talk(said(1), inbox_id=2)).receipts == ()


@pytest.mark.parametrize(
    "odd",
    [
        None,
        talk(messages=None),
        {"id": 77, "inbox_id": 1},
        talk(said({}), number=77),
        talk(said(1), number="x"),
        talk(None),
        talk(said(1, "Merci", at=None, id=None)),
    ],
    ids=str,
)
def test_a_list_that_is_not_whole_says_so(odd):
    assert asked(talk(), odd).whole is False


def test_words_without_a_readable_time_may_be_ours():
    assert asked(talk(said(1, at="soon"))).named()[0][1] == "77/1"


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ((reply(404), reply(404)), Outcome.AUTH),
        ((reply(404), reply(502)), Outcome.AUTH),
        ((reply(401),), Outcome.AUTH),
        ((reply(429),), Outcome.THROTTLED),
        ((reply(500, "<h1>"),), Outcome.OUTAGE),
        ((reply(200, "<html>"),), Outcome.OUTAGE),
        ((reply(200, {}),), Outcome.OUTAGE),
    ],
)
def test_no_list_is_no_answer(script, outcome):
    with pytest.raises(SendFailed) as failed:
        channel(ScriptedHttp(script)).resolve(SOUGHT, NOW)

    assert failed.value.outcome is outcome


def test_words_to_a_person_are_not_looked_up():
    with pytest.raises(SendFailed, match="takes contacts"):
        channel(ScriptedHttp()).resolve(replace(SOUGHT, message=replace(MESSAGE, contact=None)), NOW)
