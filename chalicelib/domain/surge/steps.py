"""From one posture's settings to another's: which calls, in which order, at what cost, within the month's money."""

from dataclasses import dataclass

from chalicelib.domain.surge.levers import PAID, WARM, CapacityPlan, Lever, Posture, Settings
from chalicelib.domain.surge.prices import hourly, once

AHEAD = 1.0
"""Hours that the month's money must still pay for before anything paid is raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One lever to be set."""

    lever: Lever
    before: int
    after: int
    once_usd: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What to do. `hourly_usd` is what the settings afterwards cost beyond calm's; `capped`: money forbids the rest."""

    calls: tuple[Step, ...]
    settings: Settings
    hourly_usd: float
    once_usd: float
    capped: bool


def steps(before: Settings, to: Posture, plan: CapacityPlan | None, spent: float) -> Steps:
    """The steps from the settings that stand (`before`) to a posture, `spent` USD of this month being gone.

    What costs money is raised only while the cap pays for it, and for an hour of it; what runs is taken back when the
    money is gone. What costs nothing by itself (concurrency, throttles) the cap never touches. Tables stay warm.
    Without a plan everything goes back to what was shipped. Raising begins at the back, with tables and deliveries,
    so that the door is opened last; lowering goes the other way round.
    """
    plan = plan or CapacityPlan(monthly_cost_cap=0.0)
    wanted = _kept_warm(before, plan.settings[to])
    calls = _calls(before, wanted)
    calm = hourly(plan.settings[Posture.CALM])
    capped = not _affordable(calls, wanted, before, plan.monthly_cost_cap - spent, calm)
    if capped:
        wanted = _unpaid(before, wanted, plan.settings[Posture.CALM])
        calls = _calls(before, wanted)
    return Steps(
        calls=calls, settings=wanted, hourly_usd=max(0.0, hourly(wanted) - calm),
        once_usd=sum(call.once_usd for call in calls), capped=capped,
    )  # fmt: skip


def _affordable(
    calls: tuple[Step, ...], wanted: Settings, before: Settings, left: float, calm: float
) -> bool:
    """True when the money left covers what is to be raised, and what runs on."""
    more = max(0.0, hourly(wanted) - calm)
    raised = any(call.lever in PAID and call.after > call.before for call in calls)
    hours = AHEAD if raised and hourly(wanted) > hourly(before) else 0.0
    price = sum(call.once_usd for call in calls) + more * hours
    return price <= left if price else not more or left > 0


def _kept_warm(before: Settings, wanted: Settings) -> Settings:
    """What is warm stays so: nobody can lower it."""
    return {lever: max(value, before[lever]) if lever in WARM else value for lever, value in wanted.items()}


def _unpaid(before: Settings, wanted: Settings, calm: Settings) -> Settings:
    """The settings with what costs money as calm has it, and tables as warm as they are."""
    paid = {lever: before[lever] if lever in WARM else calm[lever] for lever in PAID}
    return {**wanted, **paid}


def _calls(before: Settings, wanted: Settings) -> tuple[Step, ...]:
    found = [
        Step(lever=lever, before=was, after=will, once_usd=once(lever, was, will))
        for lever, will in wanted.items()
        if will != (was := before[lever])
    ]
    up = sorted(
        (step for step in found if step.after > step.before), key=lambda step: _ORDER.index(step.lever)
    )
    down = sorted((step for step in found if step not in up), key=lambda step: -_ORDER.index(step.lever))
    return (*down, *up)


_ORDER = (
    Lever.CONTACT_READS, Lever.CONTACT_WRITES, Lever.HEALTH_READS, Lever.HEALTH_WRITES,
    Lever.URGENT, Lever.URGENT_POLLERS, Lever.NORMAL, Lever.NORMAL_POLLERS, Lever.BULK, Lever.BULK_POLLERS,
    Lever.INTAKE_RESERVED, Lever.INTAKE_PROVISIONED, Lever.INTAKE_MOST, Lever.REQUEST_BURST, Lever.REQUEST_RATE,
)  # fmt: skip
"""From the back to the door. A function cannot have more provisioned than reserved: that comes first on the way up."""
