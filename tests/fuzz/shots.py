"""One request on its way to the gateway, and how the gateway hands it to the function."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote

HOOK = "/hooks/{channel}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """`marks` are the mutations in it, in their order; `headers` as sent, names in any case, the last one counts."""

    channel: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""
    method: str = "POST"
    marks: tuple[str, ...] = ()
    encoded: bool = True
    bare: bool = False
    """No headers and no query at all, as some gateways spell nothing: null."""
    topic: str = field(default="")
    """Set: it comes by the platform's topic, and not by the gateway."""

    @property
    def proof(self) -> Mapping[str, str]:
        """The headers as they reach the product: lower case, the last of a name, each spelling in its first place."""
        return {} if self.bare else {name.lower(): value for name, value in dict(self.headers).items()}


def as_text(body: bytes) -> str:
    """The body as a gateway that takes it for text hands it on: lone surrogates stay, other junk is replaced."""
    try:
        return body.decode("utf-8", "surrogatepass")
    except ValueError:
        return body.decode("utf-8", "replace")


def event(shot: Shot) -> dict[str, Any]:
    """A REST API's proxy event (payload format 1.0)."""
    raw = b64encode(shot.body).decode() if shot.encoded else as_text(shot.body)
    headers = None if shot.bare else dict(shot.headers)
    query = {} if shot.bare else parse_qs(shot.query, keep_blank_values=True)
    return {
        "resource": HOOK,
        "path": "/hooks/" + quote(shot.channel, errors="replace"),
        "httpMethod": shot.method,
        "headers": headers,
        "multiValueHeaders": None if headers is None else {name: [value] for name, value in shot.headers},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"channel": shot.channel},
        "stageVariables": None,
        "requestContext": {"resourcePath": HOOK, "httpMethod": shot.method, "identity": {}},
        "body": raw,
        "isBase64Encoded": shot.encoded,
    }


def record(shot: Shot) -> dict[str, Any]:
    """What a function subscribed to a topic gets for one message."""
    sns = {
        "Type": "Notification", "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e", "TopicArn": shot.topic,
        "Subject": "Amazon SES Email Receipt Notification", "Message": as_text(shot.body),
        "Timestamp": "2026-03-02T09:00:00.000Z", "SignatureVersion": "1", "Signature": "EXAMPLE",
        "SigningCertUrl": "EXAMPLE", "UnsubscribeUrl": "EXAMPLE", "MessageAttributes": {},
    }  # fmt: skip
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns}]}
