"""Breaking glass: asking, confirming, ending it; each is loud, and recorded with who and why."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.permission.glass import (
    MOST,
    WAITS,
    against,
    asked,
    confirmed,
    ended,
    find,
    person_of,
)
from chalicelib.domain.permission.record import Glass, Record
from chalicelib.domain.plan import Plan
from chalicelib.ports import Standing
from chalicelib.service.glass_words import note_of
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent, Forbidden, Unfit
from chalicelib.service.operate.scopes import require_scope
from chalicelib.service.permit import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks for: to command a scope against the rules, for so many minutes, and why."""

    scope: str
    reason: str
    minutes: int


def ask(post: Post, wanted: Wanted) -> tuple[Glass, bool]:
    """Ask for a second person; and whether everybody could be told. Raises Absent, Unfit."""
    person = person_of(post.caller.id, post.caller.name, post.caller.owners)
    if not person.owners:
        raise Unfit("nobody could confirm it: this token does not say whose it is (person)")

    def make(seen: Standing, plan: Plan) -> tuple[Wish, Glass]:
        require_scope(plan, wanted.scope)
        record = seen.record.tidy(post.now)
        if len(record.glass) >= MOST:
            raise Unfit(f"{MOST} are asked for or broken already: end one first")
        glass = Glass(
            id=f"g{seen.record.version + 1}", scope=wanted.scope, owner=person.id, name=person.written,
            reason=wanted.reason, since=post.now, until=post.now + WAITS, minutes=wanted.minutes,
        )  # fmt: skip
        return _wish(seen, asked(record, glass)), glass

    return _loud(post, _settled(post, make), "asked")


def confirm(post: Post, glass_id: str) -> tuple[Glass, bool]:
    """Confirm as the second person: from now on it permits. Raises Absent, Forbidden, Unfit."""
    person = person_of(post.caller.id, post.caller.name, post.caller.owners)

    def make(seen: Standing, _: Plan) -> tuple[Wish, Glass]:
        glass = _found(seen.record, glass_id, post.now)
        if glass.by:
            raise Unfit("it is confirmed already")
        why = against(glass, person)
        if why:
            raise Forbidden(why)
        record = confirmed(seen.record, glass, person, post.now)
        return _wish(seen, record), _found(record, glass_id, post.now)

    return _loud(post, _settled(post, make), "broken")


def end(post: Post, glass_id: str) -> tuple[Glass, bool]:
    """Take the request back, or end the permission, and with it the orders given under it. Raises Absent."""

    def make(seen: Standing, _: Plan) -> tuple[Wish, Glass]:
        glass = _found(seen.record, glass_id, post.now)
        left = tuple(o for o in seen.orders.given if o.id not in glass.orders)
        wish = _wish(seen, ended(seen.record, glass))
        if left != seen.orders.given:
            lifted = replace(seen.orders, version=seen.orders.version + 1, given=left, _by_scope={})
            wish = replace(wish, orders=lifted)
        return wish, replace(glass, until=post.now)

    return _loud(post, _settled(post, make), "ended")


def described(glass: Glass, now: datetime) -> Json:
    """One request or permission as JSON values."""
    return {
        "id": glass.id, "state": "broken" if glass.broken_at(now) else "asked" if glass.until > now else "ended",
        "scope": glass.scope, "reason": glass.reason, "owner": glass.owner, "confirmed_by": glass.by or None,
        "since": iso(glass.since), "broken_at": iso(glass.at), "until": iso(glass.until),
        "minutes": glass.minutes, "orders": list(glass.orders),
    }  # fmt: skip


def _wish(seen: Standing, record: Record) -> Wish:
    return Wish(record=replace(record, version=seen.record.version + 1))


def _settled(post: Post, make: Callable[[Standing, Plan], tuple[Wish, Glass]]) -> Glass:
    made: list[Glass] = []

    def wish(seen: Standing, plan: Plan) -> Wish:
        found, glass = make(seen, plan)
        made[:] = [glass]
        return found

    post.settle(wish)
    return made[0]


def _found(record: Record, glass_id: str, now: datetime) -> Glass:
    try:
        return find(record, glass_id, now)
    except KeyError:
        raise Absent("break-glass", glass_id) from None


def _loud(post: Post, glass: Glass, what: str) -> tuple[Glass, bool]:
    """Into the ledger, and out as an event."""
    about = {"glass": glass.id, "scope": glass.scope, "asked_by": glass.owner, "confirmed_by": glass.by}
    until = iso(glass.until) or ""
    written = post.write_down(f"break-glass {what}", **about, reason=glass.reason, until=until)
    return glass, post.tell(note_of(glass, what, post.caller.id, post.now)) and written
