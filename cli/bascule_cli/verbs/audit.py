"""audit list, anchors, verify: who did what, and that nobody changed it since."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bascule_cli.answers import at, rows, text, whole
from bascule_cli.kinds import NAME, PAST
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.trouble import Refused, Wrong

ENTRIES = columns("seq at:time entry")
ANCHORS = columns("anchor! at:time heads")
FAULTS = columns("hour stream number kind words")
HOUR = timedelta(hours=1)
MOST_HOURS = 24 * 31


def listed(session: Session, **given: Any) -> None:
    """What stands in the ledger of one stream in one hour."""
    found = session.client.read("/v1/audit", **given).document
    entries = [{**one, "entry": _worded(one.get("entry"))} for one in rows(found, "entries")]
    _paged(session, found, Table(columns=ENTRIES, rows=entries))


def _worded(entry: Any) -> str:
    return (
        " ".join(f"{name}={text(value)}" for name, value in entry.items())
        if isinstance(entry, Mapping)
        else "-"
    )


def anchors(session: Session, **given: Any) -> None:
    """The heads of the ledger as they were kept outside of it."""
    found = session.client.read("/v1/audit/anchors", **given).document
    _paged(session, found, Table(columns=ANCHORS, rows=rows(found, "anchors")))


def _paged(session: Session, found: Any, table: Table) -> None:
    more = at(found, "next")
    session.show(found, table, *([session.words("say.more", cursor=text(more))] if more else []))


def verify(session: Session, since: str, to: str | None) -> None:
    """Whether every hour still is what was anchored. Raises Refused (exit 1) when one is not."""
    hours = list(_hours(session, since, to))
    found = []
    for number, hour in enumerate(hours, 1):
        session.screen.progress(session.words("say.verifying", hour=hour, number=number, of=len(hours)))
        found.append(session.client.post("/v1/audit/verify", {"hour": hour}).document)
    session.screen.progress("")
    faults = [{"hour": one.get("hour"), **fault} for one in found for fault in rows(one, "faults")]
    counted = {name: sum(whole(one.get(name)) for one in found) for name in ("rows", "after_the_last")}
    good = all(one.get("whole") is True for one in found)
    document = {"whole": good, **counted, "hours": found}
    head = session.words("say.verified", hours=len(hours), **counted)
    session.show(document, head, *([Table(columns=FAULTS, rows=faults)] if faults else []))
    if not good:
        raise Refused("trouble.broken", hint="next.broken", count=len(faults))


def _hours(session: Session, since: str, to: str | None) -> Iterator[str]:
    """The hours of a time, in UTC. Raises Wrong for too many."""
    end = datetime.fromisoformat(to) if to else session.now()
    hour = datetime.fromisoformat(since).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if not hour <= end <= hour + MOST_HOURS * HOUR:
        raise Wrong("trouble.span", days=MOST_HOURS // 24)
    while hour <= end:
        yield f"{hour:%Y-%m-%dT%H}"
        hour += HOUR


PAGED = (Given(name="--limit", kind=click.IntRange(1, 200)), Given(name="--cursor", kind=NAME))
VERBS = (
    Verb(
        path="audit list",
        run=listed,
        given=(Given(name="--stream", kind=NAME), Given(name="--hour", kind=NAME), *PAGED),
    ),
    Verb(path="audit anchors", run=anchors, given=PAGED),
    Verb(
        path="audit verify",
        run=verify,
        given=(Given(name="--since", kind=PAST, needed=True), Given(name="--to", kind=PAST)),
    ),
)
