"""status, doctor, health, backlogs, availability, flips, posture, notices: what is so now, and what was."""

from collections.abc import Mapping
from typing import Any

from bascule_cli.answers import at, entries, rows, text
from bascule_cli.client import below
from bascule_cli.kinds import NAME, PAST
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.trouble import Refused

PATHS = columns("path! state:state because age_seconds:length orders")
CLASSES = columns("path! class state:state last_outcome score last_at:time detail")
LOADS = columns("desk! in_use free waiting age_seconds:length")
BACKLOGS = columns("purpose market medium channel waiting overdue first_promise:time state:state")
FLIPS = columns("path! class opened_at:time seconds:length because detail planned")
AVAILABLE = columns(
    "path! window percent percent_without_planned away_seconds:length promised_percent promise_kept"
)
STREAMS = columns("purpose market multiple seen people attempts surging dropping")
POSTURE = columns("posture! because since:time ordered pending")
NOTICES = columns("due:time notice state:state title window start:time")
ORDERS = columns("id! kind:state scope! until:time owner reason")


def health(session: Session, channel: str | None) -> None:
    """What is believed of every path and why; of one channel with the evidence behind it."""
    found = session.client.read(below("health", channel) if channel else "/v1/health").document
    shown: list[Table | str] = [
        _head(session, found),
        Table(columns=PATHS, rows=[_path(p) for p in rows(found, "paths")]),
    ]
    evidence = _classes(found) if channel else []
    if evidence:
        shown += ["", Table(columns=CLASSES, rows=evidence)]
    loads = [{"desk": desk, **load} for desk, load in entries(found, "loads") if isinstance(load, dict)]
    if loads:
        shown += ["", Table(columns=LOADS, rows=loads)]
    session.show(found, *shown)


def _head(session: Session, found: Any) -> str:
    key = "say.old_health" if at(found, "source") == "snapshot" else "say.health"
    age = at(found, "snapshot", "age_seconds")
    return session.words(key, plan=text(at(found, "plan")), age=text(age))


def _path(path: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**path, "orders": [text(at(order, "kind")) for order in rows(path, "orders")]}


def _classes(found: Any) -> list[Mapping[str, Any]]:
    return [
        {"path": path.get("path"), "class": name, **evidence}
        for path in rows(found, "paths")
        for name, evidence in entries(path, "evidence")
        if isinstance(evidence, dict)
    ]


def overview(session: Session) -> None:
    """What is wrong now, in one look. Raises Refused (exit 1) when anything is."""
    client = session.client
    found = {
        "health": client.read("/v1/health").document,
        "orders": client.read("/v1/orders").document,
        "backlogs": client.read("/v1/backlogs").document,
        "dead": client.read("/v1/contacts", state="dead", limit=20).document,
        "doubtful": client.read("/v1/contacts", doubt=True, limit=20).document,
    }
    bad = [_path(path) for path in rows(found, "health", "paths") if path.get("state") != "up"]
    late = rows(found, "backlogs", "backlogs")
    stuck = len(rows(found, "dead", "contacts")) + len(rows(found, "doubtful", "contacts"))
    session.show(
        found,
        _head(session, found["health"]),
        Table(columns=PATHS, rows=bad, empty="say.all_up"),
        Table(columns=ORDERS, rows=rows(found, "orders", "orders"), empty="say.no_orders"),
        Table(columns=BACKLOGS, rows=late, empty="say.nobody_waits"),
        session.words("say.stuck", count=stuck) if stuck else session.words("say.none_stuck"),
    )
    if bad or late or stuck or at(found, "health", "snapshot", "stale") is True:
        raise Refused("trouble.look", hint="next.status")


def backlogs(session: Session) -> None:
    """Who waits for a full or dead desk."""
    found = session.client.read("/v1/backlogs").document
    session.show(found, Table(columns=BACKLOGS, rows=rows(found, "backlogs"), empty="say.nobody_waits"))


def flips(session: Session, path: str | None, since: str | None, to: str | None) -> None:
    """When paths went and came back."""
    found = session.client.read("/v1/flips", path=path, **{"from": since, "until": to}).document
    session.show(found, Table(columns=FLIPS, rows=rows(found, "flips"), empty="say.no_flips"))


def availability(session: Session, path: str | None) -> None:
    """The share of the time in which paths were in use."""
    found = session.client.read("/v1/availability", path=path).document
    measured = [
        {"path": one.get("path"), "window": window, **spent, "promised_percent": one.get("promised_percent")}
        for one in rows(found, "paths")
        for window, spent in entries(one, "windows")
        if isinstance(spent, dict)
    ]
    session.show(found, Table(columns=AVAILABLE, rows=measured))


def posture(session: Session) -> None:
    """How much capacity is kept ready, and why."""
    found = session.client.read("/v1/capacity").document
    spent, cap = at(found, "money", "spent_usd"), at(found, "money", "cap_usd")
    session.show(
        found,
        Table(columns=POSTURE, rows=[found]),
        session.words("say.money", spent=text(spent), cap=text(cap)),
        Table(columns=STREAMS, rows=rows(found, "streams"), empty="say.no_streams"),
    )


def notices(session: Session) -> None:
    """The announcements of planned work."""
    found = session.client.read("/v1/notices").document
    session.show(found, Table(columns=NOTICES, rows=rows(found, "notices")))


PATH = Given(name="--path", kind=NAME)
CHANNEL = Given(name="channel", kind=NAME)
VERBS = (
    Verb(path="status", run=overview),
    Verb(path="health", run=health, given=(CHANNEL,)),
    Verb(path="backlogs", run=backlogs),
    Verb(
        path="flips", run=flips, given=(PATH, Given(name="--since", kind=PAST), Given(name="--to", kind=PAST))
    ),
    Verb(path="availability", run=availability, given=(PATH,)),
    Verb(path="posture show", run=posture),
    Verb(path="notices", run=notices),
)
