"""A fake Amazon SES (API v2, 2019-09-27): takes mail, and tells an SNS topic what became of it, or brings it to us."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local.fakes.provider import Provider, fresh
from infra.local.fakes.vendor_desks import ses_mail
from infra.local.fakes.vendors import FORM, Signed
from infra.local.fakes.wire import Arrived, Item, Reply, Taken, refusal, told

SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/(?P<region>[\w-]+)/ses/aws4_request, ")
ACCOUNT = {
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "ProductionAccessEnabled": True,
    "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0},
}
ROOT = Credentials("test", "test")  # ministack's documented root credentials, known to all


class SesFake(Provider):
    """One account. `topic` is where it publishes delivery events; its hook is the address of SNS itself.

    `mailboxes` are those that its receipt rules hand to the same topic.
    """

    kind: ClassVar[str] = "ses_email"
    topic = ""
    mailboxes: frozenset[str] = frozenset()

    def answer(self, arrived: Arrived, now: float) -> Taken:  # noqa: ARG002 - the seam's signature
        """403 for what is not signed, 404 for other operations, 400 for a mail without a recipient."""
        if not SIGNED.match(arrived.headers.get("authorization", "")):
            return _refused(403, "MissingAuthenticationTokenException")
        match (arrived.method, arrived.path):
            case ("GET", "/v2/email/account"):
                return refusal(200, ACCOUNT)
            case ("POST", "/v2/email/outbound-emails"):
                return _taken(arrived)
        return _refused(404, "NotFoundException")

    def failing(self, code: int) -> Reply:
        """SES's own words for its own trouble."""
        return _error(code, "ServiceUnavailable" if code == 503 else "InternalFailure")  # noqa: PLR2004 - HTTP's own

    def throttled(self, wait: float) -> Reply:  # noqa: ARG002 - SES does not say when to come back
        """429; it names no time."""
        return _error(429, "TooManyRequestsException")

    def receipts(self, item: Item, hook: str, now: float) -> Sequence[Signed]:
        """The recipient's server took the mail: one event, for mail of a configuration set. Mail to us comes in."""
        if not hook:
            return ()
        at, told = datetime.fromtimestamp(now, UTC), []
        if item.callback:
            told.append(_delivered(item, at.isoformat()))
        if item.party in self.mailboxes:
            told.append(ses_mail(item.sender, item.party, item.conversation, item.text, (fresh("0102"), at)))
        wanted = {"Action": "Publish", "Version": "2010-03-31", "TopicArn": self.topic}
        return tuple(_published(hook, {**wanted, "Message": words}) for words in told)


def _delivered(item: Item, stamp: str) -> str:
    mail = {"messageId": item.id, "timestamp": stamp, "destination": [item.party]}
    return json.dumps({"eventType": "Delivery", "mail": mail, "delivery": {"timestamp": stamp}})


def _taken(arrived: Arrived) -> Taken:
    try:
        sent = arrived.json()
        simple, [party] = sent["Content"]["Simple"], sent["Destination"]["ToAddresses"]
        words = {"text": simple["Body"]["Text"]["Data"], "conversation": simple["Subject"]["Data"]}
    except (ValueError, KeyError, TypeError):
        return _refused(400, "BadRequestException")
    named = {each["Name"]: each["Value"] for each in sent.get("EmailTags", ())}
    number = fresh("0102")
    item = Item(id=number, key=named.get("bascule", ""), party=party, sender=sent.get("FromEmailAddress", ""),
                callback=sent.get("ConfigurationSetName", ""), **words)  # fmt: skip
    return Taken(reply=told(200, {"MessageId": number}), item=item)


def _published(hook: str, form: Mapping[str, str]) -> Signed:
    """SNS's Publish as a signed request."""
    region, body = form["TopicArn"].split(":")[3], urlencode(form).encode()
    request = AWSRequest(method="POST", url=hook, data=body, headers={"Content-Type": FORM})
    SigV4Auth(ROOT, "sns", region).add_auth(request)
    return Signed(url=hook, body=body, headers=dict(request.headers.items()))


def _error(code: int, name: str) -> Reply:
    found: dict[str, Any] = {"message": name}
    return told(code, found, x_amzn_ErrorType=name)


def _refused(code: int, name: str) -> Taken:
    return Taken(reply=_error(code, name))
