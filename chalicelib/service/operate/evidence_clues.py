"""Clues to who lost it: what the page said at the time, what other providers lost, what our own door turned away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.channels import ChannelError
from chalicelib.domain.detection.promise import ReceiptPromise
from chalicelib.domain.model import Direction, Outcome, path_id
from chalicelib.domain.plan import ChannelPlan, Plan
from chalicelib.domain.proof.blame import Clues, Elsewhere
from chalicelib.domain.proof.chain import Entry
from chalicelib.domain.proof.dispatch import LOST, Fate
from chalicelib.domain.proof.loss import Judged, judged
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.domain.vendor_lists.seen import Seen
from chalicelib.domain.vendor_pages.page import PageState
from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.ports import Missing
from chalicelib.service.operate.evidence_case import DAY, Case
from chalicelib.service.operate.post import Post
from chalicelib.service.page_words import WEIGHTS, pages_of
from chalicelib.service.turned import door_of

MOST_ELSEWHERE = 2_000
AFTER = timedelta(minutes=30)
"""A page that admits trouble so soon after the last loss speaks of it."""
TROUBLE = LOST | {Fate.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a page said of our components from a moment on. `updated_at` is the page's own word on its age."""

    at: datetime
    states: Mapping[str, str]
    updated_at: datetime | None = None

    @property
    def bad(self) -> bool:
        """True when it admits trouble."""
        return any(PageState(state) in WEIGHTS for state in self.states.values())


def clues_of(post: Post, case: Case) -> Clues:
    """The clues, all of the time between the first and the last loss."""
    seen = case.seen()
    untold = [one for one in case.found if seen.get((one.sent.key, millis(one.sent.at))) is Seen.DELIVERED]
    bad = [one for one in case.found if one.fate in TROUBLE]
    troubled = sorted([*bad, *untold], key=lambda one: one.sent.at)
    if not troubled:
        return Clues()
    began, ended = troubled[0].sent.at, troubled[-1].sent.at + timedelta(milliseconds=1)
    within = [one.fate for one in case.found if began <= one.sent.at < ended and one.sent.due_at is not None]
    fates = [one.fate for one in troubled]
    silent = fates.count(Fate.MISSING) > 0
    door = post.stores.contacts.sent(door_of(case.window.channel), began - AFTER, ended + AFTER, 100)
    return Clues(
        refused=fates.count(Fate.REFUSED), failed=fates.count(Fate.FAILED), missing=fates.count(Fate.MISSING),
        arrived=within.count(Fate.ARRIVED), to_desk=_to_desk(case, post),
        elsewhere=tuple(_elsewhere(post, case, began, ended)) if silent else (),
        untold=len(untold), absent=list(seen.values()).count(Seen.ABSENT),
        page_bad=_page_bad(case, began, ended + AFTER), door_refused=len(door),
    )  # fmt: skip


def words(case: Case, page: PagePlan) -> list[Word]:
    """What a page said of the components that are mapped to the channel, whenever that changed, oldest first."""
    entries = (entry for entries in case.records.pages.values() for entry in entries)
    ours = {name for name, channels in page.components.items() if case.window.channel in channels}
    found = [_word(entry, ours) for entry in entries if entry.entry.get("page") == page.id]
    return sorted(found, key=lambda one: one.at)


def standing(said: Sequence[Word], at: datetime) -> Word | None:
    """The word that stood at a moment; None when none is known."""
    return next((one for one in reversed(said) if one.at <= at), None)


def admission(said: Sequence[Word], at: datetime) -> Word | None:
    """The word of trouble that stood at a moment, or the first one after it."""
    stood = standing(said, at)
    if stood is not None and stood.bad:
        return stood
    return next((one for one in said if one.at > at and one.bad), None)


def promise_of(post: Post, plan: Plan, channel: str) -> ReceiptPromise | None:
    """What a channel promises about receipts; None too for one that cannot be made for want of a setting."""
    try:
        return post.registry.get(plan, channel).receipts
    except (Missing, ChannelError):
        return None


def provider_of(channel: ChannelPlan) -> str:
    """The company behind a channel, or its kind."""
    return channel.provider or channel.kind


def _word(entry: Entry, ours: Iterable[str]) -> Word:
    told = entry.entry
    states = {name: told.get(f"component:{name}", "unknown") for name in sorted(ours)}
    updated_at = moment(int(told["updated_at"])) if told.get("updated_at") else None
    return Word(at=entry.at, states=states, updated_at=updated_at)


def _page_bad(case: Case, began: datetime, ended: datetime) -> bool | None:
    """True when some page admitted trouble in that time; None when none was read."""
    said = [words(case, page) for page in pages_of(case.plan, case.window.channel)]
    stood = [word for one in said if (word := standing(one, began))]
    heard = [*stood, *(word for one in said for word in one if began < word.at < ended)]
    return any(word.bad for word in heard) if heard else None


def _elsewhere(post: Post, case: Case, began: datetime, ended: datetime) -> Iterable[Elsewhere]:
    own = provider_of(case.channel)
    for channel in case.plan.channels.values():
        if provider_of(channel) == own or promise_of(post, case.plan, channel.id) is None:
            continue
        path = path_id(channel.id, Direction.OUT, channel.market)
        sent = post.stores.contacts.sent(path, began, ended, MOST_ELSEWHERE)
        fates = _fates(judged(sent, post.stores.contacts.works(one.key for one in sent), case.now))
        missing = fates.count(Fate.MISSING)
        yield Elsewhere(provider=provider_of(channel), missing=missing, seen=len(fates))


def _fates(found: Iterable[Judged]) -> list[Fate]:
    return [one.fate for one in found if one.counted]


def _to_desk(case: Case, post: Post) -> bool:
    """True when what takes our sends is a desk, behind which nothing lies: no send of this time owed a receipt."""
    window = case.window
    if promise_of(post, case.plan, window.channel) is not None or not any(
        one.sent.desk for one in case.found
    ):
        return False
    before = post.stores.contacts.sent(window.path, window.since - DAY, window.since, 100)
    taken = [one for one in [*before, *(one.sent for one in case.found)] if one.outcome is Outcome.OK]
    return not any(one.due_at for one in taken)
