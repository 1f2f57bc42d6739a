"""Master switches: turning one off for a time, and on again; who turned it off and why is in the list of orders."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.permission.record import Off, Switch
from chalicelib.domain.plan import Plan
from chalicelib.ports import Standing
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent, Forbidden
from chalicelib.service.operate.roles import Role
from chalicelib.service.permit import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be off, until when (at most 24 hours), and why."""

    switch: Switch
    until: datetime
    reason: str


def turn_off(post: Post, wanted: Wanted) -> tuple[Off, bool]:
    """Turn a switch off, or leave it off until another time; and whether everybody could be told. Raises Forbidden."""
    _require_role(post, wanted.switch)
    off = Off(
        switch=wanted.switch, until=wanted.until, owner=post.caller.id, reason=wanted.reason, since=post.now
    )

    def make(seen: Standing, _: Plan) -> Wish:
        return _wish(seen, wanted.switch, off, post.now)

    post.settle(make)
    return off, _told(post, off, "switch off")


def turn_on(post: Post, switch: Switch) -> tuple[Off, bool]:
    """Turn it on now. Raises Forbidden, and Absent when it is on."""
    _require_role(post, switch)
    found: list[Off] = []

    def make(seen: Standing, _: Plan) -> Wish:
        found[:] = [one for one in seen.record.off if one.switch is switch and one.holds_at(post.now)]
        if not found:
            raise Absent("switch that is off", switch.value)
        return _wish(seen, switch, None, post.now)

    post.settle(make)
    return found[0], _told(post, found[0], "switch on")


def described(off: Off) -> Json:
    """One as JSON values."""
    return {
        "switch": off.switch.value, "since": iso(off.since), "until": iso(off.until), "owner": off.owner,
        "reason": off.reason,
    }  # fmt: skip


def _wish(seen: Standing, switch: Switch, off: Off | None, now: datetime) -> Wish:
    record = seen.record.tidy(now)
    others = tuple(one for one in record.off if one.switch is not switch)
    return Wish(
        record=replace(
            record, version=seen.record.version + 1, off=(*others, off) if off is not None else others
        )
    )


def _require_role(post: Post, switch: Switch) -> None:
    """Automation any operator may stop and start; what stops colleagues is for admins."""
    if switch is not Switch.AUTOMATION and not post.caller.role.reaches(Role.ADMIN):
        raise Forbidden(f"the switch of {switch.value} is for admins")


def _told(post: Post, off: Off, what: str) -> bool:
    written = post.write_down(what, switch=off.switch.value, until=iso(off.until) or "", reason=off.reason)
    return post.republish("switch") and written
