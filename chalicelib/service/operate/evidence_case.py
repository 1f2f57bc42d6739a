"""Gathers what a loss report rests on: sends with their fates, flips, losses written down, pages, loads, tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.plan import ChannelPlan, Plan
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.proof.chain import Entry
from chalicelib.domain.proof.dispatch import LOST
from chalicelib.domain.proof.loss import Judged, judged
from chalicelib.domain.proof.reconciled import Mark, adjusted
from chalicelib.domain.proof.spells import Spell, flips_of, spells
from chalicelib.domain.vendor_lists.seen import Seen
from chalicelib.ports import Ledger
from chalicelib.service.flips import STREAM as FLIPS
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Faulty
from chalicelib.service.operate.scopes import require_scope
from chalicelib.service.proof import PAGES, TICKETS, loads_of, losses_of, reconciled_of

MOST_SENDS = 10_000
MOST_LOST = 5_000
"""With their entries in the ledger they still fit the 6 MB of one answer."""
LONGEST = timedelta(days=7)
MONTH = timedelta(days=30)
DAY = timedelta(days=1)
SETTLED = timedelta(hours=1)
"""By then every loss of a window is judged and written down."""
Chains = Mapping[str, Sequence[Entry]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A path, and the time [since, until) that is asked about."""

    path: str
    since: datetime
    until: datetime

    @property
    def channel(self) -> str:
        """The path's channel."""
        return self.path.partition("#")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Whole chains of the ledger, by what they tell of."""

    flips: Chains
    losses: Chains
    reconciled: Chains
    pages: Chains
    tickets: Chains
    loads: Mapping[str, Chains]

    def all(self) -> Chains:
        """Every chain, the flips first."""
        found = (
            dict(self.flips)
            | dict(self.losses)
            | dict(self.reconciled)
            | dict(self.pages)
            | dict(self.tickets)
        )
        for chains in self.loads.values():
            found |= chains
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything about one path in one window, as it was known at `now`."""

    window: Window
    now: datetime
    plan: Plan
    found: Sequence[Judged]
    spells: Sequence[Spell]
    month: Sequence[Spell]
    records: Records

    @property
    def channel(self) -> ChannelPlan:
        """The path's channel in the plan."""
        return self.plan.channels[self.window.channel]

    def written(self) -> frozenset[tuple[str, int]]:
        """Row and time (ms) of each loss in the ledger."""
        return frozenset(
            (entry.entry["key"], int(entry.entry["sent_at"]))
            for entries in self.records.losses.values()
            for entry in entries
        )

    def seen(self) -> Mapping[Mark, Seen]:
        """What the provider's list said of each send that it was asked about, the last word."""
        return said_of(self.records.reconciled)


def case_of(post: Post, window: Window) -> Case:
    """The case. Raises Absent for a path that the plan does not have, Faulty for a window that is too large."""
    plan = post.plan()
    require_scope(plan, f"path:{window.path}")
    post.require_markets(f"path:{window.path}")
    sent = post.stores.contacts.sent(window.path, window.since, window.until, MOST_SENDS + 1)
    if len(sent) > MOST_SENDS:
        raise Faulty(
            Fault(path="from", message=f"there were more than {MOST_SENDS} sends: ask for less time")
        )
    works = post.stores.contacts.works(one.key for one in sent)
    records = _records(post.stores.ledger, window, plan, post.now)
    found = adjusted(judged(sent, works, post.now), said_of(records.reconciled))
    if sum(one.fate in LOST for one in found) > MOST_LOST:
        raise Faulty(Fault(path="from", message=f"more than {MOST_LOST} are lost: ask for less time"))
    month = post.stores.ledger.read(FLIPS, window.until - MONTH, min(window.until + SETTLED, post.now))
    turns = flips_of(month, window.path)
    known = [one for one in spells(turns) if one.opened_at is None or one.opened_at < window.until]
    return Case(
        window=window, now=post.now, plan=plan, found=found,
        spells=[one for one in known if one.within(window.since, window.until)], month=known,
        records=records,
    )  # fmt: skip


def _records(ledger: Ledger, window: Window, plan: Plan, now: datetime) -> Records:
    since, until = window.since, window.until
    settled = min(until + SETTLED, now + timedelta.resolution)
    return Records(
        flips=ledger.read(FLIPS, since, settled),
        losses=ledger.read(losses_of(window.path), since, settled),
        reconciled=ledger.read(reconciled_of(window.path), since, settled),
        pages=ledger.read(PAGES, since - DAY, min(until + DAY, now + timedelta.resolution)),
        tickets=ledger.read(TICKETS, since, min(until + MONTH, now + timedelta.resolution)),
        loads={desk: ledger.read(loads_of(desk), since, until) for desk in desks_of(plan, window.channel)},
    )


def said_of(chains: Chains) -> Mapping[Mark, Seen]:
    """What chains of a path's list say, by row and time of the send."""
    told = (entry.entry for entries in chains.values() for entry in entries)
    return {(one["key"], int(one["sent_at"])): Seen(one["seen"]) for one in told}


def desks_of(plan: Plan, channel: str) -> list[str]:
    """The desks behind a channel; where there are none, all: it is a channel of customers, whom any desk may serve."""
    return [desk.id for desk in plan.desks.values() if desk.channel == channel] or list(plan.desks)
