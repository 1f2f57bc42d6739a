"""Where home is, and taking over: the one change that is made in a region that is not home."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.regions.seat import ALIVE, Seat, Stand, seat_of, term_of
from chalicelib.ports import Stale
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Overtaken, Unfit
from chalicelib.service.regions.seats import Seats
from chalicelib.service.regions.words import counts, moved_note


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Why, the epochs that it is meant for, and whether home may be alive, as when it is moved on purpose."""

    reason: str
    meant_for: Collection[int]
    while_alive: bool = False


def read(post: Post, seats: Seats | None) -> tuple[Json, int]:
    """Every region with what it last said of itself, as far as that has come over; and the epoch."""
    if seats is None:
        return {"here": None, "home": None, "epoch": 0, "since": None, "serving": True, "regions": []}, 0
    stands = post.stores.seats.read(seats.regions)
    seat = seat_of(stands.values(), seats.regions)
    told = [_told(stands.get(region, Stand(region=region)), seat, post.now) for region in seats.regions]
    return {
        "here": seats.region, "home": seat.region, "epoch": seat.epoch, "since": iso(seat.since),
        "serving": seat.serves(seats.region, post.now), "regions": told,
    }, seat.epoch  # fmt: skip


def take_over(post: Post, seats: Seats | None, wanted: Wanted) -> tuple[Json, int]:
    """Make this region home, with the next epoch. Raises Unfit, Overtaken, Absent without a plan, Unavailable."""
    if seats is None:
        raise Unfit("this stage stands in one region: there is nothing to take over")
    stands = post.stores.seats.read(seats.regions)
    before = seat_of(stands.values(), seats.regions)
    if before.epoch not in wanted.meant_for:
        raise Overtaken(before.epoch)
    _require_reason_to(before, stands.get(before.region), seats, wanted, post.now)
    post.plan()  # a region that does not have the plan could serve nobody
    own = stands.get(seats.region, Stand(region=seats.region))
    try:
        post.stores.seats.write(_taken(own, before.epoch + 1, post, wanted.reason))
    except Stale:
        raise Overtaken(before.epoch) from None
    return _announced(post, seats, before, wanted.reason), before.epoch + 1


def _require_reason_to(before: Seat, home: Stand | None, seats: Seats, wanted: Wanted, now: datetime) -> None:
    if before.region == seats.region:
        raise Unfit(f"{seats.region} is home already, since epoch {before.epoch}")
    if home is not None and home.alive(now) and not wanted.while_alive:
        raise Unfit(
            f"{before.region} was alive at {iso(home.beat)}, less than {ALIVE.seconds} s ago: two regions would send;"
            " stop its triggers first, or say while_alive to move home on purpose"
        )


def _taken(own: Stand, epoch: int, post: Post, reason: str) -> Stand:
    return replace(
        own, version=own.version + 1, terms=(*own.terms, epoch), since=post.now, owner=post.caller.id, reason=reason,
        known=epoch, known_at=post.now,
    )  # fmt: skip


def _announced(post: Post, seats: Seats, before: Seat, reason: str) -> Json:
    told, epoch = read(post, seats)
    seat = Seat(region=seats.region, epoch=epoch, since=post.now)
    written = post.write_down(
        "take over", region=seat.region, epoch=str(epoch), term=term_of(epoch, seat.region), before=before.region,
        reason=reason,
    )  # fmt: skip
    rung = post.tell(moved_note(seat, before, post.caller.id, reason, post.now))
    return {**told, "announced": rung and written}


def _told(stand: Stand, seat: Seat, now: datetime) -> Json:
    found = stand.reckoning
    counted = {**counts(found), "began": iso(found.began), "done": iso(found.done)} if found.epoch else None
    return {
        "region": stand.region, "home": stand.region == seat.region, "alive": stand.alive(now),
        "heard_of_at": iso(stand.beat), "knows_epoch": stand.known, "took_epochs": list(stand.terms),
        "owner": stand.owner or None, "reason": stand.reason or None, "counted": counted,
    }  # fmt: skip
