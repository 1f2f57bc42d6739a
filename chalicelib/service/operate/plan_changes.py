"""Earlier plans: what differs between two of them, and going back to one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_diff.changes import Change, changes
from chalicelib.domain.plan_diff.words import counted
from chalicelib.domain.plan_document.faults import PlanRefused
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.ports import Ahead, PlanVersion
from chalicelib.service.operate import plans
from chalicelib.service.operate.post import Json, Post
from chalicelib.service.operate.refusals import BadPlan, Unfit

MOST = 2_000
"""Changes told in one answer: the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two plans by number (None: one that is only proposed), and the changes from the first to the second."""

    before: int
    after: int | None
    changes: Sequence[Change]


def compared(post: Post, before: str, after: str) -> Compared:
    """What changes from one version to another; "" names the newest. Raises Absent."""
    old, new = _named(post, before), _named(post, after)
    found = changes(_understood(old), _understood(new))
    return Compared(before=old.version, after=new.version, changes=found)


def proposed(post: Post, before: str, text: str) -> Compared:
    """What publishing a text would change of a version, "" the newest. Raises Absent, and BadPlan with every fault."""
    old = _named(post, before)
    try:
        new = read_plan(text, 0)
    except PlanRefused as refused:
        raise BadPlan(refused.faults) from None
    return Compared(before=old.version, after=None, changes=changes(_understood(old), new))


def rollback(post: Post, number: int, reason: str, expected: Collection[int]) -> plans.Published:
    """Publish an earlier version once more, byte for byte, as the next one.

    Raises as `publish`, Absent for a version that there is not, Unfit for the newest: there is nothing to go back to.
    """
    earlier = plans.version(post, str(number))
    if number in expected:
        raise Unfit(f"version {number} is the one to be replaced: there is nothing to go back to")
    return plans.publish(post, earlier.text, f"rollback to {number}: {reason}", expected, earlier=earlier)


def described(found: Compared) -> Json:
    """The changes as JSON values."""
    return {
        "from": found.before, "to": found.after, "same": not found.changes, "in_words": counted(found.changes),
        "changes": [_plain(change) for change in found.changes[:MOST]],
        "left_out": max(0, len(found.changes) - MOST),
    }  # fmt: skip


def _plain(change: Change) -> Json:
    told = {"path": change.path, "kind": change.kind.value, "before": change.before, "after": change.after}
    moved = {} if change.item is None else {"item": change.item}
    return told | moved | ({} if change.place is None else {"place": change.place})


def _named(post: Post, number: str) -> PlanVersion:
    return plans.version(post, number) if number else plans.current(post)


def _understood(found: PlanVersion) -> Plan:
    try:
        return read_plan(found.compiled or found.text, found.version)
    except PlanRefused as refused:
        raise Ahead(f"plan {found.version} is not for this release: {refused}") from refused
