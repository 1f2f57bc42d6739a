"""plan try, plan schedule: what a plan would change for real contacts, and publications at a time."""

from typing import Any

import click

from bascule_cli.answers import at, rows, text
from bascule_cli.client import Ask, below
from bascule_cli.kinds import CONTENTS, MOMENT, NAME
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.times import shown

COUNTS = columns("before after contacts")
CONTACTS = columns("key! accepted_at:time channel before after because")
SCHEDULED = columns("id! at:time author reason fate:state follows because")
PATH = "/v1/plan/scheduled"


def tried(session: Session, *, file: str, last: int, channel: str | None) -> None:
    """What a text would change for the last real contacts; nothing is stored."""
    wanted = {"plan": file, "last": last} | ({"channel": channel} if channel else {})
    found = session.client.post("/v1/decisions/batch", wanted).document
    head = session.words(
        "say.tried", changed=text(at(found, "changed")), compared=text(at(found, "compared"))
    )
    changed = [one for one in rows(found, "contacts") if one.get("before") != one.get("after")]
    tables = [Table(columns=COUNTS, rows=rows(found, "counts")), Table(columns=CONTACTS, rows=changed)]
    session.show(found, head, *(table for table in tables if table.rows))


def scheduled(session: Session) -> None:
    """Publications that wait, and what became of those whose time has come."""
    found = session.client.read(PATH).document
    session.show(found, Table(columns=SCHEDULED, rows=rows(found, "scheduled")))


def schedule(session: Session, *, file: str, at: str, reason: str, after: int | None) -> None:
    """Have a text published at a time; with `after` only if that is the newest version then."""
    follows = "*" if after is None else f'"{after}"'
    query, headers = {"at": at, "reason": reason}, {"If-Match": follows}
    asked = Ask(method="POST", path=PATH, query=query, body=file, media="application/yaml", headers=headers)
    _said(session, "say.scheduled", session.client.ask(asked).document)


def cancel(session: Session, *, entry: str) -> None:
    """Have one not happen."""
    _said(
        session, "say.cancelled", session.client.change("DELETE", below("plan", "scheduled", entry)).document
    )


def _said(session: Session, key: str, found: Any) -> None:
    when = shown(text(at(found, "at")), session.zone)
    session.done(found, key, id=text(at(found, "id")), at=when, reason=text(at(found, "reason")))


FILE = Given(name="file", kind=CONTENTS, needed=True)
VERBS = (
    Verb(
        path="plan try",
        run=tried,
        given=(
            FILE,
            Given(name="--last", kind=click.IntRange(1, 500), otherwise=500),
            Given(name="--channel", kind=NAME),
        ),
    ),
    Verb(path="plan schedule list", run=scheduled),
    Verb(
        path="plan schedule add",
        run=schedule,
        given=(
            FILE,
            Given(name="--at", kind=MOMENT, needed=True),
            Given(name="--reason", kind=NAME, needed=True),
            Given(name="--after", kind=click.IntRange(min=0)),
        ),
    ),
    Verb(path="plan schedule cancel", run=cancel, given=(Given(name="entry", kind=NAME, needed=True),)),
)
