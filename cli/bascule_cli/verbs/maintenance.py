"""maintenance list, check, plan, extend, drop, import: work that is known ahead."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from bascule_cli.answers import at, rows, text
from bascule_cli.changing import WINDOWS, changed
from bascule_cli.client import Answer, Ask, below
from bascule_cli.kinds import AHEAD, CONTENTS, NAME, PAIR
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.trouble import Refused

LIST = columns("id! title scopes phase:state start:time end:time effect owner")
TASKS = columns("due:time task window title because")
CLASHES = columns("rule window at:time purpose message")


def listed(session: Session) -> None:
    """All windows of which something lies ahead, and what is left to operators."""
    found = session.client.read(WINDOWS.path).document
    tasks = rows(found, "tasks")
    shown: list[Table | str] = [Table(columns=LIST, rows=_windows(found), empty="say.no_windows")]
    session.show(found, *shown, *([Table(columns=TASKS, rows=tasks)] if tasks else []))


def _windows(found: Any) -> list[Mapping[str, Any]]:
    return [
        {**one, "start": at(one, "next", 0, "start"), "end": at(one, "next", 0, "end")}
        for one in rows(found, "windows")
    ]


def check(session: Session, **given: Any) -> None:
    """What would speak against a window. Raises Refused (exit 1) when anything does."""
    found = session.client.post("/v1/maintenance/check", _wanted(given)).document
    clashes = rows(found, "conflicts")
    fine = session.words("say.window_fine", affected=text(at(found, "affected")))
    session.show(found, Table(columns=CLASHES, rows=clashes) if clashes else fine)
    if clashes:
        raise Refused("trouble.clashes", hint="next.clashing", count=len(clashes))


def plan(session: Session, **given: Any) -> None:
    """Plan a window."""
    seen = session.client.read(WINDOWS.path)
    wanted = _wanted(given)
    _said(
        session,
        "say.planned",
        changed(session, WINDOWS, seen, partial(session.client.post, WINDOWS.path, wanted)),
    )


def _wanted(given: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted: dict[str, Any] = {name: given[name] for name in ("title", "start", "end", "reason")}
    wanted["scopes"] = list(given["scope"])
    named = {name: given[name] for name in ("zone", "repeat", "drain_before") if given[name]}
    if given["alternative"]:
        alternatives: dict[str, list[str]] = {}
        for purpose, way in given["alternative"]:
            alternatives.setdefault(purpose, []).append(way)
        named["alternatives"] = alternatives
    if given["reply"]:
        named["reply"] = dict(given["reply"])
    return {**wanted, **named}


def extend(session: Session, *, window: str, until: int | str) -> None:
    """Have the work under way end at another time."""
    seen = session.client.read(WINDOWS.path)
    path = below("maintenance", window, "extend")
    _said(
        session,
        "say.planned",
        changed(session, WINDOWS, seen, partial(session.client.post, path, {"until": until})),
    )


def drop(session: Session, *, window: str, yes: bool) -> None:
    """Forget a window with its series."""
    seen = session.client.read(WINDOWS.path)
    session.confirm("ask.drop", yes=yes, window=window)
    path = below("maintenance", window)
    dropped = changed(
        session, WINDOWS, seen, lambda version: session.client.change("DELETE", path, version=version)
    )
    _said(session, "say.dropped", dropped)


def imported(session: Session, *, calendar: str, zone: str | None, yes: bool) -> None:
    """Take a calendar in place of the one imported before."""
    seen = session.client.read(WINDOWS.path)
    session.confirm("ask.import", yes=yes)

    def put(version: str) -> Answer:
        headers = {"If-Match": f'"{version}"'}
        path = "/v1/maintenance/calendar"
        query = {"zone": zone}
        return session.client.ask(
            Ask(method="PUT", path=path, query=query, body=calendar, media="text/calendar", headers=headers)
        )

    _said(session, "say.planned", changed(session, WINDOWS, seen, put))


def _said(session: Session, key: str, answer: Answer) -> None:
    session.show(answer.document, session.words(key), Table(columns=LIST, rows=_windows(answer.document)))


WINDOW = (
    Given(name="title", kind=NAME, needed=True),
    Given(name="--scope", kind=NAME, needed=True, many=True),
    Given(name="--start", kind=AHEAD, needed=True),
    Given(name="--end", kind=AHEAD, needed=True),
    Given(name="--reason", kind=NAME, needed=True),
    Given(name="--alternative", kind=PAIR, many=True),
    Given(name="--reply", kind=PAIR, many=True),
    Given(name="--drain-before", kind=NAME),
    Given(name="--repeat", kind=NAME),
    Given(name="--zone", kind=NAME),
)
NAMED = Given(name="window", kind=NAME, needed=True)
YES = Given(name="--yes", flag=True)
VERBS = (
    Verb(path="maintenance list", run=listed),
    Verb(path="maintenance check", run=check, given=WINDOW),
    Verb(path="maintenance plan", run=plan, given=WINDOW),
    Verb(
        path="maintenance extend", run=extend, given=(NAMED, Given(name="--until", kind=AHEAD, needed=True))
    ),
    Verb(path="maintenance drop", run=drop, given=(NAMED, YES)),
    Verb(
        path="maintenance import",
        run=imported,
        given=(Given(name="calendar", kind=CONTENTS, needed=True), Given(name="--zone", kind=NAME), YES),
    ),
)
