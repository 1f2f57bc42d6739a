"""The dry run: what would be decided for a contact now, by the very code that decides; nothing is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.domain.model import Contact, Medium, Party
from chalicelib.domain.plan import ChannelPlan, Plan
from chalicelib.domain.routing import Case, Situation, route
from chalicelib.service.operate.health import snapshot
from chalicelib.service.operate.post import Json, Post
from chalicelib.service.operate.refusals import Absent
from chalicelib.service.operate.supposed import AS_IT_IS, Supposed, supposed
from chalicelib.service.operate.telling import decided
from chalicelib.service.registry import medium_of
from chalicelib.service.rows import contact_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A made-up contact. `provider_id` draws the share of a trial: the same id is always drawn alike."""

    channel: str
    text: str = ""
    traits: Mapping[str, str] = field(default_factory=dict)
    market: str = ""
    medium: Medium | None = None
    party: str = ""
    provider_id: str = "dry-run"
    account: str = ""
    tried: tuple[str, ...] = ()
    under: Supposed = AS_IT_IS


def decide(post: Post, trial: Trial) -> Json:
    """The decision with its reasons and what it looked at.

    Raises Absent for a channel, a desk or a path that the plan does not have, BadPlan when the proposed one is wrong.
    """
    situation = supposed(post.situations.read(post.now), trial.under)
    channel = _known(situation.plan, trial)
    row = contact_row(channel.id, _contact(channel, trial), situation, post.now)
    case = Case(key=row.key, purpose=row.purpose, market=row.market, medium=row.contact.medium)
    decision = route(case, situation, trial.tried, post.now)
    return {
        "decision": decided(decision), "purpose": row.purpose or None, "market": row.market, "lane": row.lane,
        "medium": row.contact.medium.value, "options": _options(situation, case),
        "proposed_plan": bool(trial.under.plan), "supposed": trial.under.named(), "snapshot": snapshot(post),
    }  # fmt: skip


def _options(situation: Situation, case: Case) -> list[str]:
    return [option.desk.id for option in situation.plan.options(case.purpose, case.market)]


def _known(plan: Plan, trial: Trial) -> ChannelPlan:
    for desk in trial.tried:
        if desk not in plan.desks:
            raise Absent("desk", desk)
    channel = plan.channels.get(trial.channel)
    if channel is None:
        raise Absent("channel", trial.channel)
    return channel


def _contact(channel: ChannelPlan, trial: Trial) -> Contact:
    return Contact(
        account=trial.account or channel.account, provider_id=trial.provider_id, party=Party(address=trial.party),
        text=trial.text, traits=trial.traits, market=trial.market, medium=trial.medium or medium_of(channel),
    )  # fmt: skip
