"""The doctor: looks at accounts, webhooks, secrets, clocks, queues and the plan; changes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from chalicelib.channels import Capability, Channel, ChannelError, MissingSetting, SendFailed
from chalicelib.domain.doctor.finding import Finding, Ill, worst_first
from chalicelib.domain.model import Outcome
from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_document.lint import warnings
from chalicelib.domain.telling.alerts import UNPROVEN_AFTER, fallbacks
from chalicelib.http_types import Call, Http, MaybeSent, NotSent, Response
from chalicelib.ports import Clock, Missing, Unavailable
from chalicelib.service.one_deadline import OneDeadline, limited
from chalicelib.service.registry import Registry
from chalicelib.service.site import outdated
from chalicelib.service.stores import Stores
from chalicelib.service.turned import door_of

SKEW = timedelta(minutes=2)
"""Half of what vendors' stamps may be off, and ours."""
RECENT = timedelta(hours=1)
FORGED_MINUTES = 3
"""Minutes of the last hour in which somebody was turned away as forged: fewer are anybody's noise."""
BY_OUTCOME = {
    Outcome.AUTH: Ill.TOKEN_INVALID,
    Outcome.ACCOUNT: Ill.ACCOUNT_LIMITED,
    Outcome.OUTAGE: Ill.UNREACHABLE,
    Outcome.UNKNOWN: Ill.UNREACHABLE,
}
"""What a refused check says; any other refusal only says that it could not be made."""


class Dated:
    """Http that remembers how far the other side's clock is from ours, at the least."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http, self._clock = http, clock
        self.apart: timedelta | None = None

    def send(self, call: Call) -> Response:
        """Make one call."""
        response = self._http.send(call)
        apart = _apart(response, self._clock.now())
        if apart is not None and (self.apart is None or abs(apart) < abs(self.apart)):
            self.apart = apart
        return response


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """One container's."""

    stores: Stores
    registry: Registry
    http: Http
    clock: Clock

    def channel(self, plan: Plan, channel: str) -> tuple[Finding, ...]:
        """All that is wrong with one channel, worst first. Raises Missing for one that the plan has not."""
        found = [*self._asked(plan, channel), *self._forged(channel), *self._on_site(plan, channel)]
        return worst_first(replace(one, where=channel) for one in found)

    def plan(self, plan: Plan) -> tuple[Finding, ...]:
        """What is wrong with the plan itself, our queues and our alarms, worst first."""
        weak = [Finding(ill=Ill.PLAN_WEAK, about=fault.message, where=fault.path) for fault in warnings(plan)]
        return worst_first([*weak, *self._unproven(plan), *self._around()])

    def _asked(self, plan: Plan, channel: str) -> Sequence[Finding]:
        try:
            made = limited(self.registry.get(plan, channel), self.clock)
        except MissingSetting as missing:
            return (Finding(ill=Ill.SETTING_MISSING, about=str(missing)),)
        except (ChannelError, Unavailable) as unfit:
            return (Finding(ill=Ill.UNCHECKED, about=str(unfit)),)
        if Capability.CHECK not in made.capabilities:
            return ()
        dated = Dated(made.http, self.clock)
        made.http = dated
        return [*self._checked(made), *_skewed(dated)]

    def _checked(self, made: Channel) -> Sequence[Finding]:
        try:
            return made.check(self.clock.now())
        except SendFailed as refused:
            ill = BY_OUTCOME.get(refused.outcome, Ill.UNCHECKED)
            return (Finding(ill=ill, about=f"the provider refuses the check: {refused.detail}"),)
        except (NotSent, MaybeSent) as silent:
            return (Finding(ill=Ill.UNREACHABLE, about=f"no answer: {silent}"),)

    def _on_site(self, plan: Plan, channel: str) -> Sequence[Finding]:
        door = plan.channels[channel].door
        return tuple(outdated(door, OneDeadline(self.http, self.clock))) if door else ()

    def _forged(self, channel: str) -> Sequence[Finding]:
        """Requests were refused as forged again and again: a secret that the vendor has changed looks like that."""
        now = self.clock.now()
        try:
            turned = self.stores.contacts.sent(door_of(channel), now - RECENT, now, FORGED_MINUTES)
        except Unavailable:
            return ()
        about = f"requests were refused as forged in {FORGED_MINUTES} minutes or more of the last hour"
        return (Finding(ill=Ill.SIGNATURE_FAILS, about=about),) if len(turned) >= FORGED_MINUTES else ()

    def _unproven(self, plan: Plan) -> Sequence[Finding]:
        now = self.clock.now()
        try:
            proven = self.stores.stories.read().proven
        except Unavailable:
            return ()
        old = {desk: proven[desk] for desk in fallbacks(plan) if desk in proven}
        return [
            Finding(
                ill=Ill.FALLBACK_UNPROVEN,
                about=f"nothing good heard since {at:%Y-%m-%d}",
                where=f"desks.{desk}",
            )
            for desk, at in old.items()
            if now - at >= UNPROVEN_AFTER
        ]

    def _around(self) -> Sequence[Finding]:
        around = self.stores.surroundings
        return [
            *_looked(around.unread, Ill.QUEUE_UNREAD, "no function reads it"),
            *_looked(around.unheard, Ill.ALARM_UNHEARD, "nobody subscribed to it"),
        ]


def _looked(look: Callable[[], Sequence[str]], ill: Ill, about: str) -> Sequence[Finding]:
    try:
        return [Finding(ill=ill, about=about, where=name) for name in look()]
    except Unavailable as denied:
        ill = Ill.PERMISSION_MISSING if "denied" in str(denied) else Ill.UNCHECKED
        return (Finding(ill=ill, about=str(denied), where="surroundings"),)


def _skewed(dated: Dated) -> Sequence[Finding]:
    if dated.apart is None or abs(dated.apart) < SKEW:
        return ()
    about = f"the provider's clock and ours are {abs(dated.apart).total_seconds():.0f} s apart"
    return (Finding(ill=Ill.CLOCK_SKEW, about=about),)


def _apart(response: Response, now: datetime) -> timedelta | None:
    try:
        said = parsedate_to_datetime(response.headers.get("date", ""))
        return said - now if said.tzinfo is not None else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


__all__ = ["Doctor", "Missing"]
