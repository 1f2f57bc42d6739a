"""Hostile requests: refused in the way that the vendor needs, no row, never a 500, one counted line in the log."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from infra.local.fakes.vendor_desks import Chatwoot
from infra.local.fakes.vendors import Signed, post
from infra.local.scene import until
from tests.e2e import sides
from tests.e2e.watching import log_lines, rows_of

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

LARGE = 800_000
LATE = timedelta(minutes=6)


def messenger(scene, text="hostile"):
    page, someone = sides.messenger(scene), sides.person("messenger")
    return page.text(someone, text, sides.fresh("m"), datetime.now(UTC)), someone


def whatsapp(scene, text="hostile"):
    side, someone = sides.whatsapp(scene), sides.person("whatsapp")
    return side.text(someone, text, f"wamid.{sides.fresh('m')}", datetime.now(UTC)), someone


def sms(scene, text="hostile"):
    someone = sides.number()
    return sides.sms(scene, someone, text, sides.fresh("SM")), someone


def voice(scene, text="hostile"):
    someone = sides.number()
    return sides.call(scene, someone, sides.fresh("CA"), CallerName=text), someone


def shop(scene, text="hostile"):
    someone = sides.person("form")
    return sides.form(scene, sides.fresh("shop"), someone, text), someone


def chatwoot(scene, text="hostile"):
    side = Chatwoot(
        url=scene.hook("chatwoot-eu"), secret=scene.fakes["chatwoot"].provider.secrets["webhook_secret"]
    )
    return side.said("1", text, 1, datetime.now(UTC)), "nobody"


KINDS = {
    "messenger-fr": (messenger, 401),
    "whatsapp-fr": (whatsapp, 401),
    "sms-fr": (sms, 403),
    "phone-fr": (voice, 403),
    "shop": (shop, 401),
    "chatwoot-eu": (chatwoot, 401),
}
PROOFS = ("X-Hub-Signature-256", "X-Twilio-Signature", "webhook-signature", "X-Chatwoot-Signature")


def refused_lines(scene, channel):
    return [
        line for line in log_lines(scene, "APIHandler") if line.get("Refused") and line["channel"] == channel
    ]


def refused(scene, channel, request):
    """The answer to a request that must be refused: one more line in the log, counted once."""
    before = len(refused_lines(scene, channel))
    answer = post(request, patience=60)
    until(lambda: len(refused_lines(scene, channel)) > before, f"a counted line about {channel}", 15)
    (line,) = refused_lines(scene, channel)[before:]
    assert line["Refused"] == 1
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "Refused", "Unit": "Count"}]
    return answer


@pytest.mark.parametrize("channel", KINDS)
def test_a_body_changed_by_one_byte_is_refused(scene, channel):
    make, code = KINDS[channel]
    request, person = make(scene)

    answer = refused(scene, channel, replace(request, body=request.body.replace(b"hostile", b"hostilf")))

    assert answer.code == code
    assert rows_of(scene, channel, person) == []


@pytest.mark.parametrize("channel", KINDS)
@pytest.mark.parametrize("proof", ["", "sha256=", "v1,", "\xe9", "AAAA" * 400])
def test_a_proof_of_another_shape_is_refused_and_breaks_nothing(scene, channel, proof):
    make, code = KINDS[channel]
    request, person = make(scene)
    headers = {name: proof if name in PROOFS else value for name, value in request.headers.items()}

    answer = post(replace(request, headers=headers))

    assert answer.code == code
    assert rows_of(scene, channel, person) == []


@pytest.mark.parametrize("channel", KINDS)
def test_a_request_without_any_proof_is_refused(scene, channel):
    make, code = KINDS[channel]
    request, person = make(scene)
    headers = {name: value for name, value in request.headers.items() if name not in PROOFS}

    answer = refused(scene, channel, replace(request, headers=headers))

    assert answer.code == code
    assert rows_of(scene, channel, person) == []


@pytest.mark.parametrize("channel", KINDS)
def test_what_is_too_large_is_refused_before_it_is_read(scene, channel):
    request, person = KINDS[channel][0](scene, sides.padding(LARGE))

    answer = refused(scene, channel, request)

    assert answer.code == 413
    assert rows_of(scene, channel, person) == []


def test_a_standard_webhook_signed_six_minutes_ago_is_a_replay(scene):
    person = sides.person("form")
    old = sides.form(scene, sides.fresh("shop"), person, "late", datetime.now(UTC) - LATE)

    answer = refused(scene, "shop", old)

    assert answer.code == 401
    assert rows_of(scene, "shop", person) == []


def test_a_chatwoot_webhook_signed_six_minutes_ago_is_a_replay(scene):
    side = Chatwoot(
        url=scene.hook("chatwoot-eu"), secret=scene.fakes["chatwoot"].provider.secrets["webhook_secret"]
    )

    answer = refused(scene, "chatwoot-eu", side.said("1", "late", 1, datetime.now(UTC) - LATE))

    assert answer.code == 401


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"entry"', b'{"object":"page","entry":{}}'])
def test_what_meta_signed_but_nobody_can_read_is_not_asked_for_again(scene, body):
    for channel, side in (("messenger-fr", sides.messenger(scene)), ("whatsapp-fr", sides.whatsapp(scene))):
        unreadable = Signed(url=side.url, body=body, headers={"Content-Type": "application/json"})

        answer = refused(scene, channel, sides.meta(unreadable, side.app_secret))

        assert answer.code == 200


def test_bytes_that_are_no_text_do_not_pass_the_gateway_as_they_were_signed(scene):
    side = sides.messenger(scene)
    odd = Signed(url=side.url, body=b'{"entry": "\xff\xfe"}', headers={"Content-Type": "application/json"})

    assert refused(scene, "messenger-fr", sides.meta(odd, side.app_secret)).code == 401


@pytest.mark.parametrize(
    "event", [{"type": "contact.message"}, {"type": "contact.message", "data": {"customer": 1}}]
)
def test_a_standard_webhook_that_names_nobody_is_malformed(scene, event):
    request = sides.standard(scene.hook("shop"), scene.shop_secret, sides.fresh("shop"), event)

    assert refused(scene, "shop", request).code == 400


def test_a_signed_body_that_is_no_json_is_malformed(scene):
    side = Chatwoot(
        url=scene.hook("chatwoot-eu"), secret=scene.fakes["chatwoot"].provider.secrets["webhook_secret"]
    )
    hollow = side._event({"event": ""}, datetime.now(UTC))

    assert json.loads(hollow.body)["event"] == ""
    assert refused(scene, "chatwoot-eu", hollow).code == 400


def test_a_contact_of_an_account_that_the_plan_does_not_have_is_refused(scene):
    at, page, phone = datetime.now(UTC), sides.messenger(scene), sides.whatsapp(scene)
    foreign = page.message("742", "hello", sides.fresh("m"), at) | {"recipient": {"id": "999"}}
    to = ("To", "+33199999999")
    sms = [("MessageSid", sides.fresh("SM")), ("From", "+33612"), to, ("Body", "a")]
    call = [("CallSid", sides.fresh("CA")), ("CallStatus", "ringing"), ("From", "+33612"), to]

    answers = {
        "messenger-fr": refused(scene, "messenger-fr", page.batch([foreign], at, page="999")).code,
        "whatsapp-fr": refused(
            scene, "whatsapp-fr", replace(phone, phone="999").text("336", "hello", sides.fresh("w"), at)
        ).code,
        "sms-fr": refused(scene, "sms-fr", sides.twilio(scene, scene.hook("sms-fr"), sms)).code,
        "phone-fr": refused(scene, "phone-fr", sides.twilio(scene, scene.hook("phone-fr"), call)).code,
    }

    assert answers == {"messenger-fr": 200, "whatsapp-fr": 200, "sms-fr": 404, "phone-fr": 404}


def test_mail_of_a_topic_that_the_plan_does_not_have_makes_no_row(scene):
    client = scene.stack.client("lambda")
    person = sides.person("email")
    record = {"Sns": {"TopicArn": "arn:aws:sns:eu-west-3:000000000000:theirs", "Message": f"from {person}"}}

    invoked = client.invoke(
        FunctionName=scene.stack.functions["Mail"], Payload=json.dumps({"Records": [record]})
    )

    assert "FunctionError" not in invoked
    assert rows_of(scene, "mail-fr", person) == []


@pytest.mark.parametrize(
    "path", ["/hooks/no-such-channel", "/hooks/%00", "/hooks/..%2Fv1%2Fplan", "/hooks/é"]
)
def test_a_channel_that_the_plan_does_not_have_is_not_found(scene, path):
    answer = post(Signed(url=scene.stack.api_url + quote(path, safe="/%"), body=b"{}"))

    assert answer.code in (403, 404, 415)


def test_no_hostile_request_made_the_intake_fail(scene):
    assert "Traceback" not in scene.stack.words("APIHandler")
    assert "Task timed out" not in scene.stack.words("APIHandler")
