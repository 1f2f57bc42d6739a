"""orders, override, drain, release, renew, posture set, break-glass: what is commanded for now."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import click

from bascule_cli.answers import at, rows, text
from bascule_cli.changing import ORDERS, changed
from bascule_cli.client import Answer, below
from bascule_cli.kinds import AHEAD, NAME
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.times import shown
from bascule_cli.trouble import NotFound, Wrong

LIST = columns("id! kind:state scope! until:time owner reason")
WINDOWS = columns("id! title scopes kind:state until:time owner reason")
SWITCHES = columns("switch! until:time owner reason")
GLASS = columns("id! state:state scope! until:time owner confirmed_by reason")
POSTURES = ("calm", "alert", "crisis")


def listed(session: Session) -> None:
    """All orders that have not ended."""
    found = session.client.read(ORDERS.path).document
    shown = [(WINDOWS, "maintenance"), (SWITCHES, "switches"), (GLASS, "break_glass")]
    more = [Table(columns=columns_, rows=rows(found, name)) for columns_, name in shown if rows(found, name)]
    session.show(found, Table(columns=LIST, rows=rows(found, "orders"), empty="say.no_orders"), *more)


def give(session: Session, wanted: Mapping[str, Any], *, ask: bool, yes: bool) -> None:
    """Give one order, and say until when it holds."""
    seen = session.client.read(ORDERS.path)
    if ask:
        session.confirm("ask.order", yes=yes, kind=_kind(session, wanted["kind"]), scope=wanted["scope"])
    given = changed(session, ORDERS, seen, partial(session.client.post, ORDERS.path, wanted))
    _said(session, "say.ordered", given)


def _ordering(kind: str, *, ask: bool) -> Callable[..., None]:
    def order(session: Session, *, yes: bool, **given: Any) -> None:
        wanted = {"kind": kind, **{name: value for name, value in given.items() if value is not None}}
        give(session, wanted, ask=ask, yes=yes)

    return order


def set_posture(session: Session, *, posture: str, until: int | str, reason: str, yes: bool) -> None:
    """Have so much capacity kept ready, whatever surges say."""
    wanted = {"kind": "posture", "scope": f"capacity:{posture}", "until": until, "reason": reason}
    give(session, wanted, ask=posture == "crisis", yes=yes)


def release(session: Session, order: str) -> None:
    """End an order now; it is named by its id, or by its scope where only one order has it."""
    seen = session.client.read(ORDERS.path)
    path = below("orders", _one(seen.document, order))
    ended = changed(
        session, ORDERS, seen, lambda version: session.client.change("DELETE", path, version=version)
    )
    _said(session, "say.released", ended)


def renew(session: Session, *, order: str, until: int | str) -> None:
    """Have an order last longer."""
    seen = session.client.read(ORDERS.path)
    path = below("orders", _one(seen.document, order), "renew")
    given = changed(session, ORDERS, seen, partial(session.client.post, path, {"until": until}))
    _said(session, "say.ordered", given)


def _one(document: Any, wanted: str) -> str:
    """The id of the order that is meant. Raises NotFound, and Wrong where the scope has several."""
    found = rows(document, "orders")
    if any(one.get("id") == wanted for one in found):
        return wanted
    fitting = [one for one in found if one.get("scope") == wanted]
    if len(fitting) > 1:
        lines = [
            f"{text(one.get('id'))}  {text(one.get('kind'))}  {text(one.get('reason'))}" for one in fitting
        ]
        raise Wrong("trouble.several", hint="next.by_id", lines=lines, scope=wanted)
    if not fitting:
        raise NotFound("trouble.no_order", hint="next.orders", order=wanted)
    return str(fitting[0].get("id"))


def _said(session: Session, key: str, answer: Answer) -> None:
    order = at(answer.document, "order")
    until = shown(text(at(order, "until")), session.zone)
    kind = _kind(session, text(at(order, "kind")))
    fields = {"id": text(at(order, "id")), "scope": text(at(order, "scope")), "kind": kind, "until": until}
    lines = [session.words(key, **fields)]
    if at(answer.document, "announced") is False:
        lines.append(session.words("say.not_announced"))
    session.show(answer.document, *lines)


def _kind(session: Session, kind: str) -> str:
    return session.words.known(f"state.{kind}", kind)


SCOPE = Given(name="scope", kind=NAME, needed=True)
UNTIL = Given(name="--until", kind=AHEAD, needed=True)
REASON = Given(name="--reason", kind=NAME, needed=True)
YES = Given(name="--yes", flag=True)
ORDER = Given(name="order", kind=NAME, needed=True)
COMMON = (SCOPE, UNTIL, REASON, YES)
TAKING_OUT = (*COMMON, Given(name="--break-glass", kind=NAME))
VERBS = (
    Verb(path="orders", run=listed),
    Verb(path="override down", run=_ordering("force_down", ask=True), given=TAKING_OUT),
    Verb(path="override up", run=_ordering("force_up", ask=True), given=COMMON),
    Verb(path="drain", run=_ordering("drain", ask=False), given=TAKING_OUT),
    Verb(path="suspend", run=_ordering("maintenance", ask=False), given=TAKING_OUT),
    Verb(path="release", run=release, given=(ORDER,)),
    Verb(path="renew", run=renew, given=(ORDER, UNTIL)),
    Verb(
        path="posture set",
        run=set_posture,
        given=(Given(name="posture", kind=click.Choice(POSTURES), needed=True), UNTIL, REASON, YES),
    ),
)
