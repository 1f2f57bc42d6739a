"""desks load and forecast: how busy a desk is, and what a surge would do to it."""

from collections.abc import Mapping
from typing import Any

import click

from bascule_cli.answers import at, text
from bascule_cli.client import below
from bascule_cli.kinds import NAME
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns

LOAD = columns("desk! in_use free waiting fresh full wait.mean_seconds:length")
OUTLOOK = columns(
    "agents! answered_in_time_share:share mean_wait_seconds:length abandoned_share:share never_served_share:share"
    " attempts_per_contact occupancy_share:share"
)
COUNTS = ("in_use", "free", "waiting")
ASKED = ("surge", "agents", "handling", "patience", "redial", "share", "within")


def load(session: Session, *, desk: str, **given: int | None) -> None:
    """Report a desk's load; it counts for two minutes."""
    reading = {name: given[name] for name in COUNTS if given[name] is not None}
    found = session.client.change("PUT", below("desks", desk, "load"), reading).document
    session.show(found, Table(columns=LOAD, rows=[found]))


def forecast(session: Session, *, desk: str, **given: Any) -> None:
    """What so many contacts an hour would do to a desk, and how many agents they need."""
    found = session.client.read(below("desks", desk, "forecast"), **given).document
    outlooks = [
        one for name in ("with_agents", "with_agents_needed") if isinstance(one := at(found, name), Mapping)
    ]
    needed, erlangs = text(at(found, "agents_needed")), text(at(found, "offered_erlangs"))
    shown: list[Table | str] = [session.words("say.forecast", needed=needed, erlangs=erlangs)]
    assumed = at(found, "assumptions")
    lines = [f"- {text(one)}" for one in assumed] if isinstance(assumed, list) else []
    session.show(found, *shown, Table(columns=OUTLOOK, rows=outlooks), *lines)


DESK = Given(name="desk", kind=NAME, needed=True)
COUNT = click.IntRange(0, 1_000_000)
VERBS = (
    Verb(
        path="desks load",
        run=load,
        given=(DESK, *(Given(name=f"--{name.replace('_', '-')}", kind=COUNT) for name in COUNTS)),
    ),
    Verb(
        path="desks forecast",
        run=forecast,
        given=(
            DESK,
            Given(name="--arrivals-per-hour", kind=click.FLOAT, needed=True),
            *(Given(name=f"--{name}", kind=click.FLOAT if name != "agents" else COUNT) for name in ASKED),
        ),
    ),
)
