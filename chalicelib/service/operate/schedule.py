"""Publications planned for a time: listing, planning, cancelling, and publishing what is due by the one way in."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.plan_schedule.schedule import GRACE, LONGEST_AHEAD, MOST, Entry, Fate, Schedule, ended
from chalicelib.ports import Stale, Unavailable
from chalicelib.service.operate import plans
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent, BadPlan, Faulty, Overtaken, Refusal, Unfit
from chalicelib.service.operate.standing import require_author

TRIES = 5
RECENT = 20
"""Versions among which an entry's own publication is looked for."""
ANY: Collection[int] = frozenset()
"""Stands for: whichever version is the newest when the time has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A text that is to become the plan at `at` (aware), and why."""

    text: str
    at: datetime
    reason: str


def listed(post: Post) -> Json:
    """Those that wait or ended within a week, as JSON values."""
    found = post.stores.schedule.read()
    return {
        "version": found.version,
        "scheduled": [described(entry, post.now) for entry in found.listed(post.now)],
    }


def add(post: Post, wanted: Wanted, expected: Collection[int]) -> Entry:
    """Plan a publication; the text is checked now, and again with the safety rules when its time has come.

    `expected`: the newest version, which it will replace, or ANY. Raises Overtaken, BadPlan, Faulty for a time that is
    past or too far away, Unfit when there are too many.
    """
    if not post.now < wanted.at <= post.now + LONGEST_AHEAD:
        raise Faulty(Fault(path="at", message=f"must lie ahead, at most {LONGEST_AHEAD.days} days"))
    newest = plans.current(post).version
    if expected and newest not in expected:
        raise Overtaken(newest)
    checked = plans.check(post, wanted.text)
    if checked.plan is None or checked.faults:
        raise BadPlan(checked.faults)
    entry = _kept(post, wanted, newest if expected else None)
    post.write_down("schedule plan", entry=entry.id, at=iso(entry.at) or "", digest=entry.digest)
    return entry


def _kept(post: Post, wanted: Wanted, follows: int | None) -> Entry:
    """Store the text, then the entry."""
    digest = sha256(wanted.text.encode()).hexdigest()
    post.stores.schedule.keep(digest, wanted.text)

    def change(schedule: Schedule) -> Schedule:
        if len(schedule.waiting(post.now)) >= MOST:
            raise Unfit(f"{MOST} publications wait already: cancel one")
        entry = Entry(
            id=f"s{schedule.version + 1}", at=wanted.at, author=post.caller.id, reason=wanted.reason,
            digest=digest, since=post.now, follows=follows,
        )  # fmt: skip
        return schedule.put(entry, post.now)

    return _changed(post, change).entries[-1]


def cancel(post: Post, id_: str) -> Entry:
    """Have a waiting publication not happen. Raises Absent for one that is not there or has ended."""
    found: list[Entry] = []

    def change(schedule: Schedule) -> Schedule:
        entry = next((e for e in schedule.waiting(post.now) if e.id == id_), None)
        if entry is None:
            raise Absent("scheduled plan", id_)
        found[:] = [entry]
        return schedule.drop(id_, post.now)

    _changed(post, change)
    post.write_down("cancel scheduled plan", entry=id_)
    return found[0]


def settle(post: Post, entry: Entry) -> Entry:
    """Publish an entry whose time has come, in its author's name, or find out what became of it; its end is stored.

    Whoever dies in between leaves a version with the entry's mark, by which the next one knows. Raises Unavailable.
    """
    if entry.fate is not Fate.WAITING:
        return entry
    done = _done(post, entry) or _published(post, entry)

    def change(schedule: Schedule) -> Schedule:
        stored = schedule.find(entry.id)
        if stored is None or (stored.fate is not Fate.WAITING and done.fate is not Fate.PUBLISHED):
            return schedule
        return schedule if stored.fate is done.fate else schedule.put(done, post.now)

    return _changed(post, change).find(entry.id) or done


def told(post: Post, entry: Entry) -> None:
    """Remember that an entry's end is known."""
    _changed(post, lambda schedule: schedule.put(replace(entry, told=True), post.now))


def described(entry: Entry, now: datetime) -> Json:
    """An entry as JSON values, without its text."""
    return {
        "id": entry.id, "at": iso(entry.at), "author": entry.author, "reason": entry.reason, "digest": entry.digest,
        "since": iso(entry.since), "follows": entry.follows, "fate": entry.fate_at(now).value,
        "because": entry.because, "published_as": entry.version or None, "ended_at": iso(entry.ended_at),
    }  # fmt: skip


def _published(post: Post, entry: Entry) -> Entry:
    if post.now >= entry.at + GRACE:
        return ended(
            entry, Fate.MISSED, post.now, because=f"nobody came for it within {GRACE.seconds // 60} minutes"
        )
    text = post.stores.schedule.text(entry.digest)
    try:
        require_author(entry.author, post.stores.secrets, post.now)
        follows = {plans.current(post).version} if entry.follows is None else {entry.follows}
        made = plans.publish(post, text, f"{entry.mark}{entry.reason}", follows)
    except Refusal as refused:
        found = _done(post, entry)  # another run was faster
        return found or ended(entry, Fate.REFUSED, post.now, because=_why(refused))
    return ended(entry, Fate.PUBLISHED, post.now, version=made.version.version)


def _done(post: Post, entry: Entry) -> Entry | None:
    """The end of an entry that has been published already."""
    versions = post.stores.plans.versions(RECENT)
    made = next((v for v in versions if v.reason.startswith(entry.mark) and v.digest == entry.digest), None)
    return None if made is None else ended(entry, Fate.PUBLISHED, made.at, version=made.version)


def _why(refused: Refusal) -> str:
    if isinstance(refused, BadPlan):
        return "; ".join(map(str, refused.faults))
    return str(refused)


def _changed(post: Post, change: Callable[[Schedule], Schedule]) -> Schedule:
    """One compare-and-set, again while others are faster. Raises Unavailable."""
    for _ in range(TRIES):
        before = post.stores.schedule.read()
        after = change(before)
        if after is before:
            return before
        try:
            post.stores.schedule.write(after)
        except Stale:
            continue
        return after
    raise Unavailable("the schedule keeps changing")
