"""The plan: reading its versions, checking a text, publishing the next version."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from chalicelib.channels import ChannelError, Setting, kind, kinds
from chalicelib.domain.keys import cursor_of, parts_of
from chalicelib.domain.orders import Orders
from chalicelib.domain.plan import ChannelPlan, Plan
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.plan_document.lint import warnings
from chalicelib.domain.plan_document.reader import PlanRefused, dump_plan, read_plan
from chalicelib.domain.planned_work.rules import Ahead, conflicts
from chalicelib.domain.planned_work.windows import standing
from chalicelib.domain.safety import new_breaches
from chalicelib.pages import formats
from chalicelib.ports import Missing, PlanVersion, Stale
from chalicelib.service.operate.canaries import canary_faults
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent, BadPlan, Clashing, Faulty, Overtaken, Unsafe
from chalicelib.service.registry import config_of

Held = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A plan's text as it was understood, or its faults; warnings do not refuse it."""

    plan: Plan | None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


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
    try:
        plan = read_plan(text, _newest(post) + 1, kinds=kinds(), formats=formats())
    except PlanRefused as refused:
        return Checked(plan=None, faults=refused.faults)
    return Checked(plan=plan, faults=tuple(_unset(post, plan)), warnings=warnings(plan))


def check_again(post: Post, earlier: PlanVersion) -> Checked:
    """What speaks against publishing an earlier version once more.

    It was good enough when it was published: what only newer checks find in it is warned about.
    """
    try:
        plan = read_plan(earlier.compiled or earlier.text, earlier.version, kinds=kinds(), formats=formats())
    except PlanRefused as refused:
        return Checked(plan=None, faults=refused.faults)
    return Checked(plan=plan, faults=tuple(_unset(post, plan)), warnings=warnings(plan))


def publish(
    post: Post, text: str, reason: str, expected: Collection[int], *, earlier: PlanVersion | None = None
) -> Published:
    """Make a text the next version, if the newest is one of `expected` (0: there is none).

    `earlier`: the version that is published once more, compiled as it was. Raises Overtaken, BadPlan with every fault,
    Unsafe when with tonight's orders it would break a safety rule, or Clashing when planned work would break a rule.
    """
    newest = _newest(post)
    if newest not in expected:
        raise Overtaken(newest)
    checked = check_again(post, earlier) if earlier else check(post, text)
    if checked.plan is None or checked.faults:
        raise BadPlan(checked.faults)
    _require_permitted(post, checked.plan)
    compiled = earlier.compiled if earlier else dump_plan(checked.plan)
    made = PlanVersion(
        version=newest + 1, text=text, digest=sha256(text.encode()).hexdigest(), author=post.caller.id,
        reason=reason, at=post.now, compiled=compiled,
    )  # fmt: skip
    try:
        post.stores.plans.publish(made)
    except Stale:
        raise Overtaken(_newest(post)) from None
    written = post.write_down("publish plan", version=str(made.version), digest=made.digest)
    return Published(version=made, warnings=checked.warnings, announced=post.republish("plan") and written)


def _require_permitted(post: Post, plan: Plan) -> None:
    """What tonight's orders, and all planned work ahead, would leave of this plan."""
    orders, windows = post.stores.orders.read(), post.stores.maintenance.read().of_people()
    unsafe = new_breaches(plan, Orders(), standing(orders, windows, post.now), post.now)
    if unsafe:
        raise Unsafe(unsafe)
    clashing = conflicts(Ahead(plan=plan, orders=orders, windows=windows), post.now)
    if clashing:
        raise Clashing(clashing)


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


def _unset(post: Post, plan: Plan) -> Iterator[Fault]:
    for channel in plan.channels.values():
        yield from canary_faults(channel)
        held = post.stores.secrets.channel(channel.id)
        lacking = _lacking(channel, held)
        if any(setting.secret for setting in lacking) and post.stores.secrets.refresh(channel.id):
            held = post.stores.secrets.channel(channel.id)
            lacking = _lacking(channel, held)
        yield from (_fault(channel, setting) for setting in lacking)
        if not lacking:
            yield from _unmade(post, channel, held)


def _lacking(channel: ChannelPlan, held: Held) -> list[Setting]:
    needs = (setting for setting in kind(channel.kind).needs if setting.required)
    return [s for s in needs if not (held.get(s.name) if s.secret else channel.settings.get(s.name))]


def _fault(channel: ChannelPlan, setting: Setting) -> Fault:
    if setting.secret:
        message = (
            f"lacks the secret {setting.name!r} ({setting.purpose}): "
            f"set {channel.id}.{setting.name} in the stage's channel secrets"
        )
        return Fault(path=f"channels.{channel.id}", message=message)
    path = f"channels.{channel.id}.settings.{setting.name}"
    return Fault(path=path, message=f"is required by {channel.kind} ({setting.purpose})")


def _unmade(post: Post, channel: ChannelPlan, held: Held) -> Iterator[Fault]:
    """What a kind itself says against its configuration beyond single settings."""
    try:
        kind(channel.kind)(config_of(channel, held), post.registry.http)
    except ChannelError as unfit:
        yield Fault(path=f"channels.{channel.id}", message=str(unfit))
