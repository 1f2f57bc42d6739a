"""Sends of which nobody knows whether they went: shown with why and what to do, settled by a person's word."""

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.domain.model import ContactKind
from chalicelib.domain.outbox import Due, Row, RowState, Work, doubtful, moved
from chalicelib.ports import Stale
from chalicelib.service.operate.contacts import MOST_TRIES, Redriven, fresh, one, rung
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Unfit

ASKED = "find out from the provider, the desk or the person whether it arrived; then settle it: it went, or it did not"
BY_ITSELF = "wait: it is settled by itself where the provider allows it; settle it yourself if you know"
SAID = "a person said that it went"


def doubt_of(row: Row) -> Mapping[str, str] | None:
    """Why nobody knows, and what to do; None where there is no doubt."""
    if row.kind is ContactKind.CANARY or not doubtful(row.work):
        return None
    return {
        "why": row.work.attempts[-1].detail if row.work.attempts else "",
        "do": ASKED if row.work.state is RowState.DEAD else BY_ITSELF,
    }


def settle(post: Post, key: str, *, went: bool) -> Redriven:
    """Take a person's word: it went, and is delivered; or it did not, and is handed over again.

    The same word twice changes nothing. Raises Absent, and Unfit where there is no doubt.
    """
    for _ in range(MOST_TRIES):
        row = one(post, key)
        post.require_market(row.market)
        if _settled(row, went=went):
            return Redriven(row=row, changed=False, rung=False)
        if doubt_of(row) is None:
            raise Unfit(f"the contact is {row.work.state.value}: nobody is in doubt of it")
        work = _went(row.work) if went else fresh(row, post.now)
        due = (Due.CLEAR, None) if went else (Due.SET, post.now)
        try:
            post.stores.contacts.save(key, work, *due)
        except Stale:
            continue
        post.write_down("settle", contact=key, went="yes" if went else "no", state=row.work.state.value)
        row = replace(row, work=work, due_at=due[1])
        return Redriven(row=row, changed=True, rung=not went and rung(post, row))
    raise Unfit("the contact keeps changing just now: read it again")


def _went(work: Work) -> Work:
    *before, last = work.attempts
    return replace(moved(work, RowState.DELIVERED), attempts=(*before, replace(last, detail=SAID)))


def _settled(row: Row, *, went: bool) -> bool:
    """True when the row is already where this word leads."""
    if went:
        return bool(row.work.attempts) and row.work.attempts[-1].detail == SAID
    return row.work.state in (RowState.ACCEPTED, RowState.DEFERRED, RowState.SENDING)
