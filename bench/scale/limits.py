"""Every limit as contacts a second: the lowest that a load passes breaks first; and what lifts it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from bench.scale.world import DUE, TABLE, World
from chalicelib.domain.load import shards


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One quota, ours, AWS's or the desk's: from how many contacts a second on it refuses or holds up."""

    name: str
    most: float
    lifted: str


def limits(world: World) -> list[Limit]:
    """All of them, the lowest first."""
    return sorted(
        [*_ours(world), *_accounts(world), *_stores(world), *_tokens(world)], key=lambda limit: limit.most
    )


def broken(world: World) -> list[Limit]:
    """Those that this load passes."""
    return [limit for limit in limits(world) if world.scenario.rate > limit.most * (1 + 1e-9)]


def _ours(world: World) -> Iterator[Limit]:
    given = world.settings
    yield Limit(
        name="desk's own quota",
        most=world.scenario.desk.rate,
        lifted="a second desk, or a quota raised by its vendor; nobody is lost meanwhile, only late",
    )
    yield Limit(
        name=f"lane: {world.lane_ceiling:,.0f} deliveries at once",
        most=world.lane_ceiling / world.seconds("deliver"),
        lifted="MaximumConcurrency of the lane's queue (infra/queues.py)",
    )
    yield Limit(
        name=f"throttle of the vendors' door: {given.door_rate:,.0f}/s",
        most=given.door_rate,
        lifted="VENDORS (infra/throttle.py), up to the account's own rate",
    )


def _accounts(world: World) -> Iterator[Limit]:
    given = world.settings
    free = given.concurrency - given.others - world.lane_ceiling
    yield Limit(
        name=f"gateway: {given.account_rate:,.0f} requests a second and account",
        most=given.account_rate,
        lifted="quota of API Gateway, by request",
    )
    yield Limit(
        name=f"functions: {given.concurrency:,.0f} at once in the account",
        most=min(free / world.seconds("accept"), given.requests_per_environment * given.concurrency),
        lifted="quota of Lambda, by request; reserved concurrency for the intake",
    )
    yield Limit(
        name="environments that may start at once",
        most=given.environments_at_once / given.cold_start,
        lifted="provisioned concurrency, or a ramp that is not a step",
    )


def _stores(world: World) -> Iterator[Limit]:
    given = world.settings
    accept, deliver = world.units("accept"), world.units("deliver")
    yield Limit(
        name=f"contacts table: {given.table_units:,.0f} write units while cold",
        most=given.table_units / (accept[TABLE] + deliver[TABLE]),
        lifted="warm throughput set beforehand; else it doubles every half hour",
    )
    yield Limit(
        name=f"due index: {given.due_shards:,.0f} keys of {given.key_units:,.0f} write units",
        most=given.due_shards * given.key_units / (accept[DUE] + deliver[DUE]),
        lifted="DUE_SHARDS (chalicelib/ports.py): more keys, and more queries a minute",
    )
    containers = world.seconds("accept") + world.seconds("deliver")
    yield Limit(
        name="snapshot's item: 3,000 reads a second, one per container and 2 s",
        most=2 * 3_000 / containers,
        lifted="copies of the item, or object storage, which is read when the table refuses: nobody is lost by it",
    )


def _tokens(world: World) -> Iterator[Limit]:
    """Of a desk that has a rate: each bell asks for one of its tokens."""
    if world.scenario.desk.rate < inf:
        keys = shards(world.scenario.desk.rate)
        yield Limit(
            name=f"desk's tokens: {keys} items",
            most=keys * world.settings.key_units,
            lifted="asking for tokens less often than once a bell",
        )
