"""Twilio's side of a test: its SDK signs the forms, and its account has one number."""

from collections import UserDict
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from chalicelib.channels import ChannelConfig, Refusal, Standing
from chalicelib.domain.model import Outcome
from chalicelib.http_types import Request, Response
from tests.contract.channel_contract import SECRET
from tests.fakes_http import reply

SID = "AC00000000000000000000000000000001"
NUMBER = "+33199001234"
URL = "https://contact.example/hooks/number-fr"
FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
SHARED_KEY = "the-shared-key-0123456789abcdef"

HOSTILE = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "0", "-1", "9" * 400, "é 🚨 \\/", "null", "NaN", "\x00", "]]>", "&amp;", "a=b&c=d"]),
)


class Fields(UserDict[str, list[str]]):
    """A form as web frameworks give it to the SDK, repeated fields included."""

    def getlist(self, name: str) -> list[str]:
        return self.data[name]


def posted(fields: Mapping[str, str | list[str]]) -> bytes:
    """The fields as a form's bytes."""
    return urlencode(fields, doseq=True).encode()


def signature(body: bytes, secret: str, url: str, algorithm: str = "HMAC_SHA1") -> str:
    """What Twilio's own SDK computes; an unreadable body counts as a form without fields."""
    try:
        read = parse_qs(body.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        read = {}
    proof: str = RequestValidator(secret).compute_signature(url, Fields(read), algorithm)
    return proof


def form_request(body: bytes, secret: str = SECRET, url: str = URL) -> Request:
    """The POST as Twilio makes it."""
    headers = {"content-type": FORM_TYPE, "x-twilio-signature": signature(body, secret, url)}
    query = {name: tuple(values) for name, values in parse_qs(urlsplit(url).query).items()}
    return Request(url=url, headers=headers, query=query, body=body)


@st.composite
def changed_form(draw: st.DrawFn, body: bytes) -> bytes:
    """The form with one to three of its fields replaced, repeated or taken away."""
    fields = parse_qsl(body.decode(), keep_blank_values=True)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(fields) - 1))
        name = draw(st.sampled_from([fields[place][0], fields[place][0] + "X"]))
        put = draw(st.lists(st.tuples(st.just(name), HOSTILE), max_size=2))
        fields[place : place + 1] = put or [("Padding", "")]
    return urlencode(fields).encode()


class TwilioSide:
    """What the contract asks of both kinds."""

    accounts: ClassVar[frozenset[str]] = frozenset({NUMBER})
    secret_name: ClassVar[str] = "auth_token"
    proof_headers: ClassVar[tuple[str, ...]] = ("x-twilio-signature",)
    unknown_event: ClassVar[bytes] = posted(
        {"Sid": "NO00000000000000000000000000000001", "AccountSid": SID, "Level": "ERROR", "Payload": "{}"}
    )
    answers: ClassVar[Mapping[tuple[Standing, Refusal | None], int]] = {
        (Standing.DECIDED, None): 200,
        (Standing.DUPLICATE, None): 200,
        (Standing.OVERLOADED, None): 503,
        (Standing.REFUSED, Refusal.FORGED): 403,
        (Standing.REFUSED, Refusal.MALFORMED): 400,
        (Standing.REFUSED, Refusal.TOO_LARGE): 413,
        (Standing.REFUSED, Refusal.WRONG_ACCOUNT): 404,
    }
    probes: ClassVar[Mapping[str, tuple[tuple[Response, ...], Outcome]]] = {
        "active": ((reply(200, {"sid": SID, "status": "active"}),), Outcome.OK),
        "suspended": ((reply(200, {"sid": SID, "status": "suspended"}),), Outcome.ACCOUNT),
        "closed": ((reply(200, {"sid": SID, "status": "closed"}),), Outcome.ACCOUNT),
        "no such account": ((reply(404, {"code": 20404, "status": 404}),), Outcome.ACCOUNT),
        "wrong token": ((reply(401, {"code": 20003, "status": 401}),), Outcome.AUTH),
        "forbidden": ((reply(403),), Outcome.AUTH),
        "throttled": ((reply(429, {"code": 20429}, headers={"retry-after": "7"}),), Outcome.THROTTLED),
        "broken": ((reply(500, "<html>oops"),), Outcome.OUTAGE),
        "broken, in its words": ((reply(500, {"code": 20500}),), Outcome.OUTAGE),
        "away": ((reply(503, {"code": 20503}),), Outcome.OUTAGE),
        "a moment, please": ((reply(503, headers={"retry-after": "5"}),), Outcome.THROTTLED),
        "a page of somebody else": ((reply(200, "<html>hotel Wi-Fi"),), Outcome.UNKNOWN),
        "elsewhere": ((reply(302),), Outcome.UNKNOWN),
    }
    sends: ClassVar[Mapping[str, tuple[tuple[Response, ...], Outcome]]] = {
        "wrong token": ((reply(401, {"code": 20003}),), Outcome.AUTH),
        "wrong token, bare": ((reply(401),), Outcome.AUTH),
        "suspended": ((reply(403, {"code": 20005}),), Outcome.ACCOUNT),
        "no such account": ((reply(404),), Outcome.ACCOUNT),
        "throttled": ((reply(429, {"code": 20429}, headers={"retry-after": "3"}),), Outcome.THROTTLED),
        "throttled, hostile pause": ((reply(429, headers={"retry-after": "inf"}),), Outcome.THROTTLED),
        "no such number": ((reply(400, {"code": 21211}),), Outcome.RECIPIENT),
        "opted out": ((reply(400, {"code": "21610"}),), Outcome.RECIPIENT),
        "country not enabled": ((reply(403, {"code": 21408}),), Outcome.RECIPIENT),
        "sender not ours": ((reply(400, {"code": 21606}),), Outcome.ACCOUNT),
        "sender's queue full": ((reply(400, {"code": 21611}),), Outcome.THROTTLED),
        "too long": ((reply(400, {"code": 21617}),), Outcome.REQUEST),
        "a code nobody knows": ((reply(400, {"code": 99999}),), Outcome.REQUEST),
        "a code of another type": ((reply(400, {"code": [None]}),), Outcome.REQUEST),
        "broken, may have acted": ((reply(500, {"code": 20500}),), Outcome.UNKNOWN),
        "broken, bare": ((reply(500, "<html>oops"),), Outcome.UNKNOWN),
        "gateway timed out": ((reply(504),), Outcome.UNKNOWN),
        "away": ((reply(503, {"code": 20503}),), Outcome.OUTAGE),
        "away, bare": ((reply(503),), Outcome.OUTAGE),
        "taken, but failed": ((reply(201, {"sid": "SM1", "error_code": 30002}),), Outcome.ACCOUNT),
        "taken, but by whom": ((reply(201, "<html>"),), Outcome.UNKNOWN),
    }

    def config(self) -> ChannelConfig:
        return ChannelConfig(
            id="number-fr",
            account=NUMBER,
            base="https://twilio.test",
            settings={"account_sid": SID, "status_callback": "https://contact.example/hooks/number-fr"},
            secrets={"auth_token": (SECRET,), "shared_key": (SHARED_KEY,)},
        )

    def sign(self, body: bytes, secret: str = SECRET) -> Request:
        return form_request(body, secret)

    def changed(self, body: bytes) -> st.SearchStrategy[bytes]:
        return changed_form(body)
