"""regions and take-over: which region serves, and having another one serve."""

from typing import Any

from bascule_cli.answers import at, rows, text
from bascule_cli.kinds import NAME
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.times import shown

REGIONS = columns("region! home alive heard_of_at:time knows_epoch owner reason")


def regions(session: Session) -> None:
    """Where home is, as far as the region knows that is asked."""
    found = session.client.read("/v1/regions").document
    if not rows(found, "regions"):
        session.done(found, "say.one_region")
        return
    counted = [one for row in rows(found, "regions") if isinstance(one := at(row, "counted"), dict)]
    lines = [session.words("say.counted", **_fields(one)) for one in counted]
    table = Table(columns=REGIONS, rows=rows(found, "regions"))
    session.show(found, session.words("say.home", **_home(found)), table, *lines)


def take_over(session: Session, *, reason: str, while_alive: bool, yes: bool) -> None:
    """Make the region that is asked home, meant for the epoch that is seen now."""
    seen = session.client.read("/v1/regions")
    home = _home(seen.document)
    session.confirm("ask.take_over", yes=yes, here=home["here"], home=home["home"])
    wanted = {"reason": reason, "while_alive": while_alive}
    found = session.client.post("/v1/regions/takeover", wanted, version=seen.version).document
    session.done(found, "say.taken_over", **_home(found), since=shown(text(at(found, "since")), session.zone))


def _home(found: Any) -> dict[str, str]:
    return {name: text(at(found, name)) for name in ("home", "here", "epoch")}


def _fields(counted: Any) -> dict[str, str]:
    return {name: text(at(counted, name)) for name in ("epoch", "rows", "in_doubt", "repeated", "mended")}


VERBS = (
    Verb(path="regions", run=regions),
    Verb(
        path="take-over",
        run=take_over,
        given=(
            Given(name="--reason", kind=NAME, needed=True),
            Given(name="--while-alive", flag=True),
            Given(name="--yes", flag=True),
        ),
    ),
)
