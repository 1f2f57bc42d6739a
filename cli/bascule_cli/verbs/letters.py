"""dead-letters list and redrive: messages of the product's own queues that failed for good."""

from typing import Any

import click

from bascule_cli.answers import at, entries, rows, text
from bascule_cli.kinds import NAME
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.trouble import Refused

LETTERS = columns("queue! id! since:time receives reason about")
QUEUES = ("urgent", "normal", "bulk", "overflow", "evidence", "flips", "announcements", "probes")


def listed(session: Session, queue: str | None, limit: int | None) -> None:
    """What failed, and why its last try did."""
    found = session.client.read("/v1/dead-letters", queue=queue, limit=limit).document
    waiting = ", ".join(f"{name} {text(count)}" for name, count in entries(found, "waiting") if count)
    shown: list[Table | str] = [Table(columns=LETTERS, rows=rows(found, "letters"), empty="say.no_letters")]
    session.show(found, *([session.words("say.waiting", queues=waiting)] if waiting else []), *shown)


def redrive(session: Session, *, queue: str, id: tuple[str, ...], yes: bool) -> None:  # noqa: A002 - the option's name
    """Send letters to the queue that they come from. Raises Refused (exit 1) when any is still there."""
    session.confirm("ask.letters", yes=yes, queue=queue)
    body: dict[str, Any] = {"queue": queue} | ({"ids": list(id)} if id else {})
    found = session.client.post("/v1/dead-letters/redrive", body).document
    counts = {
        name: len(at(found, name) or ()) if isinstance(at(found, name), list) else 0 for name in OUTCOMES
    }
    session.done(found, "say.letters", **counts)
    if counts["failed"] or counts["unknown"]:
        raise Refused("trouble.letters", hint="next.again")


OUTCOMES = ("sent", "already", "unknown", "failed")
QUEUE = click.Choice(QUEUES)
VERBS = (
    Verb(
        path="dead-letters list",
        run=listed,
        given=(Given(name="--queue", kind=QUEUE), Given(name="--limit", kind=click.IntRange(1, 200))),
    ),
    Verb(
        path="dead-letters redrive",
        run=redrive,
        given=(
            Given(name="queue", kind=QUEUE, needed=True),
            Given(name="--id", kind=NAME, many=True),
            Given(name="--yes", flag=True),
        ),
    ),
)
