"""E-mail through Amazon SES: received by SNS, sent by the SES v2 API (2019-09-27); docs.aws.amazon.com/ses.

Mail reaches us through a topic that Lambda subscribes to: AWS vouches for the topic, so no signature is read
and a plain HTTP request is never believed. Errors of every meaning share HTTP 400: the error's name decides.
SES takes no key of ours: a repeated send is a second mail.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from chalicelib.channels import (
    CANARY_FROM,
    Capability,
    Channel,
    ChannelConfig,
    Finding,
    Forged,
    Malformed,
    MissingSetting,
    Parsed,
    Refusal,
    SendFailed,
    Setting,
    Standing,
    Verdict,
)
from chalicelib.channels._json import dump, lenient, load_table, text
from chalicelib.channels._responses import doubted, ok, outcome, retry_after
from chalicelib.channels._ses_account import account_state, of_account
from chalicelib.channels._ses_events import FAILED, Received, receipt
from chalicelib.channels._ses_outgoing import canary_letter, to_desk, to_person
from chalicelib.channels._signature import same
from chalicelib.domain.detection.promise import ReceiptPromise
from chalicelib.domain.model import Medium, Message, Outcome, Sent, Signal
from chalicelib.http_types import Answer, Call, Http, Request, Response

OUTCOMES = {
    "TooManyRequestsException": Outcome.THROTTLED,
    "ThrottlingException": Outcome.THROTTLED,
    "LimitExceededException": Outcome.ACCOUNT,
    "AccountSuspendedException": Outcome.ACCOUNT,
    "SendingPausedException": Outcome.ACCOUNT,
    "MailFromDomainNotVerifiedException": Outcome.ACCOUNT,
    "NotFoundException": Outcome.ACCOUNT,
    "MessageRejected": Outcome.REQUEST,
    "BadRequestException": Outcome.REQUEST,
    "AccessDeniedException": Outcome.AUTH,
    "ExpiredTokenException": Outcome.AUTH,
    "IncompleteSignatureException": Outcome.AUTH,
    "InvalidClientTokenId": Outcome.AUTH,
    "InvalidSignatureException": Outcome.AUTH,
    "MissingAuthenticationTokenException": Outcome.AUTH,
    "SignatureDoesNotMatch": Outcome.AUTH,
    "UnrecognizedClientException": Outcome.AUTH,
    "InternalFailure": Outcome.OUTAGE,
    "InternalServiceErrorException": Outcome.OUTAGE,
    "ServiceUnavailable": Outcome.OUTAGE,
}
# One name for two things: a bad mail, and an account still in the sandbox or an identity never verified.
UNVERIFIED = "Email address is not verified"
# Lambda repeats an SNS event only if the function fails: the mail handler raises on 503 and on nothing else.
REFUSALS = {Refusal.FORGED: 401, Refusal.MALFORMED: 400, Refusal.TOO_LARGE: 413, Refusal.WRONG_ACCOUNT: 200}
HTTP = "http"
# greylisting makes some of the recipients' servers take a mail only later
RECEIPT_WAIT = 120
LONGEST_WAIT = 900
"""Seconds: the longest that a queue delays the bell which looks for the receipt."""
_WAIT = Setting(
    name="receipt_wait",
    purpose=f"seconds within which a delivery event comes, else {RECEIPT_WAIT}",
    required=False,
)


class SesEmail(Channel):
    """A mailbox, and a desk that reads mail; `config.account` is the mailbox's address."""

    kind: ClassVar[str] = "ses_email"
    medium: ClassVar[Medium] = Medium.EMAIL
    deadline: ClassVar[timedelta] = timedelta(seconds=30)
    later: ClassVar[Answer] = Answer(code=503)
    needs: ClassVar[tuple[Setting, ...]] = (
        Setting(name="topic_arn", purpose="the SNS topics that may bring mail and events, by comma"),
        Setting(name="region", purpose="where the identity is, such as eu-west-3"),
        Setting(name="from", purpose="sender, else the account", required=False),
        Setting(name="subject", purpose="subject of mail that answers none", required=False),
        Setting(name="configuration_set", purpose="publishes events on sent mail", required=False),
        Setting(name="spam", purpose="mark: keep spam, with a trait; else it is ignored", required=False),
        _WAIT,
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.SEND, Capability.CANARY, Capability.CHECK}
    )

    def __init__(self, config: ChannelConfig, http: Http) -> None:
        super().__init__(config, http)
        said = config.settings.get(_WAIT.name) or str(RECEIPT_WAIT)
        if not said.isascii() or not said.isdigit() or not 0 < int(said) <= LONGEST_WAIT:
            raise MissingSetting(config.id, _WAIT)
        self.receipts = ReceiptPromise(wait=timedelta(seconds=int(said)), missing=0.05)

    def verify(self, request: Request, now: datetime) -> None:  # noqa: ARG002 - the seam's signature
        """Forged unless the platform itself says that one of our topics sent it."""
        topics = [one.strip() for one in self.config.settings["topic_arn"].split(",")]
        known = [topic for topic in topics if topic and same(topic, request.origin)]
        if not known or request.origin == HTTP:
            raise Forged("the request comes from none of our topics")

    def parse(self, request: Request, now: datetime) -> Parsed:  # noqa: ARG002 - the seam's signature
        """One mail, or one event on a mail of ours; the body is the record's `Sns` object."""
        words = text(load_table(request.body), "Message")
        if not words:
            raise Malformed("the record has no Message")
        if not words.lstrip().startswith("{"):
            return Parsed(ignored=1)  # SNS and SES announce themselves in plain words
        notice = load_table(words)
        name = text(notice, "notificationType") or text(notice, "eventType")
        if name == "Received":
            return self._received(Received(notice))
        found = receipt(name, notice)
        return Parsed(receipts=(found,)) if found else Parsed(ignored=1)

    def answer(self, verdict: Verdict) -> Answer:
        """Read by our own mail handler, not by a vendor: 503 says "let it come again"."""
        if verdict.standing is Standing.OVERLOADED:
            return self.later
        if verdict.standing is Standing.REFUSED and verdict.refusal:
            return Answer(code=REFUSALS[verdict.refusal])
        return Answer(code=200)

    def send(self, message: Message, now: datetime) -> Sent:
        """Send one mail; its events come under the id returned if there is a configuration set."""
        letter = (
            to_desk(message, message.contact) if message.contact else to_person(message, self.config.settings)
        )
        settings = self.config.settings
        body = {"FromEmailAddress": settings.get("from") or self.config.account, **letter}
        if settings.get("configuration_set"):
            body["ConfigurationSetName"] = settings["configuration_set"]
        return self._hand_over(body, now)

    def canary(self, token: str, now: datetime) -> Sent:
        """Have our second mailbox, an identity of this account, write to this one."""
        sender = self.config.settings.get(CANARY_FROM, "")
        return self._hand_over({"FromEmailAddress": sender, **canary_letter(self.config.account, token)}, now)

    def _hand_over(self, body: Mapping[str, Any], now: datetime) -> Sent:
        response = self._ask("POST", "/v2/email/outbound-emails", dump(body))
        if not ok(response):
            name, wait = _error(response), retry_after(response, now)
            raise doubted(SendFailed(_outcome(response, now), retry_after=wait, detail=name), response)
        identity = text(lenient(response.body), "MessageId")
        if not identity:
            raise SendFailed(Outcome.UNKNOWN, detail="taken without an id")
        return Sent(provider_id=identity, receipt_due="ConfigurationSetName" in body)

    def probe(self, now: datetime) -> Signal:
        """Ask for the account: may it send, is it under review, how much of the day's quota is left."""
        response = self._ask("GET", "/v2/email/account")
        found, detail = (
            account_state(lenient(response.body))
            if ok(response)
            else (_outcome(response, now), _error(response))
        )
        wait = retry_after(response, now)
        return Signal(outcome=found, at=now, latency=response.elapsed, detail=detail, retry_after=wait)

    def check(self, now: datetime) -> tuple[Finding, ...]:
        """The sandbox, enforcement, what is left of the day. Raises SendFailed."""
        response = self._ask("GET", "/v2/email/account")
        if not ok(response):
            raise SendFailed(_outcome(response, now), detail=_error(response))
        return tuple(of_account(lenient(response.body)))

    def _received(self, mail: Received) -> Parsed:
        spam = mail.verdict("spam") == FAILED and self.config.settings.get("spam") != "mark"
        if mail.automatic() or spam or mail.verdict("virus") == FAILED:
            return Parsed(ignored=1)
        return Parsed(contacts=(mail.contact(self.config.account),))

    def _ask(self, method: str, path: str, body: bytes = b"") -> Response:
        host = self.config.base or f"https://email.{self.config.settings['region']}.amazonaws.com"
        headers = {"content-type": "application/json"}
        return self.http.send(Call(method=method, url=host + path, headers=headers, body=body, sign="ses"))


def _error(response: Response) -> str:
    """The error's name: header `x-amzn-errortype`, or `__type` in the body, without address and namespace."""
    told = response.headers.get("x-amzn-errortype", "") or text(lenient(response.body), "__type")
    name = told.partition(":")[0].rpartition("#")[2].strip()
    return name if name.isalnum() else f"http {response.code}"


def _outcome(response: Response, now: datetime) -> Outcome:
    name, said = _error(response), lenient(response.body)
    if name == "MessageRejected" and text(said, "message").startswith(UNVERIFIED):
        return Outcome.ACCOUNT
    return OUTCOMES.get(name) or outcome(response, now)
