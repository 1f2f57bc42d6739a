"""Twilio's lists: what came in while we were deaf, and what became of what we sent; its SDK reads the same fake."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from twilio.rest import Client

from chalicelib.channels import Channel, ChannelConfig, MissingSetting, SendFailed, Sought, Stretch, kind
from chalicelib.channels._twilio_lists import PAGE
from chalicelib.domain.model import Contact, Medium, Message, Outcome, ReceiptState
from chalicelib.http_types import MaybeSent, NotSent, Request, Response
from infra.local.fakes.twilio import TwilioFake
from tests.contract.fake_api import FakeApi, SdkDoor
from tests.fakes_http import ScriptedHttp, reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PERSON, OTHER = "+33639981122", "+33639981133"
HOUR = Stretch(since=NOW - timedelta(hours=1), until=NOW)


@pytest.fixture
def fake() -> TwilioFake:
    return TwilioFake("twilio")


@pytest.fixture
def api(fake: TwilioFake) -> FakeApi:
    return FakeApi(fake, NOW.timestamp())


def channel(api: FakeApi, name: str = "twilio_sms") -> Channel:
    fake = api.provider
    config = ChannelConfig(
        id="sms-fr", account=fake.account, base="https://twilio.test", settings=fake.settings,
        secrets={name: (value,) for name, value in fake.secrets.items()},
    )  # fmt: skip
    return kind(name)(config, api)


def texts(fake: TwilioFake, count: int, seconds: float = 1.0) -> list[tuple[str, Request]]:
    """So many messages within the last hour, oldest first: the text and the webhook of each."""
    made = []
    for number in range(count):
        at = NOW - timedelta(seconds=(count - number) * seconds)
        signed = fake.came(PERSON, f"text {number}", at.timestamp())
        headers = {name.lower(): value for name, value in signed.headers.items()}
        made.append((f"text {number}", Request(url=signed.url, headers=headers, body=signed.body)))
    return made


def all_pages(channel: Channel, stretch: Stretch = HOUR) -> list[Contact]:
    found: list[Contact] = []
    while True:
        page = channel.catch_up(stretch, NOW)
        found += page.read.contacts
        if not page.following:
            return found
        stretch = replace(stretch, cursor=page.following)


def call(fake: TwilioFake, sid: str, status: str, **more: str) -> None:
    told = {"from": PERSON, "to": fake.account, "direction": "inbound", "status": status, **more}
    fake.lists.note("Calls", sid, told, NOW - timedelta(minutes=5))


def sought(**more: object) -> Sought:
    message = Message(key="k1", target={"address": PERSON}, text="Bonjour")
    return Sought(**{"message": message, "since": NOW, "until": NOW + timedelta(seconds=30), **more})


class TestCatchUp:
    def test_a_listed_message_is_the_very_contact_that_its_webhook_would_have_brought(self, fake, api):
        ((_, webhook),) = texts(fake, 1)
        own = channel(api)

        (listed,) = own.catch_up(HOUR, NOW).read.contacts

        (told,) = own.parse(webhook, NOW).contacts
        for name in ("account", "provider_id", "party", "text", "medium", "conversation"):
            assert getattr(listed, name) == getattr(told, name), name
        assert listed.sent_at == NOW - timedelta(seconds=1)

    def test_every_page_is_asked_for_and_each_message_comes_once_newest_first(self, fake, api):
        made = [text for text, _ in texts(fake, 2 * PAGE + 3)]

        found = all_pages(channel(api))

        assert [one.text for one in found] == made[::-1]
        assert len(api.calls) == 3
        assert all(one.url.startswith("https://twilio.test/2010-04-01/Accounts/AC") for one in api.calls)

    def test_twilios_own_sdk_reads_the_same_from_this_fake(self, fake, api):
        texts(fake, 75)
        pair = f"{fake.settings['account_sid']}:{fake.secrets['auth_token']}"
        door = SdkDoor(api, f"Basic {b64encode(pair.encode()).decode()}")
        client = Client(fake.settings["account_sid"], fake.secrets["auth_token"], http_client=door)

        listed = client.messages.list(
            to=fake.account, date_sent_after=HOUR.since, date_sent_before=HOUR.until
        )

        assert [one.sid for one in listed] == [one.provider_id for one in all_pages(channel(api))]
        assert listed[0].date_sent == NOW - timedelta(seconds=1)

    def test_what_lies_outside_is_left_out_though_twilio_filters_by_the_day(self, fake, api):
        texts(fake, 5, seconds=1800)
        api.change = lambda call, response: _whole_day(fake, response)

        found = all_pages(channel(api))

        assert [one.text for one in found] == ["text 4", "text 3"]

    def test_a_page_that_reaches_back_behind_the_stretch_is_the_last_one(self, fake, api):
        texts(fake, 2 * PAGE + 3, seconds=20)
        api.change = lambda call, response: _unfiltered(fake, call, response)

        all_pages(channel(api))

        assert len(api.calls) == 1

    def test_our_own_messages_and_those_to_other_numbers_are_none(self, fake, api):
        fake.lists.note("Messages", "SM1", {"from": fake.account, "to": fake.account, "status": "sent",
                                            "direction": "outbound-api", "body": "x"}, NOW)  # fmt: skip
        fake.lists.note("Messages", "SM2", {"from": PERSON, "to": OTHER, "status": "received",
                                            "direction": "inbound", "body": "x"}, NOW)  # fmt: skip

        page = channel(api).catch_up(HOUR, NOW)

        assert (page.read.contacts, page.read.ignored) == ((), 1)

    def test_pictures_are_led_to_by_their_list(self, fake, api):
        told = {
            "from": PERSON,
            "to": fake.account,
            "direction": "inbound",
            "status": "received",
            "num_media": "2",
        }
        fake.lists.note("Messages", "MM1", {**told, "body": ""}, NOW)

        (contact,) = channel(api).catch_up(HOUR, NOW).read.contacts

        assert [one.reference for one in contact.attachments] == [
            f"https://api.twilio.com/2010-04-01/Accounts/{fake.settings['account_sid']}/Messages/MM1/Media.json"
        ]

    def test_a_whatsapp_sender_keeps_its_prefix_and_its_medium(self, fake, api):
        told = {
            "from": f"whatsapp:{PERSON}",
            "to": fake.account,
            "direction": "inbound",
            "status": "received",
        }
        fake.lists.note("Messages", "SM3", {**told, "body": "x"}, NOW)

        (contact,) = channel(api).catch_up(HOUR, NOW).read.contacts

        assert (contact.medium, contact.party.address) == (Medium.MESSAGING, f"whatsapp:{PERSON}")

    @pytest.mark.parametrize(
        "damaged",
        ["SM", 7, None, {}, {"sid": "SM9", "date_sent": "yesterday"}, {"sid": "SM9", "date_sent": [1]},
         {"sid": "SM9", "direction": "inbound", "date_sent": "Sun, 22 Nov 2026 11:59:30 +0000"}],
    )  # fmt: skip
    def test_an_item_that_cannot_be_read_costs_only_itself(self, fake, api, damaged):
        texts(fake, 2)
        api.change = lambda _, response: _with_item(response, damaged)

        page = channel(api).catch_up(HOUR, NOW)

        assert [one.text for one in page.read.contacts] == ["text 1", "text 0"]
        assert len(page.read.faults) == 1

    @pytest.mark.parametrize(
        "uri", ["https://evil.example/x?Page=2", "//evil.example?Page=2", "/../../Accounts.json?Page=2"]
    )
    def test_a_next_page_never_leads_to_another_address(self, fake, api, uri):
        texts(fake, 1)
        api.change = lambda _, response: _with(response, next_page_uri=uri)
        own = channel(api)

        page = own.catch_up(HOUR, NOW)
        own.catch_up(replace(HOUR, cursor=page.following), NOW)

        places = {urlsplit(one.url).path for one in api.calls}
        assert places == {f"/2010-04-01/Accounts/{fake.settings['account_sid']}/Messages.json"}
        assert {urlsplit(one.url).netloc for one in api.calls} == {"twilio.test"}

    @pytest.mark.parametrize(
        ("answer", "outcome", "wait"),
        [
            (reply(429, {"code": 20429}, headers={"retry-after": "7"}), Outcome.THROTTLED, 7),
            (reply(401, {"code": 20003}), Outcome.AUTH, 0),
            (reply(503), Outcome.OUTAGE, 0),
            (reply(200, "<html>hotel Wi-Fi"), Outcome.OUTAGE, 0),
            (reply(200, {"calls": []}), Outcome.OUTAGE, 0),
        ],
    )
    def test_a_list_that_is_refused_says_whose_fault_it_is_and_when_to_ask_again(
        self, fake, answer, outcome, wait
    ):
        own = channel(FakeApi(fake, 0))
        own.http = ScriptedHttp([answer])

        with pytest.raises(SendFailed) as failed:
            own.catch_up(HOUR, NOW)

        assert (failed.value.outcome, failed.value.retry_after) == (outcome, wait)

    @pytest.mark.parametrize("failure", [NotSent("refused"), MaybeSent("late")])
    def test_no_answer_is_the_doors_to_say(self, fake, failure):
        own = channel(FakeApi(fake, 0))
        own.http = ScriptedHttp([failure])

        with pytest.raises(type(failure)):
            own.catch_up(HOUR, NOW)

    def test_a_channel_without_a_number_lists_nobody_elses_messages(self, fake, api):
        bare = kind("twilio_sms")(replace(channel(api).config, account=""), api)

        with pytest.raises(SendFailed, match="no number"):
            bare.catch_up(HOUR, NOW)

        assert api.calls == []

    def test_the_token_is_in_no_address(self, fake, api):
        all_pages(channel(api))

        assert all(fake.secrets["auth_token"] not in one.url for one in api.calls)
        assert parse_qs(urlsplit(api.calls[0].url).query)["DateSent>"] == ["2026-11-22T11:00:00Z"]


class TestCalls:
    def test_calls_that_are_over_are_contacts_under_the_id_of_their_first_request(self, fake, api):
        for sid, status in (
            ("CA1", "completed"),
            ("CA2", "failed"),
            ("CA3", "in-progress"),
            ("CA4", "ringing"),
        ):
            call(fake, sid, status, caller_name="Zoé")

        found = channel(api, "twilio_voice").catch_up(HOUR, NOW).read

        assert {one.provider_id for one in found.contacts} == {"CA1", "CA2"}
        assert {(one.medium, one.party.address, one.party.name) for one in found.contacts} == {
            (Medium.VOICE, PERSON, "Zoé")
        }
        assert found.ignored == 2

    def test_a_caller_who_hid_their_number_is_marked(self, fake, api):
        call(fake, "CA1", "completed", **{"from": "anonymous"})

        (contact,) = channel(api, "twilio_voice").catch_up(HOUR, NOW).read.contacts

        assert contact.traits["caller_hidden"] == "yes"

    def test_a_call_of_ours_is_found_by_its_ends_and_its_time(self, fake, api):
        own = channel(api, "twilio_voice")
        sent = own.send(sought().message, NOW)

        found = own.resolve(sought(), NOW)

        assert [(one.provider_id, one.state) for one in found.receipts] == [
            (sent.provider_id, ReceiptState.DELIVERED)
        ]


class TestPromise:
    def test_reports_are_promised_only_where_the_plan_says_within_which_time(self, api):
        bare = channel(api)
        promising = kind("twilio_sms")(
            replace(bare.config, settings={**bare.config.settings, "receipt_wait": "60"}), api
        )

        assert bare.receipts is None
        assert promising.receipts is not None
        assert promising.receipts.wait == timedelta(seconds=60)

    @pytest.mark.parametrize("said", ["soon", "0", "901", "1.5", "-1", "²"])
    def test_a_time_that_is_none_names_the_setting(self, api, said):
        config = channel(api).config

        with pytest.raises(MissingSetting, match="receipt_wait"):
            kind("twilio_sms")(replace(config, settings={**config.settings, "receipt_wait": said}), api)


class TestResolve:
    def test_a_message_whose_answer_was_lost_is_found_by_person_words_and_time(self, fake, api):
        own = channel(api)
        sent = own.send(sought().message, NOW)
        fake.lists.settle(sent.provider_id, "sent")

        found = own.resolve(sought(), NOW)

        assert [(one.provider_id, one.state) for one in found.receipts] == [
            (sent.provider_id, ReceiptState.SENT)
        ]
        assert found.whole

    def test_what_never_came_to_twilio_is_surely_not_there(self, api):
        found = channel(api).resolve(sought(), NOW)

        assert (found.receipts, found.whole) == ((), True)

    def test_other_words_to_the_same_person_leave_the_doubt(self, api):
        own = channel(api)
        own.send(replace(sought().message, text="Bonjour..."), NOW)

        found = own.resolve(sought(), NOW)

        assert (found.receipts, found.whole) == ((), False)

    def test_the_same_words_an_hour_before_are_another_message(self, fake, api):
        own = channel(api)
        api.now -= 3600
        own.send(sought().message, NOW)

        found = own.resolve(sought(), NOW)

        assert (found.receipts, found.whole) == ((), True)

    def test_two_alike_are_both_told_oldest_first(self, api):
        own = channel(api)
        first = own.send(sought().message, NOW)
        api.now += 2
        second = own.send(sought().message, NOW)

        found = own.resolve(sought(), NOW)

        assert [one.provider_id for one in found.receipts] == [first.provider_id, second.provider_id]

    @pytest.mark.parametrize(
        ("status", "code", "state", "outcome"),
        [
            ("delivered", None, ReceiptState.DELIVERED, Outcome.OK),
            ("read", None, ReceiptState.READ, Outcome.OK),
            ("queued", None, ReceiptState.ACCEPTED, Outcome.OK),
            ("sent", None, ReceiptState.SENT, Outcome.OK),
            ("undelivered", 30003, ReceiptState.FAILED, Outcome.RECIPIENT),
            ("failed", 30008, ReceiptState.FAILED, Outcome.OUTAGE),
            ("new-word", None, ReceiptState.UNKNOWN, Outcome.OK),
        ],
    )
    def test_a_message_whose_id_is_known_is_asked_for_by_it(self, fake, api, status, code, state, outcome):
        own = channel(api)
        sid = own.send(sought().message, NOW).provider_id
        fake.lists.settle(sid, status, error_code=code)

        (receipt,) = own.resolve(sought(provider_id=sid), NOW).receipts

        assert (receipt.provider_id, receipt.state, receipt.outcome) == (sid, state, outcome)
        assert api.calls[-1].url.endswith(f"/Messages/{sid}.json")

    def test_an_id_that_twilio_does_not_know_is_absent(self, api):
        found = channel(api).resolve(sought(provider_id="SM404"), NOW)

        assert (found.receipts, found.whole) == ((), True)

    def test_an_id_is_no_path(self, fake, api):
        channel(api).resolve(sought(provider_id="../../x?y"), NOW)

        assert urlsplit(api.calls[-1].url).path.endswith("/Messages/..%2F..%2Fx%3Fy.json")

    @pytest.mark.parametrize("code", [401, 429, 500, 503])
    def test_a_refused_question_is_no_answer(self, fake, code):
        own = channel(FakeApi(fake, 0))
        own.http = ScriptedHttp([reply(code)])

        with pytest.raises(SendFailed):
            own.resolve(sought(provider_id="SM1"), NOW)


def _with(response: Response, **more: object) -> Response:
    return replace(response, body=json.dumps({**json.loads(response.body), **more}).encode())


def _with_item(response: Response, item: object) -> Response:
    page = json.loads(response.body)
    return _with(response, messages=[item, *page["messages"]])


def _whole_day(fake: TwilioFake, response: Response) -> Response:
    page = fake.lists.page("Messages", {"PageSize": "500"})
    return _with(response, messages=page["messages"])


def _unfiltered(fake: TwilioFake, _: object, response: Response) -> Response:
    page = fake.lists.page("Messages", {"PageSize": str(PAGE)})
    return _with(response, **page)
