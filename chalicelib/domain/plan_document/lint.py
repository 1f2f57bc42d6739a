"""What a plan may say and should not: faults of judgement, which refuse it, and warnings, which do not.

They are no part of reading a plan: one that was published before a check was made must still be read.
"""

from collections.abc import Iterator, Mapping

from chalicelib.domain.model import Medium
from chalicelib.domain.plan import WORLD, Option, Plan, Purpose
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.plan_document.lint_reach import unreached
from chalicelib.domain.plan_document.lint_shares import unlike


def unsound(plan: Plan) -> tuple[Fault, ...]:
    """Every route of an essential purpose on one channel only, unless its purpose says why (`single`)."""
    return tuple(
        Fault(
            path=f"purposes.{purpose.id}.routes.{market}",
            message="is essential and served by one channel only: add a desk on another, or say why in `single`",
        )
        for purpose in plan.purposes.values()
        if purpose.essential and not purpose.single
        for market in purpose.routes
        if _channels(plan.options(purpose.id, market)) == 1
    )


def warnings(plan: Plan, media: Mapping[str, Medium] | None = None) -> tuple[Fault, ...]:
    """All warnings, each with its path; `media` by channel, as far as known, tell who reaches whom."""
    found = [fault for purpose in plan.purposes.values() for fault in _of_purpose(plan, purpose)]
    return (*found, *unlike(plan), *unreached(plan, media or {}), *_doors(plan), *_desks(plan))


def _of_purpose(plan: Plan, purpose: Purpose) -> Iterator[Fault]:
    path = f"purposes.{purpose.id}"
    for market in purpose.routes:
        yield from _of_route(purpose, plan.options(purpose.id, market), f"{path}.routes.{market}")
    if WORLD not in purpose.routes:
        yield Fault(path=f"{path}.routes", message="has no 'world': contacts of other markets have no desk")
    if purpose.essential and not purpose.offer:
        yield Fault(
            path=f"{path}.offer", message="is essential and has no words to offer when no desk is able"
        )
    if purpose.single and all(_channels(plan.options(purpose.id, market)) > 1 for market in purpose.routes):
        yield Fault(path=f"{path}.single", message="says why it hangs on one channel, and it does not")


def _of_route(purpose: Purpose, options: tuple[Option, ...], path: str) -> Iterator[Fault]:
    providers = {option.provider for option in options}
    if _channels(options) == 1 and not purpose.essential:
        yield Fault(path=path, message="is served by one channel only")
    elif len(providers) == 1 and _channels(options) > 1:
        yield Fault(path=path, message=f"all its options share the provider {providers.pop()!r}")
    bare = [option.desk.id for option in options if _bare(option)]
    if purpose.essential and bare:
        yield Fault(path=path, message=f"is essential and has desks without a capacity: {', '.join(bare)}")


def _channels(options: tuple[Option, ...]) -> int:
    return len({option.desk.channel for option in options})


def _bare(option: Option) -> bool:
    return option.desk.capacity.rate is None and option.desk.capacity.concurrent is None


def _doors(plan: Plan) -> Iterator[Fault]:
    for channel in plan.channels.values():
        missing = [name for name in plan.languages if channel.door and name not in channel.door.labels]
        if missing:
            path = f"channels.{channel.id}.door.labels"
            yield Fault(path=path, message=f"has no words in {', '.join(missing)}")


def _desks(plan: Plan) -> Iterator[Fault]:
    routed = {
        desk for purpose in plan.purposes.values() for route in purpose.routes.values() for desk in route
    }
    for desk in sorted(plan.desks.keys() - routed):
        yield Fault(path=f"desks.{desk}", message="is in no route")
    for desk in sorted(routed):
        if plan.desks[desk].hours is None:
            yield Fault(path=f"desks.{desk}.hours", message="has no opening hours: open day and night")
        if _bare(plan.option(desk, plan.market)):
            message = "has no capacity: it is full only while its load is reported as such"
            yield Fault(path=f"desks.{desk}.capacity", message=message)
