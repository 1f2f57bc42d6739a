"""The fake Twilio leads what is sent to its own number back to that number's webhook, as the real one does."""

import base64
from urllib.parse import parse_qsl, urlencode

import pytest

from infra.local.fakes.faults import Faults, Mode
from infra.local.fakes.stage import Stage
from infra.local.fakes.twilio import TwilioFake
from infra.local.fakes.vendors import FORM
from infra.local.fakes.wire import Arrived

HOOKS = {"Messages": "https://ours.example/hooks/sms", "Calls": "https://ours.example/hooks/phone"}


@pytest.fixture
def stage():
    fake = TwilioFake("twilio")
    fake.hooks = HOOKS
    return Stage(fake)


def ask(stage, resource, to, **more):
    own = stage.provider
    sid = own.settings["account_sid"]
    pair = base64.b64encode(f"{sid}:{own.secrets['auth_token']}".encode()).decode()
    body = urlencode({"To": to, "From": own.tester, **more}).encode()
    headers = {"authorization": f"Basic {pair}", "content-type": FORM}
    url = f"/2010-04-01/Accounts/{sid}/{resource}.json"
    return stage.play(Arrived(method="POST", url=url, headers=headers, body=body)).code


def outgoing(stage):
    return stage.outgoing.get_nowait() if not stage.outgoing.empty() else None


@pytest.mark.parametrize(
    ("resource", "words", "id_", "told"),
    [
        ("Messages", {"Body": "hello"}, "MessageSid", {"Body": "hello", "SmsStatus": "received"}),
        ("Calls", {"Twiml": "<Response/>"}, "CallSid", {"CallStatus": "ringing", "Direction": "inbound"}),
    ],
)
def test_what_is_sent_to_its_own_number_comes_in_there_under_another_id(stage, resource, words, id_, told):
    code = ask(stage, resource, stage.provider.account, **words)

    webhook = outgoing(stage)
    form = dict(parse_qsl(webhook.body.decode()))
    (entry,) = stage.journal.taken()
    assert (code, webhook.url) == (201, HOOKS[resource])
    assert (form["From"], form["To"]) == (stage.provider.tester, stage.provider.account)
    assert told.items() <= form.items()
    assert form[id_] != entry.id


def test_lost_in_silence_it_is_taken_and_never_comes_in(stage):
    stage.faults = Faults(mode=Mode.SILENT)

    code = ask(stage, "Messages", stage.provider.account, Body="hello")

    assert (code, outgoing(stage)) == (201, None)


def test_what_is_sent_to_anybody_else_comes_in_nowhere(stage):
    code = ask(stage, "Messages", "+33612345678", Body="hello")

    assert (code, outgoing(stage)) == (201, None)
