"""The functions without a web address: read the event, call the service for each record, report the failed ones."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.bells import read_ring
from chalicelib.channels import ChannelError
from chalicelib.domain.detection.lateness import late_seconds
from chalicelib.handlers.intake import log
from chalicelib.handlers.log import line
from chalicelib.http_types import Request
from chalicelib.ports import Note, PortError, Unavailable
from chalicelib.service.situation import NoSituation

if TYPE_CHECKING:
    from chalicelib.service.canaries import Canaries

functions = Blueprint(__name__)
Json = dict[str, Any]
LONGEST_BELL = 50.0
"""Seconds: sends start for 40 s, each takes up to 8. A function that is ended within a send leaves a doubt."""


@functions.lambda_function(name="deliver")
def deliver(event: Json, context: object) -> Json:
    """Answer bells; one that might outlast this function is rung anew, for a function with all its time."""
    wired = wiring.current()

    def run(body: str) -> str:
        ring = read_ring(body)
        if seconds_left(context) < LONGEST_BELL:
            wired.stores.queues.bell(ring)
            return "rung anew"
        return wired.delivery.answer(ring.key).value

    return each(event, "delivery", run)


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
    """Probe channels, read vendors' status pages, and send canaries."""
    wired = wiring.current()

    def run(body: str) -> str:
        if "page" in json.loads(body):
            return f"page {json.loads(body)['page']} {wired.watcher.run(body)}"
        if "canary" in json.loads(body):
            return f"canary {json.loads(body)['canary']} {canaries(wired).run(body)}"
        signal = wired.prober.run(body)
        return f"{json.loads(body)['channel']} {signal.outcome.value} {signal.detail}" if signal else "gone"

    return each(event, "probe", run)


@functions.lambda_function(name="replay_overflow")
def replay_overflow(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Accept what had to be held, by the same code, as of the time when it came."""
    from chalicelib.service.wire import is_evidence, read_held

    wired = wiring.current()
    acceptance = wired.acceptance

    def run(body: str) -> str:
        if is_evidence(body):  # a word that its own queue did not take
            return f"passed on as {wired.stores.queues.put(Note(queue='evidence', body=body))}"
        held = read_held(body)
        handled = acceptance.receive(held.channel, held.request, held.at, held=True)
        return f"{handled.standing.value} {handled.new} new"

    return each(event, "replay", run)


@functions.lambda_function(name="tick")
def tick(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """The scheduled minute, or a ring because something flipped."""
    from chalicelib.service.flips import write_down

    ticker = wiring.current().tick
    notes = [record["body"] for record in event.get("Records", ())]
    ticked = ticker.flip(notes) if "Records" in event else ticker.minute()
    for record in event.get("Records", ()):
        write_down(wiring.current().stores.ledger, record["body"])
    done = asdict(ticked) if ticked else {"because": "no plan was published yet"}
    line("tick", **done, late=late_seconds(event.get("time"), wiring.current().clock.now()))
    return done


@functions.lambda_function(name="announce")
def announce(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Pass announcements on to those who subscribed."""
    from chalicelib.service.announce import Announcer

    wired = wiring.current()
    announcer = Announcer(
        situations=wired.situations, stores=wired.stores, http=wired.http, clock=wired.clock
    )
    return each(event, "announcement", announcer.take)


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


def canaries(wired: "wiring.Wired") -> "Canaries":
    """The probe function's third service."""
    from chalicelib.service.canaries import Canaries

    stores, clock = wired.stores, wired.clock
    return Canaries(stores=stores, situations=wired.situations, registry=wired.registry, clock=clock)


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


def seconds_left(context: object) -> float:
    """Of this function's time; without end where nobody counts it."""
    left = getattr(context, "get_remaining_time_in_millis", None)
    return left() / 1000 if left else float("inf")
