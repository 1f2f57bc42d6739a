"""Meta as the other side: signs as its webhooks do, and the tests that both of its channels share."""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pywa.utils import webhook_updates_validator

from chalicelib.channels import Forged, Malformed, Refusal, SendFailed, Standing, Verdict
from chalicelib.domain.model import Contact, Message, Outcome, Party
from chalicelib.http_types import Request, Response
from tests.contract.channel_contract import LOOSE, SECRET, BatchContract
from tests.contract.sending_contract import WORDS, SendingContract
from tests.contract.signed_contract import SignedContract
from tests.fakes_http import ScriptedHttp, reply

PROOF = "x-hub-signature-256"
GRAPH = "https://graph.example.test"
VERIFY_TOKEN = "our-own-verify-token"
KNOWN_SECRET = "bascule-test-secret"
KNOWN_BODY = '{"probe":"café 🚨","n":1}'.encode()
KNOWN_PROOF = "sha256=c702baf9fc9e4bbaefbc4b901d8c633c76397c034cdd8dee591208a63df57b0b"
BUSINESS_USE = {
    "x-business-use-case-usage": '{"1":[{"type":"messenger","estimated_time_to_regain_access":3}]}'
}


def graph_error(code: int, subcode: int = 0, http: int = 400, **more: Any) -> Response:
    """An error as the Graph API words it."""
    error = {
        "message": "(#1) in Meta's words",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "A1b2",
        **more,
    }
    return reply(http, {"error": error | ({"error_subcode": subcode} if subcode else {})})


FAILURES: dict[str, tuple[tuple[Response, ...], Outcome]] = {
    "gateway in HTML": ((reply(502, "<html>Bad Gateway</html>"),), Outcome.OUTAGE),
    "server error": ((reply(500, b""),), Outcome.OUTAGE),
    "service unavailable by code": ((graph_error(2, http=400),), Outcome.OUTAGE),
    "transient by its own word": ((graph_error(987654, is_transient=True),), Outcome.OUTAGE),
    "privacy terms behind an outage's code": ((graph_error(2, 2018344),), Outcome.ACCOUNT),
    "too many by HTTP": ((reply(429, "slow down", headers={"retry-after": "17"}),), Outcome.THROTTLED),
    "too many by code with 403": ((graph_error(130429, http=403),), Outcome.THROTTLED),
    "transient and too many": ((graph_error(4, is_transient=True),), Outcome.THROTTLED),
    "business use case limit": ((graph_error(80007),), Outcome.THROTTLED),
    "expired token": ((graph_error(190, 463, http=401),), Outcome.AUTH),
    "permission": ((graph_error(230, http=403),), Outcome.AUTH),
    "unauthorized without words": ((reply(401, b""),), Outcome.AUTH),
    "blocked for policy": ((graph_error(368),), Outcome.ACCOUNT),
    "restricted page": ((graph_error(10, 1893063),), Outcome.ACCOUNT),
    "outside the window": ((graph_error(10, 2018278),), Outcome.RECIPIENT),
    "undeliverable": ((graph_error(131026),), Outcome.RECIPIENT),
    "parameter": ((graph_error(100),), Outcome.REQUEST),
    "unknown code": ((graph_error(987654),), Outcome.REQUEST),
    "success without an id": ((reply(200, {"unexpected": True}),), Outcome.UNKNOWN),
    "an id beside an error": (
        (reply(500, {"message_id": "m", "messages": [{"id": "w"}], "id": "1"}),),
        Outcome.OUTAGE,
    ),
    "redirect": ((reply(302, b""),), Outcome.UNKNOWN),
}
GATEWAY = {"gateway in HTML": ((reply(502, "<html>Bad Gateway</html>"),), Outcome.UNKNOWN)}
"""What the same answer means to words that left: nobody knows whether they came through."""


class MetaContract(SignedContract, BatchContract, SendingContract):
    """Both kinds; `page_or_number` is their own account in `config()`."""

    secret_name = "app_secret"
    proof_headers = (PROOF,)
    unknown_event = b'{"object":"permissions","entry":[{"id":"1","time":1}]}'
    answers: ClassVar = {
        (Standing.DECIDED, None): 200,
        (Standing.DUPLICATE, None): 200,
        (Standing.OVERLOADED, None): 503,
        (Standing.REFUSED, Refusal.FORGED): 401,
        (Standing.REFUSED, Refusal.MALFORMED): 200,
        (Standing.REFUSED, Refusal.TOO_LARGE): 413,
        (Standing.REFUSED, Refusal.WRONG_ACCOUNT): 200,
    }
    longest: ClassVar[int]

    def sign(self, body: bytes, secret: str = SECRET) -> Request:
        proof = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature": "sha1=0", PROOF: f"sha256={proof}"}
        return Request(url="https://hooks.example.test/hooks/meta", headers=headers, body=body)

    def shaking(self, **changes: tuple[str, ...]) -> Request:
        """Meta's GET when a webhook is configured."""
        query = {
            "mode": ("subscribe",),
            "verify_token": (VERIFY_TOKEN,),
            "challenge": ("1158201444",),
        } | changes
        return Request(
            method="GET", query={f"hub.{name}": values for name, values in query.items() if values}
        )

    def test_the_known_answer_verifies(self) -> None:
        config = replace(self.config(), secrets={**self.config().secrets, "app_secret": (KNOWN_SECRET,)})
        channel = self.channel(config=config)

        channel.verify(Request(headers={PROOF: KNOWN_PROOF}, body=KNOWN_BODY), self.now)

        with pytest.raises(Forged):
            channel.verify(Request(headers={PROOF: KNOWN_PROOF}, body=KNOWN_BODY + b" "), self.now)

    @LOOSE
    @given(body=st.binary(max_size=200), flip=st.booleans())
    def test_agrees_with_another_implementation_of_the_proof(self, body: bytes, flip: bool) -> None:  # noqa: FBT001
        request = self.sign(body)
        request = replace(request, body=body + b"x") if flip else request

        accepted = webhook_updates_validator(SECRET, request.body, request.headers[PROOF])

        assert (self.outcome(request) != "forged") is accepted

    def test_refuses_a_proof_without_its_prefix(self) -> None:
        bare = self.sign(self.genuine()).headers[PROOF].removeprefix("sha256=")

        with pytest.raises(Forged):
            self.channel().verify(self.with_header(PROOF, bare), self.now)

    def test_answers_the_handshake_with_its_challenge_as_plain_text(self) -> None:
        answer = self.channel().handshake(self.shaking(challenge=("<b>&1",)), self.now)

        assert answer is not None
        assert (answer.code, answer.body) == (200, "<b>&1")
        assert answer.headers["content-type"].startswith("text/plain")

    @pytest.mark.parametrize(
        "changes",
        [
            {"verify_token": ("wrong",)},
            {"verify_token": ("é\udcff",)},
            {"verify_token": ()},
            {"verify_token": (VERIFY_TOKEN, VERIFY_TOKEN)},
            {"mode": ("unsubscribe",)},
            {"mode": ()},
            {"challenge": ()},
            {"challenge": ("",)},
        ],
    )
    def test_refuses_a_handshake_that_is_not_right(self, changes: dict[str, tuple[str, ...]]) -> None:
        with pytest.raises(Forged):
            self.channel().handshake(self.shaking(**changes), self.now)

    def test_a_post_is_no_handshake(self) -> None:
        assert self.channel().handshake(self.sign(self.genuine()), self.now) is None

    def test_asks_an_overloaded_sender_to_come_back(self) -> None:
        assert self.channel().answer(Verdict(standing=Standing.OVERLOADED)).headers["retry-after"] == "30"

    @pytest.mark.parametrize(
        "body", [b"[]", b"{}", b'{"object":"page","entry":{}}', b'{"object":5.5,"entry":[]}']
    )
    def test_a_body_without_an_envelope_is_malformed(self, body: bytes) -> None:
        with pytest.raises(Malformed):
            self.read(body)

    def test_entries_that_are_none_are_faults(self) -> None:
        envelope = json.loads(self.genuine())
        body = json.dumps({**envelope, "entry": [None, 1, *envelope["entry"], "x"]}).encode()

        parsed = self.read(body)

        assert parsed.faults == (
            "entry[0]: not an object",
            "entry[1]: not an object",
            "entry[4]: not an object",
        )
        assert len(parsed.contacts) == len(self.read(self.genuine()).contacts)

    def test_throttling_waits_as_long_as_meta_says(self) -> None:
        slow = reply(429, b"", headers={"retry-after": "17"})
        usage = reply(400, graph_error(80007).body, headers=BUSINESS_USE)
        scripts = {"header": slow, "usage": usage, "pair": graph_error(131056), "app": graph_error(4)}

        waits = {name: self._failure((response,)).retry_after for name, response in scripts.items()}

        assert waits == {"header": 17.0, "usage": 180.0, "pair": 6.0, "app": 60.0}

    def test_hostile_usage_headers_do_no_harm(self) -> None:
        headers = {
            "retry-after": "soon",
            "x-app-usage": "[[",
            "x-business-use-case-usage": '{"1":[null,3,{"a":1e308}]}',
        }

        assert self._failure((reply(429, b"", headers=headers),)).retry_after == 60.0

    @pytest.mark.parametrize("case", ["no text", "too long", "no address", "no desk"])
    def test_refuses_what_it_cannot_send_without_a_call(self, case: str) -> None:
        contact = Contact(account="a", provider_id="p", party=Party(address="x"))
        message = {
            "no text": self.message(""),
            "too long": self.message("é" * (self.longest + 1)),
            "no address": replace(self.message(), target={}),
            "no desk": replace(self.message(), contact=contact),
        }[case]
        channel = self.channel()

        with pytest.raises(SendFailed) as failed:
            channel.send(message, self.now)

        assert (failed.value.outcome, failed.value.detail) == (Outcome.REQUEST, case)

    def test_sends_the_longest_text(self) -> None:
        assert self.channel(*self.accepted).send(self.message("é" * self.longest), self.now).receipt_due

    def test_calls_with_the_token_in_the_header_and_the_configured_version(self) -> None:
        config = replace(self.config(), settings={**self.config().settings, "version": "v26.0"})
        channel = self.channel(*self.accepted, config=config)

        channel.send(self.message(), self.now)

        assert isinstance(channel.http, ScriptedHttp)
        assert channel.http.last.headers["authorization"] == "Bearer the-newest-token"
        assert channel.http.last.url == f"{GRAPH}/v26.0/{config.account}/messages"

    def test_calls_meta_itself_without_another_base(self) -> None:
        channel = self.channel(*self.accepted, config=replace(self.config(), base=""))

        channel.send(self.message(), self.now)

        assert isinstance(channel.http, ScriptedHttp)
        assert channel.http.last.url == f"https://graph.facebook.com/v25.0/{self.config().account}/messages"


def text_message(address: str, text: str = WORDS) -> Message:
    """A message to a person."""
    return Message(key="0" * 32, target={"address": address}, text=text)
