"""What the formats share: bounded JSON, vendors' words by table, times in the spellings that pages use."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from chalicelib import strict_json
from chalicelib.domain.vendor_pages.page import Component, PageState, folded, spoken, worst
from chalicelib.pages import Unreadable
from chalicelib.strict_json import moment, text

LARGEST = 1_048_576
MOST = 2_000
"""Components, incidents or planned works read of one page; more is no page."""
_LONGEST = 200
_WORDS = 20_000
_UNFIT = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_MARK = re.compile(r"<[^<>]{0,2000}>")
_SCRIPT_DATE = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([0-9]{1,2}) ([0-9]{4}) ([0-9:]{8}) GMT([+-][0-9]{4})"
)


def table_of(body: bytes) -> dict[str, Any]:
    """The JSON object of a page. Raises Unreadable."""
    found = document_of(body)
    if not isinstance(found, dict):
        raise Unreadable("the page is no JSON object")
    return found


def document_of(body: bytes) -> Any:
    """The JSON value of a page. Raises Unreadable."""
    if len(body) > LARGEST:
        raise Unreadable("the page is too large")
    try:
        return strict_json.load(body.removeprefix(b"\xef\xbb\xbf"))
    except strict_json.NoJson as refused:
        raise Unreadable(str(refused)) from None


def listed(value: Any, *path: str | int) -> list[Any]:
    """The list at the path. Raises Unreadable when it is longer than any page's."""
    found = strict_json.items(value, *path)
    if len(found) > MOST:
        raise Unreadable("the page lists too much")
    return found


def line(value: Any, *path: str | int) -> str:
    """The text at the path on one line, at most 200 characters."""
    return _UNFIT.sub(" ", text(value, *path))[:_LONGEST].strip()


def words(*texts: str) -> str:
    """Texts as one line to look for names in, without marks of HTML."""
    return spoken(_MARK.sub(" ", " ".join(texts)[:_WORDS]))


def meant(said: str, table: Mapping[str, PageState]) -> PageState:
    """A vendor's word by its table, whatever the case; UNKNOWN for a word that is not in it."""
    return table.get(folded(said), PageState.UNKNOWN)


def instant(value: Any, *path: str | int) -> datetime | None:
    """The time at the path in UTC: ISO 8601, Unix time, RFC 822 or a script's Date as text; None for all else."""
    found = moment(value, *path)
    return found if found is not None else _dated(text(value, *path)[:80])


def gathered(found: Iterable[tuple[str, str, PageState]]) -> dict[str, Component]:
    """(name, region, state) lines as components by folded name: one named twice has its gravest state."""
    lines = [(name, region, state) for name, region, state in found if name]
    known: dict[str, Component] = {}
    for name, region, state in lines:
        key, where = folded(name), folded(region)
        old = known.get(key) or Component(name=name, state=state)
        regions = dict(old.regions)
        if where:
            regions[where] = worst((state, regions[where])) if where in regions else state
        known[key] = Component(name=old.name, state=worst((state, old.state)), regions=regions)
    return known


def regions_of(found: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """(component, region) pairs as folded regions by folded component; one without a region at all is left out."""
    known: dict[str, set[str]] = {}
    whole = set()
    for name, region in found:
        known.setdefault(folded(name), set()).add(folded(region))
        whole |= set() if region else {folded(name)}
    return {name: frozenset(regions) for name, regions in known.items() if name and name not in whole}


def _dated(said: str) -> datetime | None:
    script = _SCRIPT_DATE.match(said)
    try:
        if script:
            month, day, year, clock, zone = script.groups()
            said = f"{day} {month} {year} {clock} {zone}"
        read = parsedate_to_datetime(said)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
