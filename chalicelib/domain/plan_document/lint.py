"""What a plan may say and should not: warnings that do not refuse it."""

from collections.abc import Iterator

from chalicelib.domain.plan import WORLD, Option, Plan, Purpose
from chalicelib.domain.plan_document.faults import Fault


def warnings(plan: Plan) -> tuple[Fault, ...]:
    """All warnings, each with its path: single points of failure, missing capacities, routes and words."""
    found = [fault for purpose in plan.purposes.values() for fault in _of_purpose(plan, purpose)]
    return (*found, *_doors(plan), *_unused(plan))


def _of_purpose(plan: Plan, purpose: Purpose) -> Iterator[Fault]:
    path = f"purposes.{purpose.id}"
    for market in purpose.routes:
        yield from _of_route(
            plan.options(purpose.id, market), f"{path}.routes.{market}", essential=purpose.essential
        )
    if WORLD not in purpose.routes:
        yield Fault(path=f"{path}.routes", message="has no 'world': contacts of other markets have no desk")
    if purpose.essential and not purpose.offer:
        yield Fault(
            path=f"{path}.offer", message="is essential and has no words to offer when no desk is able"
        )


def _of_route(options: tuple[Option, ...], path: str, *, essential: bool) -> Iterator[Fault]:
    providers = {option.provider for option in options}
    if essential and len({option.desk.channel for option in options}) == 1:
        yield Fault(path=path, message="is essential and served by one channel only")
    elif len(providers) == 1 and len(options) > 1:
        yield Fault(path=path, message=f"all its options share the provider {providers.pop()!r}")
    bare = [o.desk.id for o in options if o.desk.capacity.rate is None and o.desk.capacity.concurrent is None]
    if essential and bare:
        yield Fault(path=path, message=f"is essential and has desks without a capacity: {', '.join(bare)}")


def _doors(plan: Plan) -> Iterator[Fault]:
    for channel in plan.channels.values():
        missing = [name for name in plan.languages if channel.door and name not in channel.door.labels]
        if missing:
            path = f"channels.{channel.id}.door.labels"
            yield Fault(path=path, message=f"has no words in {', '.join(missing)}")


def _unused(plan: Plan) -> Iterator[Fault]:
    routed = {
        desk for purpose in plan.purposes.values() for route in purpose.routes.values() for desk in route
    }
    for desk in sorted(plan.desks.keys() - routed):
        yield Fault(path=f"desks.{desk}", message="is in no route")
