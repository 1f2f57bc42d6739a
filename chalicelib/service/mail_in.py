"""Reads mail as its topic delivers it: to the mail function, or, where that failed, into the overflow queue."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.domain.plan import Plan
from chalicelib.http_types import Request
from chalicelib.service.wire import Held

_WRAPPED = "requestPayload"
"""Lambda's dead letter is the event as it was; a destination (and the local stack) wraps it up under this name."""


class NoSuchTopic(ValueError):
    """No channel of the plan takes mail from this topic."""


def mail_of(told: Mapping[str, Any], plan: Plan, at: datetime) -> Held:
    """The held request in the `Sns` part of a record. The subscription proves the topic. Raises NoSuchTopic."""
    topic = told["TopicArn"]
    for channel in plan.channels.values():
        if topic in channel.settings.get("topic_arn", "").split(","):
            body = json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
            return Held(channel=channel.id, request=Request(origin=topic, body=body), at=at, proven=False)
    raise NoSuchTopic(f"no channel has the topic {topic}")


def by_failed_mail(text: str) -> bool:
    """True for what Lambda sends when the mail function failed for good; held requests have other fields."""
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return isinstance(document, dict) and ("Records" in document or _WRAPPED in document)


def read_failed_mail(text: str, plan: Plan) -> Held:
    """The mail in such a message, as of the time at which its topic had it.

    Raises NoSuchTopic, ValueError when there is no mail in it.
    """
    try:
        document = json.loads(text)
        (record,) = document.get(_WRAPPED, document)["Records"]
        told = record["Sns"]
        return mail_of(told, plan, datetime.fromisoformat(told["Timestamp"]))
    except NoSuchTopic:
        raise
    except (KeyError, TypeError, ValueError) as unreadable:
        raise ValueError(f"no mail that failed: {type(unreadable).__name__}") from unreadable
