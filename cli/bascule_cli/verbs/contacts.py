"""contacts list, show, redrive, settle; route, explain, people erase: what came in, and where it goes."""

from collections.abc import Mapping
from typing import Any

import click

from bascule_cli.answers import at, entries, rows, text
from bascule_cli.client import below
from bascule_cli.kinds import CONTENTS, NAME, PAIR
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Column, Table, cell, columns

LIST = columns("key! accepted_at:time channel purpose state:state served_by")
ONE = columns("name! value")
ATTEMPTS = columns("at:time desk outcome detail because")
REJECTED = columns("desk! reason in_words")
STATES = (
    "accepted", "sending", "sent", "delivered", "answered", "closed", "abandoned", "deferred", "unknown", "informed",
    "expired", "dead", "observed",
)  # fmt: skip
SHOWN = columns(
    "key kind:state state:state channel medium market purpose party served_by accepted_at:time deadline:time text"
)


def listed(session: Session, **given: Any) -> None:
    """Contacts by state and channel, or one person's."""
    query = {name: value for name, value in given.items() if value}
    found = session.client.read("/v1/contacts", **query).document
    more = at(found, "next")
    table = Table(columns=LIST, rows=rows(found, "contacts"))
    session.show(found, table, *([session.words("say.more", cursor=more)] if more else []))


def show(session: Session, key: str) -> None:
    """One contact with its decision and every attempt."""
    found = session.client.read(below("contacts", key)).document
    lines = [_line(session, column, found) for column in SHOWN if at(found, column.field) is not None]
    attempts = [{**one, "because": _why(session, at(one, "decision"))} for one in rows(found, "attempts")]
    shown: list[Table | str] = [Table(columns=ONE, rows=lines), "", *_decided(session, at(found, "decision"))]
    if attempts:
        shown += ["", Table(columns=ATTEMPTS, rows=attempts)]
    doubt = at(found, "doubt")
    if doubt:
        shown += ["", session.words("say.doubt", why=text(at(doubt, "why")), do=text(at(doubt, "do")))]
    session.show(found, *shown)


def _decided(session: Session, decision: Any) -> list[Table | str]:
    """A decision: the desk, why, and what speaks against each other one."""
    if not isinstance(decision, Mapping):
        return [session.words("say.undecided")]
    why, desk = _why(session, decision), decision.get("desk")
    head = (
        session.words("say.decided", desk=text(desk), why=why)
        if desk
        else session.words("say.no_desk", why=why)
    )
    marks = [session.words(f"say.{name}") for name in ("panic", "stale") if decision.get(name) is True]
    versions = ", ".join(f"{name} {text(value)}" for name, value in entries(decision, "versions"))
    against = [{**one, "in_words": _why(session, one, "reason")} for one in rows(decision, "rejected")]
    table = [Table(columns=REJECTED, rows=against)] if against else []
    return [head, *marks, *table, *([session.words("say.versions", versions=versions)] if versions else [])]


def _why(session: Session, told: Any, name: str = "because") -> str:
    """A reason in the reader's language where we know it, else in the service's own words."""
    return session.words.known(f"why.{text(at(told, name))}", text(at(told, "in_words")))


def _line(session: Session, column: Column, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """One field of a contact as a row of its own."""
    return {"name": session.words(column.head), "value": cell(column, found, session.words, session.zone)}


def redrive(session: Session, *, key: str, yes: bool) -> None:
    """Have a stuck contact handed over again."""
    session.confirm("ask.redrive", yes=yes, key=key)
    _settled(session, session.client.post(below("contacts", key, "redrive")).document)


def settle(session: Session, *, key: str, went: str) -> None:
    """Say whether a send went of which nobody knows."""
    body = {"went": went in ("yes", "oui")}
    _settled(session, session.client.post(below("contacts", key, "settle"), body).document)


def _settled(session: Session, found: Any) -> None:
    key = "say.redriven" if at(found, "changed") is True else "say.unchanged"
    state = text(at(found, "contact", "state"))
    session.done(
        found, key, key=text(at(found, "contact", "key")), state=session.words.known(f"state.{state}", state)
    )


def route(session: Session, *, channel: str, **given: Any) -> None:
    """What would be decided for a contact now; nothing is stored."""
    wanted = {"channel": channel, **{name: value for name, value in given.items() if value}}
    if given["tried"]:
        wanted["tried"] = list(given["tried"])
    if given["trait"]:
        wanted["traits"] = dict(wanted.pop("trait"))
    found = session.client.post("/v1/decisions", wanted).document
    about = session.words(
        "say.routed", purpose=text(at(found, "purpose")), market=text(at(found, "market")),
        medium=text(at(found, "medium")), options=text(at(found, "options")),
    )  # fmt: skip
    shown: list[Table | str] = [about]
    if at(found, "options") == []:
        purpose, market = text(at(found, "purpose")), text(at(found, "market"))
        shown.append(session.words("say.no_route", purpose=purpose, market=market))
    session.show(found, *shown, *_decided(session, at(found, "decision")))


def explain(session: Session, key: str, desk: str | None) -> None:
    """Why a contact went where it went, in words, from what was stored then."""
    path, language = below("contacts", key, "explain"), session.words.language
    found = session.client.read(path, language=language, desk=desk).document
    lines = at(found, "lines")
    session.show(found, *(text(line) for line in lines if lines) if isinstance(lines, list) else ())


def erase(session: Session, *, address: str, channel: str | None, yes: bool) -> None:
    """Erase a person; without --yes only say what would go."""
    wanted = {"address": address, "dry_run": not yes} | ({"channel": channel} if channel else {})
    found = session.client.post("/v1/people/erase", wanted).document
    parts = {name: text(at(found, name)) for name in ("erased", "waiting", "more", "handed_to")}
    kinds = ", ".join(f"{name} {text(count)}" for name, count in entries(found, "rows"))
    session.done(found, "say.erased" if yes else "say.would_erase", rows=kinds or "0", **parts)


KEY = Given(name="key", kind=NAME, needed=True)
YES = Given(name="--yes", flag=True)
CHANNEL = Given(name="--channel", kind=NAME)
VERBS = (
    Verb(
        path="route",
        run=route,
        given=(
            Given(name="channel", kind=NAME, needed=True),
            Given(name="--text", kind=NAME),
            Given(name="--market", kind=NAME),
            Given(name="--tried", kind=NAME, many=True),
            Given(name="--trait", kind=PAIR, many=True),
            Given(name="--plan", kind=CONTENTS),
        ),
    ),
    Verb(path="explain", run=explain, given=(KEY, Given(name="--desk", kind=NAME))),
    Verb(
        path="contacts list",
        run=listed,
        given=(
            Given(name="--state", kind=click.Choice(STATES)),
            CHANNEL,
            Given(name="--party", kind=NAME),
            Given(name="--doubt", flag=True),
            Given(name="--limit", kind=click.IntRange(1, 200)),
            Given(name="--cursor", kind=NAME),
        ),
    ),
    Verb(path="contacts show", run=show, given=(KEY,)),
    Verb(path="contacts redrive", run=redrive, given=(KEY, YES)),
    Verb(
        path="contacts settle",
        run=settle,
        given=(KEY, Given(name="--went", kind=click.Choice(("yes", "no", "oui", "non")), needed=True)),
    ),
    Verb(
        path="people erase",
        run=erase,
        given=(Given(name="address", kind=NAME, needed=True), CHANNEL, YES),
    ),
)
