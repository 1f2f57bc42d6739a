"""Erasing a person on demand: their rows in place, their key in exports, and a tombstone against their return."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from chalicelib.domain.model import party_key
from chalicelib.domain.outbox import Row
from chalicelib.domain.plan import Plan
from chalicelib.ports import Missing
from chalicelib.service.forget import forget
from chalicelib.service.operate.post import Json, Post
from chalicelib.service.operate.refusals import Absent

MOST_AT_ONCE = 200
"""Rows erased by one request, which has half a minute for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An address on one channel or, `channel` empty, on all of the plan's; or `party`, a person's key itself."""

    address: str = ""
    channel: str = ""
    account: str = ""
    party: str = ""
    dry_run: bool = False


def erase(post: Post, wanted: Wanted) -> Json:
    """Erase a person, or say what would go. Raises Absent for an unknown channel, Unavailable: ask again.

    The tombstones come first: what arrives or is exported meanwhile is forgotten, too.
    """
    plan = post.plan()
    parties = parties_of(plan, wanted)
    tombstones = [] if wanted.dry_run else [post.stores.people.erase(party, post.now) for party in parties]
    rows, more = found(post, parties)
    left = [] if wanted.dry_run else [r for r in rows if not forget(post.stores.contacts, plan, r, post.now)]
    if not wanted.dry_run:
        done = str(len(rows) - len(left))
        post.write_down("erase person", persons=" ".join(tombstones), rows=done, more=str(more).lower())
    return {
        "dry_run": wanted.dry_run, "persons": tombstones,
        "rows": dict(sorted(Counter(row.kind.value for row in rows).items())),
        "erased": 0 if wanted.dry_run else len(rows) - len(left), "waiting": len(left), "more": more,
        "handed_to": sorted({desk for row in rows for desk in desks_of(row)}),
    }  # fmt: skip


def parties_of(plan: Plan, wanted: Wanted) -> Collection[str]:
    """The keys that a person is known by. Raises Absent."""
    if wanted.party:
        return [wanted.party]
    if wanted.channel and wanted.channel not in plan.channels:
        raise Absent("channel", wanted.channel)
    channels = [plan.channels[wanted.channel]] if wanted.channel else plan.channels.values()
    keys = [party_key(c.id, wanted.account or c.account, wanted.address) for c in channels]
    return list(dict.fromkeys(keys))


def found(post: Post, parties: Iterable[str]) -> tuple[list[Row], bool]:
    """The rows of these persons that still hold something, at most MOST_AT_ONCE, and whether there are more."""
    rows: list[Row] = []
    for party in parties:
        keys = post.stores.contacts.history(party, MOST_AT_ONCE + 1 - len(rows), before=None)
        rows += [
            row for row in (_row(post, key) for key in keys) if row is not None and row.erased_at is None
        ]
        if len(rows) > MOST_AT_ONCE:
            return rows[:MOST_AT_ONCE], True
    return rows, False


def desks_of(row: Row) -> Iterable[str]:
    """The desks that a row was sent to, or may have been: they have copies of their own to erase."""
    return {attempt.desk for attempt in row.work.attempts if attempt.desk} | {row.work.desk} - {""}


def _row(post: Post, key: str) -> Row | None:
    try:
        return post.stores.contacts.get(key)
    except Missing:
        return None
