"""Contacts as operators find them: page by page, one person's history, one contact, and another try for a stuck one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.keys import cursor_of, parts_of
from chalicelib.domain.model import ContactKind, party_key
from chalicelib.domain.outbox import Due, Row, RowState, Work, doubtful, moved
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Missing, Stale, Unavailable
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Absent, Faulty, Unfit
from chalicelib.service.rows import ring_for

KEY = re.compile(r"[0-9a-f]{32}")
MOST_PAGES = 10
"""Pages looked at for one answer when a filter passes over most rows; the cursor goes on from there."""
SPARE = 10
STUCK = frozenset({RowState.DEAD, RowState.EXPIRED, RowState.UNKNOWN})
ON_ITS_WAY = frozenset({RowState.ACCEPTED, RowState.DEFERRED, RowState.SENDING})
MOST_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a row must be; empty: anything."""

    state: str = ""
    channel: str = ""
    doubt: bool = False

    def passes(self, row: Row) -> bool:
        """True when the row is what is asked for; our own canaries are nobody's contacts."""
        if row.kind is ContactKind.CANARY:
            return False
        if self.doubt and not doubtful(row.work):
            return False
        return self.state in ("", row.work.state) and self.channel in ("", row.channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person's address on one of our accounts on a channel."""

    channel: str
    account: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriven:
    """The contact after it was asked for once more; `rung` is False when it waits for the sweep."""

    row: Row
    changed: bool
    rung: bool


def one(post: Post, key: str) -> Row:
    """A contact by its key. Raises Absent."""
    if not KEY.fullmatch(key):
        raise Absent("contact", key)
    try:
        return post.stores.contacts.get(key)
    except Missing:
        raise Absent("contact", key) from None


def page(post: Post, wanted: Filter, limit: int, cursor: str) -> tuple[Sequence[Row], str]:
    """Rows in no order, and the next page's cursor ("" at the end): a page may be short and still have one."""
    found: list[Row] = []
    for _ in range(MOST_PAGES):
        try:
            rows, cursor = post.stores.contacts.page(limit - len(found), cursor)
        except ValueError:
            raise Faulty(Fault(path="cursor", message="is no cursor of this list")) from None
        found += [row for row in rows if wanted.passes(row)]
        if not cursor or len(found) >= limit:
            break
    return found, cursor


def history(post: Post, person: Person, limit: int, cursor: str) -> tuple[Sequence[Row], str]:
    """One person's contacts, newest first. Raises Absent for an unknown channel."""
    channel = post.plan().channels.get(person.channel)
    if channel is None:
        raise Absent("channel", person.channel)
    party = party_key(channel.id, person.account or channel.account, person.address)
    before, last = _after(cursor)
    keys = list(post.stores.contacts.history(party, limit + SPARE, before=before))
    if last in keys:
        keys = keys[keys.index(last) + 1 :]
    rows = [row for row in (_present(post, key) for key in keys[:limit]) if row is not None]
    more = len(keys) > limit and bool(rows)
    return rows, cursor_of(str(millis(rows[-1].accepted_at)), rows[-1].key) if more else ""


def redrive(post: Post, key: str) -> Redriven:
    """Have a stuck contact handed over again, now; one that is on its way anyhow is left alone.

    Raises Absent, and Unfit for a contact that is finished or a call that is over.
    """
    for _ in range(MOST_TRIES):
        row = one(post, key)
        post.require_market(row.market)
        if row.work.state in ON_ITS_WAY:
            return Redriven(row=row, changed=False, rung=rung(post, row))
        _require_fit(row)
        work = fresh(row, post.now)
        try:
            post.stores.contacts.save(key, work, Due.SET, post.now)
        except Stale:
            continue
        post.write_down("redrive", contact=key, state=row.work.state.value)
        row = replace(row, work=work, due_at=post.now)
        return Redriven(row=row, changed=True, rung=rung(post, row))
    raise Unfit("the contact keeps changing just now: read it again")


def _require_fit(row: Row) -> None:
    if row.kind is ContactKind.CANARY:
        raise Unfit("this is a canary of ours: there is nobody behind it")
    if row.erased_at is not None:
        raise Unfit("the person behind it was erased: there is nobody left to hand over")
    if row.work.state not in STUCK:
        raise Unfit(f"the contact is {row.work.state.value}: there is nothing left to hand over")
    if row.contact.medium.waits and row.kind is ContactKind.CONTACT:
        raise Unfit("the call is over: call the person back")


def fresh(row: Row, now: datetime) -> Work:
    """Every desk may be tried again, and a deadline that has passed is set anew, as far away as at first.

    Of an unknown one the operator accepts that it may arrive twice.
    """
    work = replace(moved(row.work, RowState.DEFERRED), tried=(), round=0)
    late = now >= (row.work.extended_to or row.deadline)
    return replace(work, extended_to=now + (row.deadline - row.accepted_at)) if late else work


def rung(post: Post, row: Row) -> bool:
    """Ring for a row; False when it waits for the sweep."""
    try:
        post.stores.queues.bell(ring_for(row))
    except Unavailable:
        return False
    return True


def _present(post: Post, key: str) -> Row | None:
    """The index may be a moment ahead of the rows, or behind one that has expired."""
    try:
        return post.stores.contacts.get(key)
    except Missing:
        return None


def _after(cursor: str) -> tuple[datetime | None, str]:
    """Where the page before ended: the first moment that is surely past its last row, and that row's key."""
    if not cursor:
        return None, ""
    try:
        at, key = parts_of(cursor, 2)
        return moment(int(at)) + timedelta(milliseconds=1), key
    except (ValueError, OverflowError, OSError):
        raise Faulty(Fault(path="cursor", message="is no cursor of this list")) from None
