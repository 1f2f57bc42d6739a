"""The dry run over real contacts: what another plan, other orders, health or load would change. Nothing is stored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nlargest

from chalicelib.domain.model import ContactKind
from chalicelib.domain.orders import Orders
from chalicelib.domain.outbox import Row
from chalicelib.domain.routing import Case, Decision, Situation, route
from chalicelib.service.operate.contacts import MOST_PAGES
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.supposed import AS_IT_IS, Supposed, supposed
from chalicelib.service.rows import purpose_of

MOST = 500
PAGE = 500
"""Rows asked for at once: the newest are found among PAGE * MOST_PAGES, for rows have no order of time."""
NO_CHANNEL = "no_channel"
"""Stands for a contact's desk where the plan does not have its channel any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How many contacts, of which channel ("": any). `then`: at the hour when each came, else at this one."""

    last: int = MOST
    channel: str = ""
    then: bool = True
    under: Supposed = AS_IT_IS


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a contact's purpose and desk are in a situation."""

    purpose: str
    desk: str
    because: str = ""


def compare(post: Post, wanted: Wanted) -> Json:
    """Each contact as things are and as supposed, the time and everything else being the same.

    Raises Absent for what the plan does not have, and BadPlan when the proposed one is wrong.
    """
    now = post.situations.read(post.now)
    other = supposed(now, wanted.under)
    if wanted.then:
        now, other = _at_any_hour(now, post.now), _at_any_hour(other, post.now)
    rows, seen, complete = _newest(post, wanted)
    times = [row.accepted_at if wanted.then else post.now for row in rows]
    pairs = [(row, _taken(row, now, at), _taken(row, other, at)) for row, at in zip(rows, times, strict=True)]
    return {
        "looked_at": seen, "complete": complete, "compared": len(pairs), "supposed": wanted.under.named(),
        "at": "then" if wanted.then else "now", "plan": now.plan.version,
        "proposed_plan": bool(wanted.under.plan), **_changes(pairs),
    }  # fmt: skip


Pair = tuple[Row, Taken, Taken]


def _changes(pairs: Sequence[Pair]) -> Json:
    changed = [pair for pair in pairs if (pair[1].desk, pair[1].purpose) != (pair[2].desk, pair[2].purpose)]
    counts = Counter((before.desk, after.desk) for _, before, after in changed)
    return {
        "changed": len(changed),
        "counts": [
            {"before": before or None, "after": after or None, "contacts": number}
            for (before, after), number in counts.most_common()
        ],
        "contacts": [_told(*pair) for pair in changed],
    }


def _newest(post: Post, wanted: Wanted) -> tuple[Sequence[Row], int, bool]:
    """The newest contacts among the rows looked at, how many those were, and whether they were all that there are."""
    found: list[Row] = []
    seen, cursor = 0, ""
    for _ in range(MOST_PAGES):
        rows, cursor = post.stores.contacts.page(PAGE, cursor)
        seen += len(rows)
        found += [row for row in rows if _real(row, wanted.channel)]
        found = nlargest(wanted.last, found, key=lambda row: (row.accepted_at, row.key))
        if not cursor:
            break
    return found, seen, not cursor


def _real(row: Row, channel: str) -> bool:
    return row.kind is ContactKind.CONTACT and channel in ("", row.channel)


def _at_any_hour(situation: Situation, now: datetime) -> Situation:
    """The orders that hold now, as if they always had: only the desks' hours are those of each contact's own time."""
    holding = [order for order in situation.orders.given if order.holds_at(now)]
    first, last = datetime.min.replace(tzinfo=now.tzinfo), datetime.max.replace(tzinfo=now.tzinfo)
    given = tuple(replace(order, since=first, until=last) for order in holding)
    return replace(situation, orders=Orders(version=situation.orders.version, given=given))


def _taken(row: Row, situation: Situation, at: datetime) -> Taken:
    plan = situation.plan
    if row.channel not in plan.channels:
        return Taken(purpose="", desk=NO_CHANNEL)
    known = row.purpose if row.erased_at else plan.purpose_of(row.channel, row.contact)
    purpose = purpose_of(plan, known).id
    market = row.market if row.erased_at else plan.market_of(row.channel, row.contact)
    case = Case(key=row.key, purpose=purpose, market=market, medium=row.contact.medium)
    decision: Decision = route(case, situation, (), at)
    return Taken(purpose=purpose, desk=decision.desk, because=decision.because)


def _told(row: Row, before: Taken, after: Taken) -> Json:
    return {
        "key": row.key, "accepted_at": iso(row.accepted_at), "channel": row.channel,
        "was": row.decision.partition("|")[0] or None, "before": before.desk or None, "after": after.desk or None,
        "because": after.because or None, "purpose_before": before.purpose or None,
        "purpose_after": after.purpose or None,
    }  # fmt: skip
