"""catch-up, attach, detach: what is done with a channel at its vendor."""

from bascule_cli.answers import entries, rows, text
from bascule_cli.client import below
from bascule_cli.kinds import NAME, PAST
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns

CAUGHT = columns("id! came:state from:time until:time ended_at:time fetched known unread")


def catch_up(session: Session, *, channel: str, begin: bool, since: str | None) -> None:
    """What was fetched from a provider's own list; with --begin have it read now."""
    path = below("channels", channel, "catch-up")
    if begin:
        found = session.client.post(path, {"from": since} if since else None).document
        session.done(found, "say.catching_up", channel=channel)
    else:
        found = session.client.read(path).document
        session.show(found, Table(columns=CAUGHT, rows=rows(found, "catch_ups"), empty="say.nothing_caught"))


def attach(session: Session, *, channel: str, force: bool, yes: bool) -> None:
    """Have the vendor send to us; the former address is kept."""
    session.confirm("ask.attach", yes=yes, channel=channel)
    _lead(session, "say.attached", channel, "attach", force=force)


def detach(session: Session, *, channel: str, force: bool, yes: bool) -> None:
    """Have the vendor send to the former address again."""
    session.confirm("ask.detach", yes=yes, channel=channel)
    _lead(session, "say.detached", channel, "detach", force=force)


def _lead(session: Session, key: str, channel: str, verb: str, *, force: bool) -> None:
    path = below("channels", channel, verb)
    found = session.client.post(path, {"force": True} if force else None).document
    lines = [f"{name}: {text(value)}" for name, value in entries(found) if value not in (None, channel)]
    session.show(found, session.words(key, channel=channel), *lines)


CHANNEL = Given(name="channel", kind=NAME, needed=True)
FORCE, YES = Given(name="--force", flag=True), Given(name="--yes", flag=True)
VERBS = (
    Verb(
        path="catch-up",
        run=catch_up,
        given=(CHANNEL, Given(name="--begin", flag=True), Given(name="--since", kind=PAST)),
    ),
    Verb(path="attach", run=attach, given=(CHANNEL, FORCE, YES)),
    Verb(path="detach", run=detach, given=(CHANNEL, FORCE, YES)),
)
