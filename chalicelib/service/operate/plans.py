"""The plan: reading its versions, checking a text, publishing the next version."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

from chalicelib.domain.keys import cursor_of, parts_of
from chalicelib.domain.permission.record import Switch
from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.plan_document.reader import dump_plan
from chalicelib.ports import Missing, PlanVersion, Standing
from chalicelib.service.operate.plan_check import Checked, checked_again, checked_text
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent, BadPlan, Faulty, Overtaken
from chalicelib.service.permit import Wish, require_on, settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The version that a text became."""

    version: PlanVersion
    warnings: tuple[Fault, ...]
    announced: bool


def current(post: Post) -> PlanVersion:
    """The newest version. Raises Absent."""
    try:
        return post.stores.plans.current()
    except Missing:
        raise Absent("plan", "current") from None


def version(post: Post, number: str) -> PlanVersion:
    """One version by its number. Raises Absent."""
    if not (number.isascii() and number.isdecimal() and len(number) < 10):  # noqa: PLR2004 - nine digits fit any store
        raise Absent("plan version", number)
    try:
        return post.stores.plans.version(int(number))
    except Missing:
        raise Absent("plan version", number) from None


def versions(post: Post, limit: int, cursor: str) -> tuple[Sequence[PlanVersion], str]:
    """The newest first, without their texts, and the next page's cursor ("" at the end). Raises Faulty."""
    below = _below(cursor) if cursor else None
    found = post.stores.plans.versions(limit, below)
    more = len(found) == limit and found[-1].version > 1
    return found, cursor_of(str(found[-1].version)) if more else ""


def check(post: Post, text: str) -> Checked:
    """Everything that speaks against publishing a text, all at once; nothing is stored."""
    return checked_text(post, text, _newest(post) + 1)


def publish(
    post: Post, text: str, reason: str, expected: Collection[int], *, earlier: PlanVersion | None = None
) -> Published:
    """Make a text the next version, if the newest is one of `expected` (0: there is none).

    `earlier` is published once more, compiled as it was. Raises Overtaken, BadPlan with every fault, Unsafe when with
    tonight's orders it would break a safety rule, or Clashing when planned work would break a rule.
    """
    newest = _newest(post)
    if newest not in expected:
        raise Overtaken(newest)
    checked = checked_again(post, earlier) if earlier else check(post, text)
    if checked.plan is None or checked.faults:
        raise BadPlan(checked.faults)
    made = PlanVersion(
        version=newest + 1, text=text, digest=sha256(text.encode()).hexdigest(), author=post.caller.id,
        reason=reason, at=post.now, compiled=earlier.compiled if earlier else dump_plan(checked.plan),
    )  # fmt: skip
    store(post, made, checked.plan)
    written = post.write_down("publish plan", version=str(made.version), digest=made.digest)
    return Published(version=made, warnings=checked.warnings, announced=post.republish("plan") and written)


def store(post: Post, made: PlanVersion, plan: Plan) -> None:
    """Make a version the newest: by the one way there is, for people and for automation.

    Raises Overtaken when it does not follow the newest, SwitchedOff, and what `permitted` says against it.
    """

    def make(seen: Standing, _: Plan | None) -> Wish:
        if seen.plan != made.version - 1:
            raise Overtaken(seen.plan)
        require_on(seen.record, Switch.PUBLICATION, post.now)
        return Wish(version=made, plan=plan)

    settle(post.stores.permission, post.light, make)


def described(found: PlanVersion) -> Json:
    """A version as JSON values, without its text."""
    return {
        "version": found.version, "digest": found.digest, "author": found.author, "reason": found.reason,
        "at": iso(found.at),
    }  # fmt: skip


def _newest(post: Post) -> int:
    found = post.stores.plans.versions(1)
    return found[0].version if found else 0


def _below(cursor: str) -> int:
    try:
        return int(parts_of(cursor, 1)[0])
    except ValueError:
        raise Faulty(Fault(path="cursor", message="is no cursor of this list")) from None
