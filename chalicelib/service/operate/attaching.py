"""Leads a vendor's webhook to us by the vendor's own API, and gives the former address back byte for byte."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from chalicelib.channels import Capability, Channel, ChannelError, SendFailed
from chalicelib.domain.observing.attachment import (
    Attachment,
    Step,
    attachment_text,
    read_attachment,
    to_attach,
    to_detach,
)
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.ports import Clock, Stale, Unavailable
from chalicelib.service.one_deadline import limited
from chalicelib.service.operate.post import Json, Post
from chalicelib.service.operate.refusals import Absent, Unfit
from chalicelib.service.registry import commanded

ELSEWHERE = "the webhook leads to a third address, {place}: somebody changed it since; ask who, or say force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """One channel whose webhook is led; `hook` is our own address."""

    post: Post
    channel: Channel
    hook: str
    version: int
    known: Attachment | None

    def keep(self, found: Attachment) -> None:
        """Remember. Raises Unfit when somebody else does the same just now."""
        try:
            self.post.stores.papers.write(
                _paper(self.channel.config.id), self.version + 1, attachment_text(found)
            )
        except Stale:
            raise Unfit("somebody else attaches or detaches this channel just now: look again") from None

    def told(self, *, changed: bool, leads_to: str, former: str) -> Json:
        """The answer; of addresses only what holds no query, for that may hold a secret."""
        return {
            "channel": self.channel.config.id,
            "changed": changed,
            "leads_to": _place(leads_to),
            "former": _place(former) or None,
        }


def attach(post: Post, clock: Clock, channel: str, *, force: bool) -> Json:
    """Lead the webhook to us; what it led to is remembered before. Raises Absent, Unfit, Unavailable."""
    leading = _leading(post, clock, channel, Capability.ATTACH)
    with _asking():
        current = leading.channel.hook()
    step = to_attach(leading.known, current, leading.hook)
    if step is Step.NOTHING:
        return leading.told(
            changed=False, leads_to=current, former=leading.known.former if leading.known else ""
        )
    if step is Step.REFUSE and not force:
        raise Unfit(ELSEWHERE.format(place=_place(current)))
    leading.keep(Attachment(former=current, own=leading.hook))
    _done(leading, lambda: leading.channel.attach(leading.hook), "attach", current)
    return leading.told(changed=True, leads_to=leading.hook, former=current)


def detach(post: Post, clock: Clock, channel: str, *, force: bool) -> Json:
    """Give the former address back. Raises Absent, Unfit, Unavailable."""
    leading = _leading(post, clock, channel, Capability.DETACH)
    with _asking():
        current = leading.channel.hook()
    step, known = to_detach(leading.known, current), leading.known
    if known is None or step is Step.UNKNOWN:
        raise Unfit("we never attached this channel: its former address is not known; set it at the provider")
    if step is Step.REFUSE and not force:
        raise Unfit(ELSEWHERE.format(place=_place(current)))
    if step is not Step.NOTHING:
        _done(leading, lambda: leading.channel.detach(known.former), "detach", known.former)
    if known.attached:
        leading.keep(replace(known, attached=False))
    return leading.told(changed=step is not Step.NOTHING, leads_to=known.former, former=known.former)


def _leading(post: Post, clock: Clock, name: str, wanted: Capability) -> Leading:
    plan = post.plan()
    if name not in plan.channels:
        raise Absent("channel", name)
    hook = f"{plan.public_base_url}/hooks/{name}"
    try:
        made = limited(commanded(post.registry, plan, name), clock)
    except ChannelError as unfit:
        raise Unfit(str(unfit)) from unfit
    if wanted not in made.capabilities:
        raise Unfit(
            "the provider has no way for us to do this: note the address that its webhook has now, then set it"
            f" to {hook} at the provider by hand, and back to the noted one to detach"
        )
    version, text = post.stores.papers.read(_paper(name))
    return Leading(post=post, channel=made, hook=hook, version=version, known=read_attachment(text))


def _done(leading: Leading, act: Callable[[], object], what: str, former: str) -> None:
    with _asking():
        act()
    leading.post.write_down(what, channel=leading.channel.config.id, former=_place(former))


@contextmanager
def _asking() -> Iterator[None]:
    """What a provider says instead of an answer, as refusals of the operation."""
    try:
        yield
    except SendFailed as refused:
        raise Unfit(f"the provider refuses: {refused.detail}") from refused
    except (NotSent, MaybeSent) as silent:
        raise Unavailable(
            f"the provider does not answer: {silent}; ask again, nothing is done twice"
        ) from silent


def _place(url: str) -> str:
    return url.partition("?")[0]


def _paper(channel: str) -> str:
    return f"attached/{channel}"
