"""plan show, versions, check, diff, publish, rollback: what is published, and what would be."""

from typing import Any

import click

from bascule_cli.answers import at, rows, text
from bascule_cli.changing import PLAN, changed, described_plan
from bascule_cli.client import Answer, Ask, below
from bascule_cli.kinds import CONTENTS, NAME
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.trouble import NotFound, Refused

VERSIONS = columns("version! at:time author reason digest")
FAULTS = columns("path message:fault")
CHANGES = columns("kind:state path before after")
YAML = "application/yaml"


def show(session: Session, version: int | None) -> None:
    """A version as its text, byte for byte; with --json everything about it."""
    found = session.client.read(below("plan", "versions", str(version)) if version else PLAN.path)
    if session.screen.json:
        session.screen.document(found.document)
    else:
        words = str(at(found.document, "text") or "")
        session.screen.verbatim(words)


def versions(session: Session, limit: int, cursor: str | None) -> None:
    """All versions, the newest first."""
    found = session.client.read("/v1/plan/versions", limit=limit, cursor=cursor).document
    shown = [{**one, "digest": text(one.get("digest"))[:12]} for one in rows(found, "versions")]
    more = at(found, "next")
    session.show(
        found,
        Table(columns=VERSIONS, rows=shown),
        *([session.words("say.more", cursor=more)] if more else []),
    )


def check(session: Session, file: str) -> None:
    """Everything that speaks against publishing a text. Raises Refused (exit 1) when a fault does."""
    found = session.client.ask(Ask(method="POST", path="/v1/plan/check", body=file, media=YAML)).document
    faults, warnings = rows(found, "faults"), rows(found, "warnings")
    shown: list[Table | str] = (
        [Table(columns=FAULTS, rows=faults)] if faults else [session.words("say.plan_good")]
    )
    if warnings:
        shown += [session.words("say.warnings", count=len(warnings)), Table(columns=FAULTS, rows=warnings)]
    session.show(found, *shown)
    if faults or at(found, "valid") is not True:
        raise Refused("trouble.faults", hint="next.faults", count=len(faults))


def diff(session: Session, *, before: str | None, after: str | None, file: str | None) -> None:
    """What differs between two versions, or what publishing a text would change of one."""
    path, query = "/v1/plan/diff", {"from": before, "to": after}
    if file is not None:
        asked = Ask(method="POST", path=path, query={"from": before}, body=file, media=YAML)
    else:
        asked = Ask(method="GET", path=path, query=query)
    found = session.client.ask(asked).document
    changes = [{**one, "path": _moved(one)} for one in rows(found, "changes")]
    words = text(at(found, "in_words"))
    session.show(found, words, *([Table(columns=CHANGES, rows=changes)] if changes else []))


def _moved(change: Any) -> str:
    item, place = change.get("item"), change.get("place")
    return " ".join(text(one) for one in (change.get("path"), item, place) if one is not None)


def publish(session: Session, *, file: str, reason: str, after: int | None, yes: bool) -> None:
    """Publish the next version, after asking: the version that it follows is named with its author."""
    try:
        seen = session.client.read(PLAN.path)
        session.confirm("ask.publish", yes=yes, plan=described_plan(session, seen.document))
    except NotFound:
        seen = Answer(document={}, text="", version="")
        session.confirm("ask.first", yes=yes)

    def put(version: str) -> Answer:
        wanted = str(after) if after is not None else version
        headers = {"If-Match": f'"{wanted}"'} if wanted else {"If-None-Match": "*"}
        query = {"reason": reason}
        return session.client.ask(
            Ask(method="PUT", path=PLAN.path, query=query, body=file, media=YAML, headers=headers)
        )

    _said(session, changed(session, PLAN, seen, put))


def rollback(session: Session, *, version: int, reason: str, yes: bool) -> None:
    """Publish an earlier version once more, byte for byte."""
    seen = session.client.read(PLAN.path)
    earlier = session.client.read(below("plan", "versions", str(version))).document
    session.confirm(
        "ask.rollback",
        yes=yes,
        plan=described_plan(session, seen.document),
        back=described_plan(session, earlier),
    )

    def back(current: str) -> Answer:
        headers = {"If-Match": f'"{current}"'}
        path, query, body = "/v1/plan/rollback", {"reason": reason}, {"version": version}
        return session.client.ask(Ask(method="POST", path=path, query=query, body=body, headers=headers))

    _said(session, changed(session, PLAN, seen, back))


def _said(session: Session, answer: Answer) -> None:
    found, warnings = answer.document, rows(answer.document, "warnings")
    shown: list[Table | str] = [session.words("say.published", plan=described_plan(session, found))]
    if warnings:
        shown += [session.words("say.warnings", count=len(warnings)), Table(columns=FAULTS, rows=warnings)]
    if at(found, "announced") is False:
        shown.append(session.words("say.not_announced"))
    session.show(found, *shown)


NUMBER = click.IntRange(min=1)
REASON = Given(name="--reason", kind=NAME, needed=True)
YES = Given(name="--yes", flag=True)
FILE = Given(name="file", kind=CONTENTS, needed=True)
VERBS = (
    Verb(path="plan show", run=show, given=(Given(name="version", kind=NUMBER),)),
    Verb(
        path="plan versions",
        run=versions,
        given=(
            Given(name="--limit", kind=click.IntRange(1, 200), otherwise=20),
            Given(name="--cursor", kind=NAME),
        ),
    ),
    Verb(path="plan check", run=check, given=(FILE,)),
    Verb(
        path="plan diff",
        run=diff,
        given=(
            Given(name="before", kind=NAME),
            Given(name="after", kind=NAME),
            Given(name="--file", kind=CONTENTS),
        ),
    ),
    Verb(
        path="plan publish",
        run=publish,
        given=(FILE, REASON, Given(name="--after", kind=click.IntRange(min=0)), YES),
    ),
    Verb(
        path="plan rollback",
        run=rollback,
        given=(Given(name="version", kind=NUMBER, needed=True), REASON, YES),
    ),
)
