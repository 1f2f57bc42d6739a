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
from chalicelib.service.operate.orders import require_scope
from chalicelib.service.operate.refusals import BadPlan

PROPOSED: Final = 0
"""The version of a plan, or of orders, that are only proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """`plan` is a text ("": the published one); `orders` stand in place of all (None: those that there are).

    Beliefs by path and loads by desk stand in place of what is known of these alone.
    """

    plan: str = ""
    orders: tuple[Order, ...] | None = None
    beliefs: Mapping[str, Belief] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)

    def named(self) -> list[str]:
        """What is supposed at all."""
        given = {
            "plan": bool(self.plan), "orders": self.orders is not None, "health": bool(self.beliefs),
            "load": bool(self.loads),
        }  # fmt: skip
        return [name for name, there in given.items() if there]


AS_IT_IS: Final = Supposed()


def supposed(situation: Situation, under: Supposed) -> Situation:
    """The situation with what is supposed. Raises Absent for what the plan does not have, BadPlan for a wrong one."""
    plan = _proposed(under.plan) if under.plan else situation.plan
    for scope in _scopes(under):
        require_scope(plan, scope)
    orders = situation.orders if under.orders is None else Orders(version=PROPOSED, given=under.orders)
    return replace(
        situation, plan=plan, orders=orders, beliefs={**situation.beliefs, **under.beliefs},
        loads={**situation.loads, **under.loads},
    )  # fmt: skip


def _scopes(under: Supposed) -> list[str]:
    named = [f"path:{path}" for path in under.beliefs] + [f"desk:{desk}" for desk in under.loads]
    return named + [order.scope for order in under.orders or ()]


def _proposed(text: str) -> Plan:
    try:
        return read_plan(text, PROPOSED, kinds=kinds())
    except PlanRefused as refused:
        raise BadPlan(refused.faults) from None
