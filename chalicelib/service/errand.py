"""What one send is: which channel, which path it is evidence on, and the message."""

from dataclasses import dataclass

from chalicelib.domain.model import Direction, Message, path_id, row_key
from chalicelib.domain.outbox import Row
from chalicelib.domain.plan import Plan
from chalicelib.ports import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """`desk` is "" when the message goes to a person."""

    channel: str
    account: str
    path: str
    message: Message
    desk: str = ""

    def alias(self, provider_id: str) -> str:
        """The key under which the provider's own id of this message is remembered."""
        return alias_of(self.channel, self.account, provider_id)


def alias_of(channel: str, account: str, provider_id: str) -> str:
    """The key of a provider's id for something that we sent on a channel."""
    return row_key(channel, account, f"sent:{provider_id}")


def for_desk(row: Row, plan: Plan, desk_id: str) -> Errand:
    """A contact to a desk."""
    desk = plan.desks[desk_id]
    channel = plan.channels[desk.channel]
    message = Message(
        key=row.key,
        target=desk.target,
        text=row.contact.text,
        language=row.contact.party.language,
        contact=row.contact,
        channel=row.channel,
        purpose=row.purpose,
    )
    path = path_id(channel.id, Direction.OUT, channel.market)
    return Errand(channel=channel.id, account=channel.account, path=path, message=message, desk=desk.id)


def for_person(row: Row, plan: Plan) -> Errand:
    """Words to the person. Raises Missing when their channel is no longer in the plan."""
    channel = plan.channels.get(row.channel)
    if channel is None:
        raise Missing(f"no channel {row.channel!r} in plan {plan.version}")
    traits = row.contact.traits
    target = {
        "address": row.contact.party.address,
        "conversation": row.contact.conversation,
        "subject": traits.get("subject", ""),
        "in_reply_to": traits.get("message_id", ""),
    }
    message = Message(
        key=row.key,
        target=target,
        text=row.contact.text,
        language=row.contact.party.language,
        channel=row.channel,
        purpose=row.purpose,
    )
    path = path_id(channel.id, Direction.OUT, channel.market)
    return Errand(channel=channel.id, account=channel.account, path=path, message=message)
