"""Amazon's side of an e-mail test: the record that Lambda gets, a notification, and botocore's own requests."""

import json
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.stub import Stubber

from chalicelib.channels import Channel, ChannelConfig, kind
from chalicelib.http_types import Request
from tests.contract.channel_contract import SAMPLES
from tests.fakes_http import Scripted, ScriptedHttp

TOPIC = "arn:aws:sns:eu-west-3:123456789012:mail"
BASE = "https://mail.example"
KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
CONFIG = ChannelConfig(
    id="mail-fr",
    account="contact@shop.example",
    base=BASE,
    settings={"topic_arn": f"{TOPIC}, {TOPIC}-events", "region": "eu-west-3"},
)


def made(*responses: Scripted, **settings: str) -> tuple[Channel, ScriptedHttp]:
    """The channel, and the network that it speaks through."""
    door = ScriptedHttp(responses)
    given = {**CONFIG.settings, **settings}
    config = ChannelConfig(id=CONFIG.id, account=CONFIG.account, base=CONFIG.base, settings=given)
    return kind("ses_email")(config, door), door


def record(message: str, **changes: Any) -> Request:
    """What Lambda hands over for one SNS message: the `Sns` object of its only record."""
    sns = {
        "Type": "Notification",
        "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Receipt Notification",
        "Message": message,
        "Timestamp": "2026-11-21T11:59:56.000Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertUrl": "EXAMPLE",
        "UnsubscribeUrl": "EXAMPLE",
        "MessageAttributes": {},
        **changes,
    }
    return Request(body=json.dumps(sns).encode(), origin=TOPIC)


def received(content: str | None = None, **mail: Any) -> dict[str, Any]:
    """The sample of a received mail, with another content or other fields of `mail`."""
    notice = json.loads((SAMPLES / "ses_email-2019-09-27-2026_11-received.json").read_text())
    notice["mail"] |= mail
    if content is not None:
        notice["content"] = content
    return dict(notice)


def with_headers(**headers: str) -> dict[str, Any]:
    """The sample with these headers (underscores for hyphens) before its own."""
    named = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
    return received(headers=[*named, *received()["mail"]["headers"]])


class Captured(Exception):
    """The request that botocore was about to send."""

    def __init__(self, request: AWSPreparedRequest) -> None:
        super().__init__(request.url)
        self.request = request


def botocore_request(operation: str, arguments: Mapping[str, Any]) -> AWSPreparedRequest:
    """The very request that Amazon's SDK makes for this operation; nothing is sent."""
    session = botocore.session.get_session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    client = session.create_client(
        "sesv2", region_name="eu-west-3", endpoint_url=BASE, config=Config(retries={})
    )

    def capture(request: AWSPreparedRequest, **_: Any) -> None:
        raise Captured(request)

    client.meta.events.register("before-send", capture)
    try:
        getattr(client, xform_name(operation))(**arguments)
    except Captured as caught:
        return caught.request
    raise AssertionError("botocore sent nothing")


def botocore_reads(operation: str, response: Mapping[str, Any]) -> Mapping[str, Any]:
    """The response, checked against the service's published model."""
    session = botocore.session.get_session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    client = session.create_client("sesv2", region_name="eu-west-3")
    with Stubber(client) as stub:
        stub.add_response(operation, dict(response))
        return dict(getattr(client, operation)())
