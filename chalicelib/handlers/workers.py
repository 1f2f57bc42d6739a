"""The functions without a web address: read the event, call the service for each record, report the failed ones."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.bells import read_ring
from chalicelib.channels import ChannelError
from chalicelib.handlers.intake import log
from chalicelib.handlers.log import line
from chalicelib.http_types import Request
from chalicelib.ports import PortError, Unavailable
from chalicelib.service.situation import NoSituation

functions = Blueprint(__name__)
Json = dict[str, Any]


@functions.lambda_function(name="deliver")
def deliver(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Answer bells."""
    delivery = wiring.current().delivery
    return each(event, "delivery", lambda body: delivery.answer(read_ring(body).key).value)


@functions.lambda_function(name="evidence")
def evidence(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Take in receipts, desk outcomes and signals."""
    hearing = wiring.current().hearing
    heard = {
        record["body"]: int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
        for record in event["Records"]
    }
    return each(event, "evidence", lambda body: hearing.take(body, heard[body]))


@functions.lambda_function(name="probe")
def probe(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Probe channels, and read vendors' status pages."""
    wired = wiring.current()

    def run(body: str) -> str:
        if "page" in json.loads(body):
            return f"page {json.loads(body)['page']} {wired.watcher.run(body)}"
        signal = wired.prober.run(body)
        return f"{json.loads(body)['channel']} {signal.outcome.value} {signal.detail}" if signal else "gone"

    return each(event, "probe", run)


@functions.lambda_function(name="replay_overflow")
def replay_overflow(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Accept what had to be held, by the same code, as of the time when it came."""
    from chalicelib.service.wire import read_held

    acceptance = wiring.current().acceptance

    def run(body: str) -> str:
        held = read_held(body)
        handled = acceptance.receive(held.channel, held.request, held.at, held=True)
        return f"{handled.standing.value} {handled.new} new"

    return each(event, "replay", run)


@functions.lambda_function(name="tick")
def tick(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """The scheduled minute, or a ring because something flipped."""
    ticker = wiring.current().tick
    ticked = ticker.flip() if "Records" in event else ticker.minute()
    done = asdict(ticked) if ticked else {"because": "no plan was published yet"}
    line("tick", **done)
    return done


@functions.lambda_function(name="mail")
def mail(event: Json, context: object) -> None:  # noqa: ARG001 - Lambda's signature
    """Accept mail: the topic's subscription proves where it comes from. Raises Unavailable: the platform retries."""
    wired = wiring.current()
    now = wired.clock.now()
    for record in event["Records"]:
        topic = record["Sns"]["TopicArn"]
        channels = wired.situations.read(now).plan.channels.values()
        channel = next((c.id for c in channels if topic in c.settings.get("topic_arn", "").split(",")), None)
        if channel is None:
            line("mail", because="no channel has this topic", topic=topic)
            continue
        body = json.dumps(record["Sns"], ensure_ascii=False).encode()
        handled = wired.acceptance.receive(channel, Request(origin=topic, body=body), now)
        log(handled, int(now.timestamp() * 1000))
        if handled.standing.value == "overloaded":
            raise Unavailable(handled.because)


def each(event: Json, name: str, handle: Callable[[str], str]) -> Json:
    """Handle every record by itself. Those that fail come back alone, and end in the dead-letter queue with time."""
    failures = []
    for record in event["Records"]:
        try:
            came = handle(record["body"])
        except (PortError, ChannelError, NoSituation, ValueError, KeyError) as failed:
            failures.append({"itemIdentifier": record["messageId"]})
            came = f"failed: {type(failed).__name__}: {failed}"
        line(name, came=came)
    return {"batchItemFailures": failures}
