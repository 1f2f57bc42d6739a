"""A row's work where several regions wrote: each term has its own, so that no write of one region overwrites another's.

Only the region of a term writes that term's work, under compare-and-set: of two copies the later version is the newer.
What the row has come to is a function of all of them, whichever came first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from chalicelib.domain.outbox import RowState, Work
from chalicelib.domain.regions.seat import order_of

TOOK = frozenset({RowState.SENT, RowState.DELIVERED, RowState.ANSWERED, RowState.CLOSED})
"""States that say that somebody has it."""


def joined(one: Mapping[str, Work], other: Mapping[str, Work]) -> dict[str, Work]:
    """Two knowledges of a row's works, by term, as one: commutative, associative and idempotent."""
    both = {**one, **other}
    return {
        term: max(one.get(term, work), other.get(term, work), key=lambda each: each.version)
        for term, work in both.items()
    }


def whole(works: Iterable[Work]) -> Work:
    """What a row has come to: the last term's work, with what an earlier term turns out to have done beside it."""
    *earlier, last = sorted(works, key=lambda work: order_of(work.term))
    for work in earlier:
        if work.version > version_seen(last, work.term):
            last = _informed(last, work)
    return last


def resumed(work: Work, works: Iterable[Work], term: str) -> Work:
    """The work with which a new term goes on: nothing of it is stored yet, and its first version will be 1.

    It remembers how far each earlier term's work was known.
    """
    return replace(
        work, term=term, version=0, started=work.attempt, seen=_seen(works),
        in_doubt=work.state is RowState.SENDING,
    )  # fmt: skip


def repeated(works: Iterable[Work], term: str | None = None) -> bool:
    """True when two terms sent the row unknown to each other; of these the later is `term`, if one is named."""
    ordered = sorted(works, key=lambda work: order_of(work.term))
    return any(
        later.attempt > later.started and one.attempt > attempt_seen(later, one)
        for at, later in enumerate(ordered)
        for one in ordered[:at]
        if term in (None, later.term)
    )


def version_seen(work: Work, term: str) -> int:
    """The version of an earlier term's work that this one knew of; -1 for none."""
    return next((version for seen, version, _ in work.seen if seen == term), -1)


def attempt_seen(work: Work, earlier: Work) -> int:
    """The sends of an earlier term that this work knew of; of a work that it did not know, those it began with."""
    return next((attempt for seen, _, attempt in work.seen if seen == earlier.term), earlier.started)


def _informed(last: Work, news: Work) -> Work:
    """The last term's work after word of what an earlier one did.

    Where the last term has sent nothing itself it goes on from there; else only word that somebody has it counts.
    """
    if last.state in TOOK or (last.state.final and news.state not in TOOK):
        return last
    if last.attempt > last.started:
        return replace(last, state=news.state, desk=news.desk) if news.state in TOOK else last
    others = tuple(each for each in last.seen if each[0] != news.term)
    return replace(
        news, term=last.term, version=last.version, started=news.attempt,
        seen=(*others, (news.term, news.version, news.attempt)),
        in_doubt=last.in_doubt or news.state is RowState.SENDING,
    )  # fmt: skip


def _seen(works: Iterable[Work]) -> tuple[tuple[str, int, int], ...]:
    return tuple((work.term, work.version, work.attempt) for work in works)
