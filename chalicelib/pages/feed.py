"""RSS 2.0, RSS 1.0 and Atom of status pages: a log, whose newest entry per incident says how that incident stands.

The formats: https://www.rssboard.org/rss-specification (2.0.11) and RFC 4287.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chalicelib.domain.vendor_pages.page import Incident, Maintenance, Page, PageState, folded
from chalicelib.pages import Unreadable
from chalicelib.pages._reading import MOST, instant, line, words
from chalicelib.pages._xml import Element, tree

ROOTS = frozenset({"rss", "feed", "rdf"})
OPEN_FOR = timedelta(days=3)
"""An entry not touched for so long is history, whatever its last word: logs are not always closed."""
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_OVER = re.compile(r"\b(resolved|completed|postmortem|closed|no known issues|cancelled|canceled)\b")
_PLANNED = re.compile(r"\b(scheduled|planned|maintenance)\b")
_RUNNING = re.compile(
    r"\b(investigating|identified|monitoring|update|in progress|verifying|ongoing|active)\b"
)
_FIRST_WORD = re.compile(r"<(?:strong|b)>\s*([^<>]{1,40}?)\s*</(?:strong|b)>", re.IGNORECASE)
GRAVITY = (
    (
        re.compile(r"\b(major|full|complete|critical) (outage|disruptions?)\b|\bhigh disruptions?\b"),
        PageState.DOWN,
    ),
    (re.compile(r"\b(partial outage|outage|medium disruptions?|unavailable)\b"), PageState.PARTIAL),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: `text` as it came (it may hold HTML), `at` its newest time."""

    id: str
    title: str
    text: str
    at: datetime | None


def read(body: bytes, now: datetime) -> Page:
    """Open incidents, to be found by their words; a component that none names is well."""
    root = tree(body)
    found = newest(entries(root))
    open_ = [entry for entry in found if running(entry, now)]
    planned = [entry for entry in open_ if _PLANNED.search(_state_words(entry))]
    return Page(
        incidents=tuple(_incident(entry) for entry in open_ if entry not in planned),
        maintenances=tuple(
            Maintenance(id=entry.id, title=entry.title, words=words(entry.title, entry.text))
            for entry in planned
        ),
        updated_at=_dated(root),
        rest=PageState.OK,
    )


def entries(root: Element) -> list[Entry]:
    """The entries of a feed. Raises Unreadable when the XML is no feed, or one too long."""
    if root.name not in ROOTS:
        raise Unreadable("the XML is no feed")
    channels = [root, *root.all("channel")]
    found = [one for channel in channels for name in ("item", "entry") for one in channel.all(name)]
    if len(found) > MOST:
        raise Unreadable("the feed is too long")
    return [_entry(one) for one in found]


def newest(found: Iterable[Entry]) -> list[Entry]:
    """The newest entry of each incident."""
    latest: dict[str, Entry] = {}
    for entry in found:
        old = latest.get(entry.id)
        if old is None or (entry.at or _EARLIEST) > (old.at or _EARLIEST):
            latest[entry.id] = entry
    return list(latest.values())


def running(entry: Entry, now: datetime) -> bool:
    """True when the newest word on it does not end it, and is not old."""
    said = _state_words(entry)
    fresh = entry.at is not None and now - entry.at <= OPEN_FOR
    return fresh and bool(said) and not _OVER.search(said)


def gravity(entry: Entry) -> PageState:
    """How grave it sounds: by its words, and DEGRADED when they weigh nothing."""
    said = words(entry.title, entry.text)
    return next((state for pattern, state in GRAVITY if pattern.search(said)), PageState.DEGRADED)


def _dated(root: Element) -> datetime | None:
    """The feed's own date; its entries' dates say nothing, for a calm log is an old one."""
    names = ("lastbuilddate", "updated", "pubdate")
    return next((at for each in (root, *root.all("channel")) if (at := instant(each.first(*names)))), None)


def _entry(one: Element) -> Entry:
    link = next((each.attributes.get("href", "") for each in one.all("link")), "")
    said = one.first("encoded", "content", "description", "summary")
    title = line(one.first("title"))
    times = (instant(one.first(name)) for name in ("updated", "pubdate", "published", "date"))
    id_ = line(one.first("guid", "id", "link")) or line(link) or title
    return Entry(id=id_, title=title, text=said, at=next((at for at in times if at), None))


def _state_words(entry: Entry) -> str:
    """The newest state that the entry tells: the first word in bold, else what its title or text says."""
    first = _FIRST_WORD.search(entry.text[:4_000])
    if first:
        return folded(first[1])
    said = words(entry.title, entry.text)
    found = _OVER.search(said) or _RUNNING.search(said) or _PLANNED.search(said)
    return found[0] if found else said[:200]


def _incident(entry: Entry) -> Incident:
    return Incident(
        id=entry.id,
        title=entry.title,
        state=gravity(entry),
        since=entry.at,
        words=words(entry.title, entry.text),
    )
