"""Backlogs as operators see them: how many wait where, whose promise is next, and what would take them."""

from chalicelib.domain.backlog.lot import LOT_SHARDS, Lot, read_lot
from chalicelib.domain.backlog.turn import able
from chalicelib.service.operate.post import Json, Post, iso

COUNTED = 1_000
"""Rows of each shard that are counted: a crowd is told as `more`."""
STATES = {True: "served", False: "full", None: "nothing_works"}


def backlogs(post: Post) -> Json:
    """Every open backlog, the next promise first. It reads up to 4,000 index entries of each."""
    found = []
    for name in post.stores.contacts.lots():
        try:
            found.append(_described(post, read_lot(name)))
        except ValueError:  # a later release has named it
            continue
    return {"backlogs": sorted(found, key=lambda one: (one["first_promise"] or "~", one["purpose"] or ""))}


def _described(post: Post, lot: Lot) -> Json:
    shards = [post.stores.contacts.waiting((lot.name, shard), COUNTED) for shard in range(LOT_SHARDS)]
    promises = [serve_by for shard in shards for _, _, serve_by in shard]
    situation = post.situations.read(post.now)
    return {
        "purpose": lot.purpose or None, "market": lot.market or None, "medium": lot.medium or None,
        "channel": lot.channel or None, "told": lot.told,
        "waiting": len(promises), "more": any(len(shard) >= COUNTED for shard in shards),
        "first_promise": iso(min(promises, default=None)), "last_promise_counted": iso(max(promises, default=None)),
        "overdue": sum(promise <= post.now for promise in promises),
        "state": STATES[able(lot, situation, post.now)],
    }  # fmt: skip
