"""The vendors' door: /hooks/{channel} and the front door's documents."""

import json
from urllib.parse import urlencode

from chalice.app import Blueprint, Response
from chalice.app import Request as Event

from chalicelib import wiring
from chalicelib.channels import MissingSetting, Refusal, Standing, UnknownKind
from chalicelib.domain.upgrade.times import millis
from chalicelib.handlers.log import counted, line
from chalicelib.http_types import Answer, Request
from chalicelib.ports import Missing, Unavailable
from chalicelib.service.handled import Handled
from chalicelib.service.notice import ask_again
from chalicelib.service.situation import NoSituation

routes = Blueprint(__name__)

CONTENT_TYPES = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
    "application/octet-stream",
    "application/cloudevents+json",
]
FEED_TYPES = {"json": "application/json; charset=utf-8", "js": "text/javascript; charset=utf-8"}
RETRY_AFTER = {"Retry-After": "30"}


@routes.route("/hooks/{channel}", methods=["GET", "POST"], content_types=CONTENT_TYPES)
def hook(channel: str) -> Response:
    """Accept a vendor's request and give the vendor's own answer."""
    wired = wiring.current()
    now = wired.clock.now()
    request = request_of(channel, routes.current_request)
    try:
        handled = wired.acceptance.receive(channel, request, now)
    except Missing:
        return problem(404, "unknown-channel", f"no channel {channel!r}")
    except (NoSituation, MissingSetting, UnknownKind, Unavailable) as unfit:
        line("unfit", channel=channel, because=str(unfit))
        later = ask_again(wired.situations, channel, now)
        if later is not None:
            return response_of(later)
        return problem(503, "not-ready", "this channel cannot be served now", RETRY_AFTER)
    if handled.refusal is Refusal.FORGED:
        from chalicelib.service.turned import TURNED

        TURNED.away(wired.stores.contacts, channel, now)
    log(handled, millis(now))
    return response_of(handled.answer)


@routes.route("/front-door/{document}", methods=["GET"])
def front_door(document: str) -> Response:
    """Serve a feed or the script; the same documents lie in object storage, which outlives this function."""
    try:
        text = wiring.current().stores.snapshots.read_feed(document)
    except Missing:
        return problem(404, "unknown-document", f"no document {document!r}")
    except Unavailable:
        return problem(503, "not-ready", "try again", RETRY_AFTER)
    headers: dict[str, str | list[str]] = {
        "Content-Type": FEED_TYPES.get(document.rpartition(".")[2], "text/plain; charset=utf-8"),
        "Cache-Control": "public, max-age=15",
        "Access-Control-Allow-Origin": "*",
    }
    line("front door", document=document)
    return Response(body=text, status_code=200, headers=headers)


def request_of(channel: str, event: Event) -> Request:
    """The request as the seam has it. The path is rebuilt from the route: the gateway puts its stage before it."""
    query = event.query_params
    pairs = {name: tuple(query.getlist(name)) for name in query} if query else {}
    search = f"?{urlencode(pairs, doseq=True)}" if pairs else ""
    return Request(
        method=event.method,
        url=f"/hooks/{channel}{search}",
        query=pairs,
        body=_bytes(event),
        headers={name.lower(): value for name, value in event.headers.items()},
    )


def _bytes(event: Event) -> bytes:
    """The raw body. A text with half a surrogate pair is nobody's UTF-8, and is left for the proof to refuse."""
    try:
        body = event.raw_body
    except UnicodeEncodeError:
        body = event.to_original_event()["body"]
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body


def response_of(answer: Answer) -> Response:
    """The vendor's answer as Chalice gives it."""
    return Response(
        body=answer.body, status_code=answer.code, headers={"Content-Type": "text/plain", **answer.headers}
    )


def problem(code: int, name: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    """An answer of our own, where no channel has one."""
    body = json.dumps({"type": f"/problems/{name}", "status": code, "detail": detail})
    return Response(
        body=body, status_code=code, headers={"Content-Type": "application/problem+json", **(headers or {})}
    )


def log(handled: Handled, at: int) -> None:
    """The event's one line."""
    counts = {
        "Accepted": handled.new,
        "Refused": int(handled.standing is Standing.REFUSED),
        "Overflowed": int(handled.overflow),
    }
    counted(
        handled.standing.value,
        counts,
        at,
        channel=handled.channel,
        kind=handled.kind,
        refusal=handled.refusal.value if handled.refusal else "",
        duplicates=handled.duplicates,
        foreign=handled.foreign,
        faults=handled.faults,
        ignored=handled.ignored,
        unrung=handled.unrung,
        because=handled.because,
    )
