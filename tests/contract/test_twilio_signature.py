"""Twilio's signature in all its forms, computed by Twilio's SDK; both kinds share the code."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from twilio.request_validator import RequestValidator, get_signature_algorithm

from chalicelib.channels import Channel, Forged, kind
from chalicelib.http_types import Request
from tests.contract.channel_contract import SECRET, ChannelContract
from tests.contract.twilio_side import (
    FORM_TYPE,
    SHARED_KEY,
    SID,
    URL,
    TwilioSide,
    form_request,
    posted,
    signature,
)
from tests.fakes_http import ScriptedHttp

NOW = ChannelContract.now
SHA256 = "key=webhooks_sharedkey_01,algorithm=HMAC_SHA256"
BODY = posted(
    {
        "AccountSid": SID,
        "MessageSid": "SM1",
        "From": "+33639981122",
        "To": "+33199001234",
        "Body": "Déjà 2 fois : ça suffit ! 🚨 a+b=c & <d> \\/ %41",
        "FromCity": "",
        "ToZip": "",
        "Étiquette": ["b", "a", "b", ""],
    }
)


def channel() -> Channel:
    return kind("twilio_sms")(TwilioSide().config(), ScriptedHttp())


def json_request(body: bytes, url: str) -> Request:
    proof = RequestValidator(SECRET).compute_signature(url, {})
    return Request(
        url=url, body=body, headers={"content-type": "application/json", "x-twilio-signature": proof}
    )


def accepted(request: Request) -> bool:
    try:
        channel().verify(request, NOW)
    except Forged:
        return False
    return True


def test_accepts_blank_repeated_accented_and_pictured_fields() -> None:
    assert accepted(form_request(BODY))


def test_agrees_with_the_vendors_own_check_on_every_field_left_out() -> None:
    request = form_request(BODY)
    fields = BODY.split(b"&")

    for place in range(len(fields)):
        rest = b"&".join(fields[:place] + fields[place + 1 :])
        same_to_twilio = signature(rest, SECRET, URL) == request.headers["x-twilio-signature"]
        assert accepted(replace(request, body=rest)) == same_to_twilio


@pytest.mark.parametrize(
    ("called", "signed"),
    [
        ("https://contact.example/hooks/x?state=ab.c", "https://contact.example:443/hooks/x?state=ab.c"),
        ("https://contact.example:443/hooks/x?state=ab.c", "https://contact.example/hooks/x?state=ab.c"),
        ("https://contact.example:8443/hooks/x", "https://contact.example/hooks/x"),
        ("https://contact.example:8443/hooks/x", "https://contact.example:8443/hooks/x"),
        ("http://contact.example/hooks/x", "http://contact.example:80/hooks/x"),
        ("https://contact.example", "https://contact.example:443"),
        ("https://contact.example/hooks/x#rc=2&rp=all", "https://contact.example/hooks/x"),
    ],
)
def test_accepts_the_url_with_and_without_its_port_and_without_its_fragment(called: str, signed: str) -> None:
    assert accepted(replace(form_request(BODY, url=signed), url=called))


@pytest.mark.parametrize(
    "called",
    [
        "https://contact.example/hooks/other",
        "https://contact.example.evil.example/hooks/number-fr",
        "http://contact.example/hooks/number-fr",
        f"{URL}?state=forged",
        "https://[contact.example/hooks/number-fr",
        "",
        "\udcff",
    ],
)
def test_refuses_a_signature_made_for_another_url(called: str) -> None:
    assert not accepted(replace(form_request(BODY), url=called))


def test_accepts_a_shared_key_where_the_request_names_its_algorithm() -> None:
    proof = signature(BODY, SHARED_KEY, URL, get_signature_algorithm(SHA256))
    headers = {
        "content-type": FORM_TYPE,
        "x-twilio-signature": proof,
        "x-twilio-webhooks-signature-settings": SHA256,
    }

    assert accepted(Request(url=URL, body=BODY, headers=headers))


@pytest.mark.parametrize("named", ["", "key=k", "algorithm=", "algorithm=hmac_sha1", "algorithm=HMAC_SHA1"])
def test_takes_the_older_algorithm_where_none_is_named(named: str) -> None:
    request = form_request(BODY)

    assert accepted(
        replace(request, headers={**request.headers, "x-twilio-webhooks-signature-settings": named})
    )


@pytest.mark.parametrize(
    "named", ["algorithm=NONE", "algorithm=HMAC_MD5", "algorithm=é", "algorithm=\udcff", SHA256]
)
def test_refuses_an_algorithm_that_is_unknown_or_not_the_one_used(named: str) -> None:
    request = form_request(BODY)

    assert not accepted(
        replace(request, headers={**request.headers, "x-twilio-webhooks-signature-settings": named})
    )


def test_the_auth_token_cannot_stand_in_for_the_shared_key() -> None:
    headers = {
        "content-type": FORM_TYPE,
        "x-twilio-signature": signature(BODY, SECRET, URL, "HMAC_SHA256"),
        "x-twilio-webhooks-signature-settings": SHA256,
    }

    assert not accepted(Request(url=URL, body=BODY, headers=headers))


def test_accepts_a_json_body_whose_digest_is_in_the_url() -> None:
    body = json.dumps({"Body": "déjà \\/ 🚨"}).encode()
    url = f"{URL}?bodySHA256={sha256(body).hexdigest()}"
    request = json_request(body, url)

    assert accepted(request)
    assert RequestValidator(SECRET).validate(url, body.decode(), request.headers["x-twilio-signature"])
    assert channel().parse(request, NOW).ignored == 1


def test_refuses_a_json_body_that_the_url_does_not_vouch_for() -> None:
    body = b'{"AccountSid":"x"}'
    digest = sha256(body).hexdigest()

    changed = replace(json_request(body, f"{URL}?bodySHA256={digest}"), body=b'{"AccountSid":"y"}')
    bare = json_request(body, URL)
    two = json_request(body, f"{URL}?bodySHA256={digest}&bodySHA256={'0' * 64}")

    assert [accepted(request) for request in (changed, bare, two)] == [False, False, False]


def test_a_form_cannot_pass_as_json_to_escape_its_signature() -> None:
    captured = json_request(b"", URL)

    assert not accepted(replace(captured, body=BODY))


def test_more_fields_than_any_form_has_are_forged() -> None:
    assert not accepted(form_request(b"&".join(b"f%d=" % n for n in range(2000))))


def test_a_form_without_content_type_is_still_a_form() -> None:
    request = form_request(BODY)

    assert accepted(replace(request, headers={"x-twilio-signature": request.headers["x-twilio-signature"]}))
