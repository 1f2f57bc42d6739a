"""What shares of a plan may say and should not: desks that are not alike, shares that nothing can shift."""

from collections.abc import Iterator

from chalicelib.domain.plan import Option, Plan
from chalicelib.domain.plan_document.faults import Fault


def unlike(plan: Plan) -> Iterator[Fault]:
    """Warnings, each with its path."""
    sharing = [purpose for purpose in plan.purposes.values() if purpose.shares]
    for purpose in sharing:
        for market, shares in purpose.shares.items():
            options = [plan.option(desk, market) for desk in shares]
            path = f"purposes.{purpose.id}.routes.{market}"
            yield from (Fault(path=path, message=message) for message in _of_group(options))
            low = [desk for desk, share in shares.items() if share < plan.shifting.floor]
            if low and plan.shifting.step:
                message = f"has shares below the floor of {plan.shifting.floor}, which never shift: {', '.join(low)}"
                yield Fault(path=path, message=message)


def _of_group(options: list[Option]) -> Iterator[str]:
    names = ", ".join(option.desk.id for option in options)
    if len({option.desk.channel for option in options}) == 1:
        yield f"is shared by desks on one channel: in its trouble nothing can be shifted between {names}"
    if len({option.desk.media for option in options}) > 1:
        yield f"is shared by desks that take other media: {names}"
    if len({option.desk.hours for option in options}) > 1:
        yield f"is shared by desks of other opening hours: {names}"
