"""/v1/evidence: the loss report of a path, its verification, and the tickets that belong to it."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import unquote

from chalicelib.domain.plan_document.faults import Fault, Place
from chalicelib.domain.proof.report_seal import FIELDS
from chalicelib.handlers.asked import Asked, Said, instant, settled
from chalicelib.service.operate import evidence, evidence_verify
from chalicelib.service.operate.evidence_case import LONGEST, Window
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Faulty
from chalicelib.web.loss_page import LANGUAGES, loss_page

DAY = timedelta(days=1)
FARTHEST = timedelta(days=400)
"""The ledger is read hour by hour from then to now."""
MOST_BYTES = 5_000_000
DIGEST = re.compile(r"[0-9a-f]{64}")
TICKET = ("ticket", "from", "until", "digest")
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def report(asked: Asked, post: Post) -> Said:
    """The report as JSON, or as one page to print (`format=html`, or by Accept)."""
    parameters = asked.parameters("from", "until", "format", "language")
    wanted = Place(value=parameters.get("format"), path="format")
    language = Place(value=parameters.get("language"), path="language")
    form = wanted.choice(("json", "html")) or ("html" if _wants_html(asked) else "json")
    spoken = language.choice(LANGUAGES) or LANGUAGES[0]
    settled(wanted, language)
    window = Window(path=path_of(asked), **span(parameters, post.now, LONGEST))
    found = evidence.report(post, window)
    return Said(body=found) if form == "json" else Said(body=loss_page(found, spoken), headers=HEADERS)


def verify(asked: Asked, post: Post) -> Said:
    """What of a report (the body, as it was given) does not hold."""
    asked.parameters()
    given = asked.document(*FIELDS, most=MOST_BYTES, nulls=True).value
    return Said(body=evidence_verify.verify(post, path_of(asked), given))


def attach(asked: Asked, post: Post) -> Said:
    """Attach a ticket to a path and a time."""
    asked.parameters()
    place = asked.document(*TICKET)
    reference, digest = place.at("ticket").text(None, most=200), place.at("digest").text(most=64)
    if not reference.isprintable():
        place.at("ticket").fault("must be one line of printable text")
    if digest and not DIGEST.fullmatch(digest):
        place.at("digest").fault("must be the digest of a report: 64 hexadecimal digits")
    settled(place)
    times = {name: place.value[name] for name in ("from", "until") if name in place.value}
    window = Window(path=path_of(asked), **span(times, post.now, LONGEST))
    ticket = evidence_verify.Ticket(reference=reference, digest=digest)
    return Said(body=evidence_verify.attach(post, window, ticket), code=201)


def path_of(asked: Asked) -> str:
    """The path id in the address: `#` is written `%23` there, and some gateways leave it so."""
    return unquote(asked.arguments["path"])


def span(given: Mapping[str, object], now: datetime, most: timedelta) -> dict[str, datetime]:
    """`since` and `until` from `from` and `until`: the 24 hours before `until`, which is now, unless given."""
    until = _time(given, "until", now) or now
    since = _time(given, "from", now) or until - DAY
    if not since < until:
        raise Faulty(Fault(path="from", message="must be before until"))
    if until - since > most:
        raise Faulty(Fault(path="from", message=f"at most {most.days} days can be asked for at once"))
    return {"since": since, "until": until}


def _time(given: Mapping[str, object], name: str, now: datetime) -> datetime | None:
    if name not in given:
        return None
    place = Place(value=given[name], path=name)
    found = instant(place)
    if found is not None and abs(found - now) > FARTHEST:
        place.fault(f"must be within {FARTHEST.days} days of now")
    settled(place)
    return found


def _wants_html(asked: Asked) -> bool:
    named = [one.partition(";")[0].strip() for one in asked.headers.get("accept", "").lower().split(",")]
    return "text/html" in named and "application/json" not in named
