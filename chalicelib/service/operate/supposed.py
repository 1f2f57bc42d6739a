"""What a dry run supposes: another plan, other orders, other health or load than there is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from chalicelib.channels import kinds
from chalicelib.domain.belief import Belief
from chalicelib.domain.load import Load
from chalicelib.domain.orders import Order, Orders
from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_document.reader import PlanRefused, read_plan
from chalicelib.domain.routing import Situation
from chalicelib.domain.shares.share import Shifted
from chalicelib.service.operate.refusals import BadPlan
from chalicelib.service.operate.scopes import require, require_scope
from chalicelib.service.operate.shares import require_shares
from chalicelib.service.shifting import shared_routes

PROPOSED: Final = 0
"""The version of a plan, or of orders, that are only proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """`plan` is a text ("": the published one); `orders` stand in place of all (None: those that there are).

    Beliefs by path and loads by desk stand in place of what is known of these alone; `shares` by route, as if they had
    been shifted so.
    """

    plan: str = ""
    orders: tuple[Order, ...] | None = None
    beliefs: Mapping[str, Belief] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)
    shares: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def named(self) -> list[str]:
        """What is supposed at all."""
        given = {
            "plan": bool(self.plan), "orders": self.orders is not None, "health": bool(self.beliefs),
            "load": bool(self.loads), "shares": bool(self.shares),
        }  # fmt: skip
        return [name for name, there in given.items() if there]


AS_IT_IS: Final = Supposed()


def supposed(situation: Situation, under: Supposed) -> Situation:
    """The situation with what is supposed. Raises Absent for what the plan does not have, BadPlan for a wrong one."""
    plan = _proposed(under.plan) if under.plan else situation.plan
    for scope in _scopes(under):
        require_scope(plan, scope)
    for order in under.orders or ():
        require(plan, order.kind, order.scope, order.shares)
    for scope, shares in under.shares.items():
        require_shares(plan, scope, shares)
    orders = situation.orders if under.orders is None else Orders(version=PROPOSED, given=under.orders)
    return replace(
        situation, plan=plan, orders=orders, beliefs={**situation.beliefs, **under.beliefs},
        loads={**situation.loads, **under.loads}, shifted={**situation.shifted, **_shifted(plan, under)},
    )  # fmt: skip


def _scopes(under: Supposed) -> list[str]:
    return [f"path:{path}" for path in under.beliefs] + [f"desk:{desk}" for desk in under.loads]


def _proposed(text: str) -> Plan:
    try:
        return read_plan(text, PROPOSED, kinds=kinds())
    except PlanRefused as refused:
        raise BadPlan(refused.faults) from None


def _shifted(plan: Plan, under: Supposed) -> dict[str, Shifted]:
    planned = shared_routes(plan) if under.shares else {}
    return {scope: Shifted(planned=planned[scope].shares, now=now) for scope, now in under.shares.items()}
