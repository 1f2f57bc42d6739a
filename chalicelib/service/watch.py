"""Reads vendors' status pages: how each is asked, what it answers, and what that says of our paths."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from chalicelib.domain.plan import Plan
from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.domain.vendor_pages.watched import Watched, kept
from chalicelib.http_types import Http, MaybeSent, NotSent, Response
from chalicelib.pages import Unreadable, reader
from chalicelib.ports import Clock
from chalicelib.service.believe import Believer
from chalicelib.service.page_words import signals
from chalicelib.service.proof import write_page
from chalicelib.service.redirects import Astray, fetched
from chalicelib.service.situation import SituationReader
from chalicelib.service.stores import Stores

_OK, _UNCHANGED, _BUSY = 200, 304, frozenset({429, 503})
_LONGEST_WAIT = 3_600
_MARK = 300
_HEADERS = {
    "accept": "application/json, application/xml;q=0.9, */*;q=0.1",
    "user-agent": "bascule-status-reader",
}


@dataclass(slots=True)
class Watcher:
    """One page for each message."""

    situations: SituationReader
    stores: Stores
    believer: Believer
    http: Http
    clock: Clock

    def run(self, body: str) -> str:
        """Handle one message (`{"page": id}`); a word for the log. Raises ValueError, KeyError, Unavailable."""
        id_, now = json.loads(body)["page"], self.clock.now()
        plan = self.situations.read(now).plan
        page = plan.pages.get(id_)
        if page is None:
            return "gone"
        before = self.stores.pages.read([id_]).get(id_)
        if before is not None and _too_soon(page, before, now):
            return "too soon"
        after = self._asked(page, before, now)
        self.stores.pages.keep(after)
        write_page(self.stores.ledger, page, before, after)
        self._tell(plan, page, after)
        return after.trouble or "read"

    def _asked(self, page: PagePlan, before: Watched | None, now: datetime) -> Watched:
        source = source_of(page)
        asked = Watched(page=page.id, source=source, asked_at=now)
        if before is not None and before.source == source:
            asked = replace(before, asked_at=now, wait_until=None)
        try:
            response = self._fetched(page, asked)
            return _understood(page, asked, response)
        except (NotSent, MaybeSent) as silent:
            return replace(asked, trouble=f"no answer: {silent}"[:200])
        except (Astray, Unreadable) as unfit:
            return replace(asked, trouble=str(unfit)[:200])

    def _fetched(self, page: PagePlan, asked: Watched) -> Response:
        marks = {"if-none-match": asked.etag, "if-modified-since": asked.modified}
        headers = _HEADERS | {name: value for name, value in marks.items() if value}
        return fetched(self.http, page.url, headers, page.hosts)

    def _tell(self, plan: Plan, page: PagePlan, after: Watched) -> None:
        """Every page is looked at, for others may speak for the same paths."""
        stored = self.stores.pages.read(each for each in plan.pages if each != page.id)
        found = dict(signals(plan, page, {**stored, page.id: after}, after.asked_at, self.believer.vantage))
        known = self.stores.health.read(found)
        for path, signal in found.items():
            self.believer.learn(path, signal, known.get(path))


def source_of(page: PagePlan) -> str:
    """A digest of what is read of a page: another one makes the vendor's marks of the old one worthless."""
    named = (page.format, page.url, sorted(page.components), sorted(page.markets))
    return sha256(json.dumps(named).encode()).hexdigest()[:16]


def _too_soon(page: PagePlan, before: Watched, now: datetime) -> bool:
    """A doubled message, or a vendor who asked us to wait: no limit of any vendor is passed by our own doubles."""
    waiting = before.wait_until is not None and now < before.wait_until
    return before.source == source_of(page) and (waiting or now - before.asked_at < page.every * 0.75)


def _understood(page: PagePlan, asked: Watched, response: Response) -> Watched:
    if response.code == _UNCHANGED and asked.read_at is not None:
        return replace(asked, read_at=asked.asked_at, trouble="")
    if response.code != _OK:
        return replace(asked, trouble=f"answered {response.code}", wait_until=_wait(asked, response))
    read = reader(page.format).read(response.body, asked.asked_at)
    etag, modified = (_mark(response.headers.get(name, "")) for name in ("etag", "last-modified"))
    marked = replace(asked, etag=etag, modified=modified)
    return kept(page, read, marked)


def _mark(told: str) -> str:
    """A vendor's mark as it may go into our own next request."""
    return told if len(told) <= _MARK and told.isascii() and told.isprintable() else ""


def _wait(asked: Watched, response: Response) -> datetime | None:
    seconds = response.retry_after(asked.asked_at) if response.code in _BUSY else 0.0
    return asked.asked_at + timedelta(seconds=min(seconds, _LONGEST_WAIT)) if seconds else None
