"""Turns a plan's channels into working ones, with the kind's class, its settings, its secrets; has them prove."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.channels import CANARY_FROM, OWN_HOOK, Channel, ChannelConfig, ChannelError, kind
from chalicelib.domain.model import Medium
from chalicelib.domain.observing.mode import observes
from chalicelib.domain.outbox import Row
from chalicelib.domain.plan import ChannelPlan, Plan
from chalicelib.http_types import Http, MaybeSent, NotSent, Request
from chalicelib.ports import Missing, Secrets, Unavailable
from chalicelib.service.read_only import ReadOnly

MEDIUM = "medium"
"""The setting by which a kind that could be several is told which it is."""


@dataclass(slots=True)
class Registry:
    """Channels by id, made once per plan version and secret value."""

    secrets: Secrets
    http: Http
    _made: dict[str, tuple[ChannelPlan, Mapping[str, tuple[str, ...]], Channel]] = field(default_factory=dict)

    def get(self, plan: Plan, channel: str) -> Channel:
        """The working channel. Raises Missing, UnknownKind, or MissingSetting naming what to set where."""
        planned = plan.channels.get(channel)
        if planned is None:
            raise Missing(f"no channel {channel!r} in plan {plan.version}")
        secrets = self.secrets.channel(channel)
        held = self._made.get(channel)
        if held is not None and held[0] is planned and held[1] == secrets:
            return held[2]
        http = ReadOnly(self.http) if observes(plan, channel) else self.http
        made = kind(planned.kind)(config_of(planned, secrets, plan.public_base_url), http)
        self._made[channel] = (planned, secrets, made)
        return made


def commanded(registry: Registry, plan: Plan, channel: str) -> Channel:
    """A channel that may send even where it only observes: an operator's own command. Raises as Registry.get does."""
    planned = plan.channels[channel]
    config = config_of(planned, registry.secrets.channel(channel), plan.public_base_url)
    return kind(planned.kind)(config, registry.http)


def tried_channel(registry: Registry, row: Row, plan: Plan) -> Channel | None:
    """The channel of a row's last attempt, or None when the plan has it no more."""
    desk = plan.desks.get(row.work.desk)
    if row.work.desk and desk is None:
        return None
    try:
        return registry.get(plan, desk.channel if desk else row.channel)
    except (Missing, ChannelError):
        return None


def window_of(registry: Registry, plan: Plan, channel: str) -> timedelta | None:
    """How long after they wrote a channel's people may be written to; None without end. Raises Unavailable."""
    try:
        return registry.get(plan, channel).window
    except (ChannelError, Missing):
        return None


def medium_of(planned: ChannelPlan) -> Medium:
    """What a channel's contacts come by: its kind's own medium, or the one set for a kind that has several."""
    own = kind(planned.kind)
    told = config_of(planned, {}).settings.get(MEDIUM)
    if told not in tuple(Medium) or all(setting.name != MEDIUM for setting in own.needs):
        return own.medium
    return Medium(told)


def prove(channel: Channel, request: Request, now: datetime) -> None:
    """Have the kind prove a request. Raises Forged; Unavailable when the vendor's keys cannot be fetched."""
    try:
        channel.verify(request, now)
    except (NotSent, MaybeSent) as deaf:
        raise Unavailable(f"the keys behind {channel.config.id!r} are out of reach: {deaf}") from deaf


def config_of(
    planned: ChannelPlan, secrets: Mapping[str, tuple[str, ...]], public_base_url: str = ""
) -> ChannelConfig:
    """What a kind is configured with."""
    settings = dict(planned.settings)
    if planned.medium is not None:
        settings.setdefault(MEDIUM, planned.medium.value)
    if planned.canary is not None:
        settings[CANARY_FROM] = planned.canary.from_
    if public_base_url:
        settings[OWN_HOOK] = f"{public_base_url}/hooks/{planned.id}"
    return ChannelConfig(
        id=planned.id,
        account=planned.account,
        market=planned.market,
        base=planned.base,
        settings=settings,
        secrets=secrets,
    )
