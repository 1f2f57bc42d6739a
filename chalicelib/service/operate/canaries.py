"""What speaks against a channel's canary that only its kind knows: whether it has one, and what its medium bears."""

from collections.abc import Iterator
from datetime import timedelta

from chalicelib.channels import Capability, kind
from chalicelib.domain.plan import ChannelPlan
from chalicelib.domain.plan_document.faults import Fault

CALLS_APART = timedelta(minutes=10)
LONGEST_CALL_WAIT = timedelta(seconds=50)
"""In doubt there is a call a minute, and one is known from the next by nothing but its time."""


def canary_faults(channel: ChannelPlan) -> Iterator[Fault]:
    """Each with its path; none for a channel without a canary."""
    canary, path = channel.canary, f"channels.{channel.id}.canary"
    if canary is None:
        return
    cls = kind(channel.kind)
    if Capability.CANARY not in cls.capabilities:
        yield Fault(path=path, message=f"the kind {channel.kind!r} has no canary: see docs/health.md")
    elif not channel.account and cls.medium.waits:
        yield Fault(path=path, message="needs the channel's own number in `account`")
    if cls.medium.waits and canary.every < CALLS_APART:
        yield Fault(path=f"{path}.every", message="must be at least 10m: these are calls")
    if cls.medium.waits and canary.wait > LONGEST_CALL_WAIT:
        yield Fault(path=f"{path}.wait", message="must be at most 50s: a call carries no word of ours")
