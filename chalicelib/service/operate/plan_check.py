"""What speaks against publishing a plan: its reading, its judgement, and the secrets that its channels lack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chalicelib.channels import ChannelError, Setting, kind, kinds
from chalicelib.domain.plan import ChannelPlan, Plan, Purpose
from chalicelib.domain.plan_document.faults import MOST_FAULTS, Fault
from chalicelib.domain.plan_document.lint import unsound, warnings
from chalicelib.domain.plan_document.reader import PlanRefused, read_plan
from chalicelib.pages import formats
from chalicelib.ports import PlanVersion
from chalicelib.service.operate.canaries import canary_faults
from chalicelib.service.operate.post import Post
from chalicelib.service.registry import config_of, medium_of

Held = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A plan's text as it was understood, or its faults; warnings do not refuse it."""

    plan: Plan | None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def checked_text(post: Post, text: str, version: int) -> Checked:
    """Every fault of a text at once: where it cannot be read as a whole, of as much as could be made out."""
    try:
        plan = read_plan(text, version, kinds=kinds(), formats=formats())
    except PlanRefused as refused:
        more = _of_the_rest(post, refused.read, refused.faults) if isinstance(refused.read, Plan) else ()
        return Checked(plan=None, faults=_told(*refused.faults, *more))
    return Checked(
        plan=plan, faults=_told(*unsound(plan), *_unset(post, plan)), warnings=_told(*_warned(plan))
    )


def checked_again(post: Post, earlier: PlanVersion) -> Checked:
    """What speaks against publishing an earlier version once more.

    It was good enough when it was published: what only newer checks find in it is warned about.
    """
    try:
        plan = read_plan(earlier.compiled or earlier.text, earlier.version, kinds=kinds(), formats=formats())
    except PlanRefused as refused:
        return Checked(plan=None, faults=refused.faults)
    faults, warned = _told(*_unset(post, plan)), _told(*unsound(plan), *_warned(plan))
    return Checked(plan=plan, faults=faults, warnings=warned)


def _told(*found: Fault) -> tuple[Fault, ...]:
    """As many as fit an answer that a person reads."""
    return found[:MOST_FAULTS]


def _of_the_rest(post: Post, read: Plan, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """The faults of judgement and of secrets in those purposes and channels that could be read."""
    spoilt = {".".join(fault.path.split(".")[:2]) for fault in faults}
    purposes = {
        id_: one
        for id_, one in read.purposes.items()
        if f"purposes.{id_}" not in spoilt and _whole(read, one)
    }
    channels = {id_: one for id_, one in read.channels.items() if f"channels.{id_}" not in spoilt}
    return (*unsound(replace(read, purposes=purposes)), *_unset(post, replace(read, channels=channels)))


def _whole(read: Plan, purpose: Purpose) -> bool:
    desks = [read.desks.get(desk) for route in purpose.routes.values() for desk in route]
    return all(desk is not None and desk.channel in read.channels for desk in desks)


def _warned(plan: Plan) -> tuple[Fault, ...]:
    return warnings(plan, {id_: medium_of(channel) for id_, channel in plan.channels.items()})


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
