"""A desk's load as an operator or the desk's own system reports it."""

from dataclasses import dataclass

from chalicelib.domain.load import FRESH, Load
from chalicelib.domain.load_science.at_the_desk import wait_at
from chalicelib.domain.load_science.delay import Delay
from chalicelib.domain.plan import Desk
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent
from chalicelib.service.proof import write_load


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Contacts in hand, free agents, people waiting; None: not said."""

    in_use: int | None = None
    free: int | None = None
    waiting: int | None = None


def put_load(post: Post, desk_id: str, reading: Reading) -> Json:
    """Store a reading; routing is told at once when it makes the desk full or opens it. Raises Absent."""
    desk = post.plan().desks.get(desk_id)
    if desk is None:
        raise Absent("desk", desk_id)
    post.require_markets(f"desk:{desk_id}")
    before = post.stores.health.loads().get(desk_id)
    load = Load(at=post.now, in_use=reading.in_use, free=reading.free, waiting=reading.waiting)
    post.stores.health.put_load(desk_id, load)
    write_load(post.stores.ledger, desk_id, before, load)
    turned = full(desk, before, post) != full(desk, load, post)
    return {
        "desk": desk_id,
        **described(desk, load, post),
        "announced": not turned or _announce(post, desk, load),
    }


def _announce(post: Post, desk: Desk, load: Load) -> bool:
    """Only a turn is written down: readings come every few seconds."""
    written = post.write_down("put load", desk=desk.id, full=str(full(desk, load, post)).lower())
    return post.republish("load") and written


def full(desk: Desk, load: Load | None, post: Post) -> bool:
    """True when a fresh reading leaves no room."""
    return load is not None and load.full(desk.capacity.concurrent, post.now)


def described(desk: Desk | None, load: Load, post: Post) -> Json:
    """A reading as JSON values; `fresh` is False once it says nothing any more."""
    age = post.now - load.at
    wait = wait_at(desk.staff, load, post.now) if desk else None
    return {
        "at": iso(load.at), "age_seconds": int(age.total_seconds()), "fresh": age <= FRESH,
        "in_use": load.in_use, "free": load.free, "waiting": load.waiting,
        "full": desk is not None and full(desk, load, post), "wait": wait and _wait(wait),
    }  # fmt: skip


def _wait(wait: Delay) -> Json:
    """Whole seconds; about eight waits in ten lie from the second to the third."""
    return {
        "mean_seconds": round(wait.mean), "from_seconds": round(wait.low), "to_seconds": round(wait.high),
    }  # fmt: skip
