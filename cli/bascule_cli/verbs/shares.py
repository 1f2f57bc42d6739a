"""shares list, set: how routes are parted among desks, as planned and now, and fixed by an operator for a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from bascule_cli.answers import at, rows, text
from bascule_cli.kinds import AHEAD, NAME, PAIR
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.times import shown
from bascule_cli.verbs.orders import give

LIST = columns(
    "route! desk! planned_share share_now looks:state by:state stepped_at:time order_until:time reason"
)


def listed(session: Session) -> None:
    """Every desk that shares a route."""
    found = session.client.read("/v1/shares").document
    lines = [line for route in rows(found, "shares") for line in _lines(route)]
    off = at(found, "automation_off_until")
    more = [session.words("say.shares_off", until=shown(text(off), session.zone))] if off else []
    session.show(found, Table(columns=LIST, rows=lines, empty="say.no_shares"), *more)


def _lines(route: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    name = f"{text(route.get('purpose'))}#{text(route.get('market'))}"
    more = {
        "route": name, "by": route.get("by"), "stepped_at": route.get("stepped_at"),
        "order_until": at(route, "order", "until"), "reason": at(route, "order", "reason"),
    }  # fmt: skip
    return [
        {**more, "desk": one.get("desk"), "planned_share": one.get("planned"), "share_now": one.get("now"),
         "looks": one.get("looks")}
        for one in rows(route, "desks")
    ]  # fmt: skip


def fix(
    session: Session,
    *,
    route: str,
    share: Sequence[tuple[str, str]],
    until: int | str,
    reason: str,
    yes: bool,
) -> None:
    """Fix the shares of a route until a time; what is no whole number is left for the service to name."""
    shares = {desk: int(points) if points.isdecimal() else points for desk, points in share}
    wanted = {"kind": "shares", "scope": f"route:{route}", "until": until, "reason": reason, "shares": shares}
    give(session, wanted, ask=True, yes=yes)


ROUTE = Given(name="route", kind=NAME, needed=True)
VERBS = (
    Verb(path="shares list", run=listed),
    Verb(
        path="shares set",
        run=fix,
        given=(
            ROUTE,
            Given(name="share", kind=PAIR, needed=True, many=True),
            Given(name="--until", kind=AHEAD, needed=True),
            Given(name="--reason", kind=NAME, needed=True),
            Given(name="--yes", flag=True),
        ),
    ),
)
