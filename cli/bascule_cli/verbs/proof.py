"""evidence report, verify, ticket: what a path lost, and what proves it."""

from typing import Any

from bascule_cli.answers import Junk, at, parsed, rows, text
from bascule_cli.client import Ask, below
from bascule_cli.kinds import CONTENTS, NAME, PAST
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.trouble import Refused, Unreachable, Wrong

INCIDENTS = columns("opened_at:time seconds:length class because detail planned")
SENDS = columns("key! desk sent_at:time fate")


def report(session: Session, *, path: str, since: str | None, to: str | None, page: bool) -> None:
    """What a path lost; with --page the document to print, as HTML."""
    query = {"from": since, "until": to}
    if page:
        query |= {"format": "html", "language": session.words.language}
        asked = Ask(method="GET", path=below("evidence", path), query=query, headers={"Accept": "text/html"})
        found = session.client.ask(asked)
        if "<html" not in found.text[:2000].lower():
            raise Unreachable("trouble.junk", hint="next.junk")
        session.screen.verbatim(found.text)
        return
    document = session.client.read(below("evidence", path), **query).document
    session.show(document, *_said(session, document))


def _said(session: Session, found: Any) -> list[Table | str]:
    lost, of = text(at(found, "loss", "lost")), text(at(found, "loss", "of"))
    verdict, segment = text(at(found, "verdict", "says")), text(at(found, "blame", "segment"))
    because = text(at(found, "blame", "because"))
    said: list[Table | str] = [
        session.words("say.loss", lost=lost, of=of, verdict=verdict),
        session.words("say.blame", segment=segment, because=because),
        session.words("say.digest", digest=text(at(found, "digest"))),
    ]
    if at(found, "receipts_promised") is False:
        said.append(session.words("say.unmeasured"))
    for shown, name in ((INCIDENTS, "incidents"), (SENDS, "lost")):
        if rows(found, name):
            said += ["", Table(columns=shown, rows=rows(found, name))]
    return said


def verify(session: Session, *, path: str, file: str) -> None:
    """Whether a report is as it was given. Raises Refused (exit 1) when it is not."""
    found = session.client.post(below("evidence", path, "verify"), _report(file)).document
    faults = at(found, "faults")
    lines = [text(one) for one in faults] if isinstance(faults, list) else []
    whole = at(found, "whole") is True
    session.show(found, session.words("say.whole" if whole else "say.not_whole"), *lines)
    if not whole:
        raise Refused("trouble.not_whole", hint="next.not_whole")


def _report(file: str) -> Any:
    try:
        return parsed(file)
    except Junk:
        raise Wrong("trouble.no_json") from None


def ticket(session: Session, **given: Any) -> None:
    """Write into the ledger that a ticket is about a path and a time."""
    wanted = {
        "ticket": given["ticket"],
        "from": given["since"],
        "until": given["to"],
        "digest": given["digest"],
    }
    body = {name: value for name, value in wanted.items() if value}
    found = session.client.post(below("evidence", given["path"], "tickets"), body).document
    session.done(found, "say.ticket", ticket=text(at(found, "ticket")), path=text(at(found, "path")))


PATH = Given(name="path", kind=NAME, needed=True)
SINCE, TO = Given(name="--since", kind=PAST), Given(name="--to", kind=PAST)
VERBS = (
    Verb(path="evidence report", run=report, given=(PATH, SINCE, TO, Given(name="--page", flag=True))),
    Verb(path="evidence verify", run=verify, given=(PATH, Given(name="file", kind=CONTENTS, needed=True))),
    Verb(
        path="evidence ticket",
        run=ticket,
        given=(
            PATH,
            Given(name="ticket", kind=NAME, needed=True),
            SINCE,
            TO,
            Given(name="--digest", kind=NAME),
        ),
    ),
)
