"""break-glass and switch: going against the safety rules by two persons, and forbidding everybody for a time."""

from typing import Any

import click

from bascule_cli.answers import at, text
from bascule_cli.client import below
from bascule_cli.kinds import AHEAD, NAME
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.times import shown

SWITCHES = ("orders", "automation", "publication")


def ask(session: Session, *, scope: str, reason: str, minutes: int | None, yes: bool) -> None:
    """Ask a second person to break the safety rules on one scope."""
    session.confirm("ask.glass", yes=yes, scope=scope)
    wanted = {"scope": scope, "reason": reason} | ({"minutes": minutes} if minutes else {})
    _glass(session, "say.glass_asked", session.client.post("/v1/break-glass", wanted).document)


def confirm(session: Session, *, request: str, yes: bool) -> None:
    """Confirm as the second person."""
    session.confirm("ask.confirm", yes=yes, request=request)
    _glass(
        session, "say.glass_broken", session.client.post(below("break-glass", request, "confirm")).document
    )


def end(session: Session, *, request: str) -> None:
    """Take the request back, or end the permission with the orders that were given under it."""
    _glass(
        session, "say.glass_ended", session.client.change("DELETE", below("break-glass", request)).document
    )


def _glass(session: Session, key: str, found: Any) -> None:
    glass = at(found, "break_glass")
    until = shown(text(at(glass, "until")), session.zone)
    session.done(found, key, id=text(at(glass, "id")), scope=text(at(glass, "scope")), until=until)


def turn_off(session: Session, *, switch: str, until: int | str, reason: str, yes: bool) -> None:
    """Forbid something to everybody for a time."""
    session.confirm("ask.switch", yes=yes, switch=switch)
    wanted = {"until": until, "reason": reason}
    _switched(session, "say.off", session.client.change("PUT", below("switches", switch), wanted).document)


def turn_on(session: Session, *, switch: str) -> None:
    """Permit it again."""
    _switched(session, "say.on", session.client.change("DELETE", below("switches", switch)).document)


def _switched(session: Session, key: str, found: Any) -> None:
    until = shown(text(at(found, "switch", "until")), session.zone)
    session.done(found, key, switch=text(at(found, "switch", "switch")), until=until)


REASON, YES = Given(name="--reason", kind=NAME, needed=True), Given(name="--yes", flag=True)
REQUEST = Given(name="request", kind=NAME, needed=True)
SWITCH = Given(name="switch", kind=click.Choice(SWITCHES), needed=True)
VERBS = (
    Verb(
        path="break-glass ask",
        run=ask,
        given=(
            Given(name="scope", kind=NAME, needed=True),
            REASON,
            Given(name="--minutes", kind=click.IntRange(1, 60)),
            YES,
        ),
    ),
    Verb(path="break-glass confirm", run=confirm, given=(REQUEST, YES)),
    Verb(path="break-glass end", run=end, given=(REQUEST,)),
    Verb(
        path="switch off",
        run=turn_off,
        given=(SWITCH, Given(name="--until", kind=AHEAD, needed=True), REASON, YES),
    ),
    Verb(path="switch on", run=turn_on, given=(SWITCH,)),
)
