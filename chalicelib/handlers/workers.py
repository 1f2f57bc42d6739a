"""The functions without a web address: read the event, call the service for each record, report the failed ones."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.bells import read_ring
from chalicelib.domain.upgrade.times import millis
from chalicelib.handlers.ahead import ours
from chalicelib.handlers.batch import each, whole
from chalicelib.handlers.intake import log
from chalicelib.handlers.log import line, measured
from chalicelib.handlers.probing import probed
from chalicelib.handlers.seated import away, keep_reckoned, put_back, standing_by
from chalicelib.ports import Unavailable

functions = Blueprint(__name__)
Json = dict[str, Any]
LONGEST_BELL = 50.0
"""Seconds: sends start for 40 s, each takes up to 8. A function that is ended within a send leaves a doubt."""


@functions.lambda_function(name="deliver")
def deliver(event: Json, context: object) -> Json:
    """Answer bells; one that might outlast this function is rung anew, for a function with all its time."""
    wired = wiring.current()
    promise: Json = {}

    def run(body: str) -> str:
        ring = read_ring(body)
        if seconds_left(context) < LONGEST_BELL:
            wired.stores.queues.bell(ring)
            return "rung anew"
        if elsewhere := away(wired):
            return elsewhere
        done = wired.delivery.answered(ring.key)
        if done.unserved is not None:
            at = millis(wired.clock.now())
            promise.update(measured({"Unserved": done.unserved}, at), lane=done.lane)
        return done.came.value

    return settled(wired, each(event, "delivery", run, promise))


@functions.lambda_function(name="evidence")
def evidence(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Take in receipts, desk outcomes and signals."""
    wired = wiring.current()
    heard = {
        record["body"]: int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
        for record in event["Records"]
    }

    def run(body: str) -> str:
        return put_back(wired, body) or wired.hearing.take(body, heard[body])

    return settled(wired, each(event, "evidence", run))


@functions.lambda_function(name="probe")
def probe(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Probe channels, read vendors' status pages, send canaries, and fetch what was missed."""
    wired = wiring.current()
    return settled(wired, each(event, "probe", lambda body: away(wired) or probed(wired, body)))


@functions.lambda_function(name="replay_overflow")
def replay_overflow(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Accept what had to be held, by the same code, as of the time when it came."""
    from chalicelib.handlers.replay import replaying

    return each(event, "replay", replaying(wiring.current(), event["Records"]))


@functions.lambda_function(name="tick")
def tick(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """The scheduled minute, or a ring because something flipped."""
    return whole(event, lambda: ticked(event))


def ticked(event: Json) -> Json:
    """What one tick did."""
    from chalicelib.handlers.anchored import keep_anchored
    from chalicelib.handlers.readiness import keep_ready
    from chalicelib.handlers.scheduled import publish_due
    from chalicelib.handlers.ticking import minute, told

    wired = wiring.current()
    notes = [record["body"] for record in ours(event["Records"], "tick")] if "Records" in event else None
    instead = standing_by(wired, event, notes)
    if instead is not None:
        return instead
    try:
        if notes is None:
            publish_due(wired)
            return minute(wired, event)
        return told(wired.tick.flip(notes))
    finally:
        keep_ready(wired, notes)
        keep_anchored(wired, notes)
        keep_reckoned(wired, notes)


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
    from chalicelib.service.mail_in import NoSuchTopic, mail_of

    wired = wiring.current()
    now = wired.clock.now()
    for record in event["Records"]:
        try:
            held = mail_of(record["Sns"], wired.situations.read(now).plan, now)
        except NoSuchTopic as unknown:
            line("mail", because=str(unknown))
            continue
        handled = wired.acceptance.receive(held.channel, held.request, now)
        log(handled, int(now.timestamp() * 1000))
        if handled.standing.value == "overloaded":
            raise Unavailable(handled.because)


def settled(wired: "wiring.Wired", done: Json) -> Json:
    """The function's answer, once all that it learned is written."""
    wired.believer.settle(wired.clock)
    return done


def seconds_left(context: object) -> float:
    """Of this function's time; without end where nobody counts it."""
    left = getattr(context, "get_remaining_time_in_millis", None)
    return left() / 1000 if left else float("inf")
