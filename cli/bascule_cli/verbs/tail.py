"""tail: what happens now, a line each: flips of paths, orders given and ended, versions of the plan."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import click

from bascule_cli.answers import rows, text
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.times import lasting, shown
from bascule_cli.trouble import Unreachable

Event = Mapping[str, Any]
LOOK_BACK = timedelta(minutes=10)
PATIENCE = 10
"""Looks that may fail one after the other before the command gives up."""


def tail(session: Session, every: float, looks: int | None) -> None:
    """Print what is new, look by look. Raises Unreachable when the service stays away; Ctrl-C ends it."""
    known, made, failed = Known(), 0, 0
    while looks is None or made < looks:
        if made:
            session.sleep(every)
        try:
            for event in sorted(
                known.news(session, first=made == 0), key=lambda event: text(event.get("at"))
            ):
                _print(session, event)
            failed = 0
        except Unreachable:
            failed += 1
            if failed >= PATIENCE or looks is not None:
                raise
            session.screen.progress(session.words("say.trying_again", count=failed))
        made += 1


class Known:
    """What was printed already. A departure is told when it begins and once more when it ends."""

    def __init__(self) -> None:
        self._told: set[tuple[str, ...]] = set()
        self._orders: dict[str, Mapping[str, Any]] = {}

    def news(self, session: Session, *, first: bool) -> Iterator[Event]:
        """What is new since the last look; the first one tells what is so already."""
        client, now = session.client, session.now()
        flips = rows(client.read("/v1/flips", **{"from": (now - LOOK_BACK).isoformat()}).document, "flips")
        orders = rows(client.read("/v1/orders").document, "orders")
        versions = rows(client.read("/v1/plan/versions", limit=1 if first else 20).document, "versions")
        yield from self._flips(flips)
        yield from self._changed(orders, now.isoformat())
        for one in reversed(versions):
            yield from self._once(
                ("plan", text(one.get("version"))), {"event": "plan", "at": one.get("at"), **one}
            )

    def _flips(self, flips: list[Mapping[str, Any]]) -> Iterator[Event]:
        for one in sorted(flips, key=lambda flip: text(flip.get("opened_at"))):
            name = text(one.get("path")), text(one.get("class")), text(one.get("opened_at"))
            yield from self._once(("left", *name), {"event": "left", "at": one.get("opened_at"), **one})
            if one.get("closed_at"):
                yield from self._once(("back", *name), {"event": "back", "at": one.get("closed_at"), **one})

    def _changed(self, orders: list[Mapping[str, Any]], now: str) -> Iterator[Event]:
        current = {text(one.get("id")): one for one in orders}
        for name, one in current.items():
            if self._orders.get(name, {}).get("until") != one.get("until"):
                yield {"event": "order", "at": one.get("since"), **one}
        for name in self._orders.keys() - current.keys():
            yield {"event": "ended", "at": now, **self._orders[name]}
        self._orders = current

    def _once(self, key: tuple[str, ...], event: Event) -> Iterator[Event]:
        if key not in self._told:
            self._told.add(key)
            yield event


def _print(session: Session, event: Event) -> None:
    if session.screen.json:
        session.screen.record(event)
        return
    seconds = event.get("seconds")
    fields = {name: text(event.get(name)) for name in FIELDS}
    fields["kind"] = session.words.known(f"state.{fields['kind']}", fields["kind"])
    fields["at"] = shown(fields["at"], session.zone, "%H:%M:%S")
    fields["until"] = shown(fields["until"], session.zone)
    fields["length"] = lasting(seconds) if isinstance(seconds, int | float) and 0 <= seconds < FAR else "-"
    session.screen.progress("")
    session.screen.line(session.words(f"event.{event['event']}", **fields))


FAR = 1e12
FIELDS = (
    "at", "path", "because", "detail", "kind", "scope", "until", "owner", "reason", "version", "author", "class", "id",
)  # fmt: skip
VERBS = (
    Verb(
        path="tail",
        run=tail,
        given=(
            Given(name="--every", kind=click.FloatRange(1, 3600), otherwise=5.0),
            Given(name="--looks", kind=click.IntRange(1)),
        ),
    ),
)
