"""The fake SES: it takes what Amazon's own client signs, refuses the rest, and tells its topic what arrived."""

import json
from email import message_from_string
from urllib.parse import parse_qsl

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse

from infra.local.fakes.faults import Faults, Mode
from infra.local.fakes.ses import SesFake
from infra.local.fakes.stage import Stage
from infra.local.fakes.wire import Arrived

TOPIC = "arn:aws:sns:eu-west-3:000000000000:mail"
HOOK = "http://127.0.0.1:1/"


@pytest.fixture
def ses():
    fake = SesFake("mail")
    fake.topic = TOPIC
    return fake


def arrived(operation="SendEmail", **asked):
    """The request as Amazon's client would send it."""
    client = botocore.session.Session().create_client(
        "sesv2", region_name="eu-west-3", aws_access_key_id="a", aws_secret_access_key="b"
    )
    caught = []
    client.meta.events.register("before-send", lambda request, **_: caught.append(request) or answered())
    getattr(client, operation)(**asked)
    [request] = caught
    named = {
        name.lower(): value.decode() if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    return Arrived(
        method=request.method,
        url=request.url.partition("amazonaws.com")[2],
        headers=named,
        body=request.body or b"",
    )


def answered():
    class Raw:
        def stream(self, *_, **__):
            yield b"{}"

    return AWSResponse("https://email", 200, {}, Raw())


def letter(**more):
    simple = {"Subject": {"Data": "Bonjour"}, "Body": {"Text": {"Data": "café 🚨"}}}
    return arrived(
        "send_email", FromEmailAddress="a@shop.example", Destination={"ToAddresses": ["zoe@example.org"]},
        Content={"Simple": simple}, EmailTags=[{"Name": "bascule", "Value": "row-1"}], **more,
    )  # fmt: skip


def test_it_takes_a_mail_of_amazons_own_client_and_names_it(ses):
    taken = ses.answer(letter(), 0.0)

    assert taken.reply.code == 200
    assert json.loads(taken.reply.body) == {"MessageId": taken.item.id}
    assert (taken.item.key, taken.item.party, taken.item.text) == ("row-1", "zoe@example.org", "café 🚨")


def test_it_says_that_the_account_may_send(ses):
    taken = ses.answer(arrived("get_account"), 0.0)

    assert json.loads(taken.reply.body)["SendingEnabled"] is True
    assert taken.item is None


def test_it_refuses_what_nobody_signed_and_what_is_no_mail(ses):
    unsigned = Arrived(method="GET", url="/v2/email/account")
    proof = letter().headers
    empty = Arrived(method="POST", url="/v2/email/outbound-emails", headers=proof, body=b"{}")
    other = Arrived(method="GET", url="/v2/email/identities", headers=proof)

    assert [ses.answer(one, 0.0).reply.code for one in (unsigned, empty, other)] == [403, 400, 404]


def test_mail_of_a_configuration_set_has_a_delivery_event_on_the_topic(ses):
    item = ses.answer(letter(ConfigurationSetName="watched"), 0.0).item

    [event] = ses.receipts(item, HOOK, 0.0)

    form = dict(parse_qsl(event.body.decode()))
    assert (form["Action"], form["TopicArn"]) == ("Publish", TOPIC)
    assert json.loads(form["Message"])["mail"]["messageId"] == item.id
    assert "/eu-west-3/sns/aws4_request" in event.headers["Authorization"]
    assert ses.receipts(ses.answer(letter(), 0.0).item, HOOK, 0.0) == ()


def test_mail_to_a_mailbox_of_our_own_comes_in_on_the_topic_under_an_id_of_its_own(ses):
    ses.mailboxes = frozenset({"zoe@example.org"})
    item = ses.answer(letter(), 0.0).item

    [came] = ses.receipts(item, HOOK, 0.0)

    told = json.loads(dict(parse_qsl(came.body.decode()))["Message"])
    assert (told["notificationType"], told["mail"]["source"]) == ("Received", "a@shop.example")
    assert told["receipt"]["recipients"] == ["zoe@example.org"]
    assert message_from_string(told["content"]).get_payload(decode=True).decode() == "café 🚨\n"
    assert told["mail"]["messageId"] != item.id


def test_a_mail_lost_in_silence_is_taken_and_has_no_event(ses):
    stage = Stage(ses)
    stage.hook, stage.faults = HOOK, Faults(mode=Mode.SILENT)

    reply = stage.play(letter(ConfigurationSetName="watched"))

    assert reply.code == 200
    assert [entry.came_to for entry in stage.journal.entries()] == ["lost"]
    assert stage.outgoing.empty()


@pytest.mark.parametrize(("code", "name"), [(500, "InternalFailure"), (503, "ServiceUnavailable")])
def test_it_fails_in_amazons_words(ses, code, name):
    reply = ses.failing(code)

    assert (reply.code, reply.headers["x-amzn-ErrorType"]) == (code, name)


def test_it_asks_to_slow_down_without_naming_a_time(ses):
    assert ses.throttled(5).code == 429
    assert "Retry-After" not in ses.throttled(5).headers
