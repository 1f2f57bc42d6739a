"""The parts of a loss report as JSON values: counts, what was lost, agents, pages, incidents, tickets."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from chalicelib.domain.proof.availability import available
from chalicelib.domain.proof.blame import Clues
from chalicelib.domain.proof.chain import Entry
from chalicelib.domain.proof.dispatch import LOST, Fate
from chalicelib.domain.proof.loss import Judged, Share, Unannounced
from chalicelib.domain.proof.reconciled import Reconciled
from chalicelib.domain.proof.sequential import Verdict
from chalicelib.domain.proof.spells import Spell
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.service.operate.evidence_case import MONTH, Case
from chalicelib.service.operate.evidence_clues import admission, standing, words
from chalicelib.service.operate.post import Json, iso

STILL_TOLD = timedelta(seconds=120)
DIGITS = 6


def lost(case: Case) -> list[Json]:
    """Every send that was taken and lost. `ledgered`: it is in the ledger, too, so that nobody can take it away."""
    written = case.written()
    return [
        {**_send(one), "fate": one.fate.value, "ledgered": (one.sent.key, millis(one.sent.at)) in written}
        for one in case.found
        if one.fate in LOST
    ]


def late(case: Case) -> list[Json]:
    """What was written down as lost and is not (any more): its receipt came after its time."""
    written = case.written()
    found = (one for one in case.found if one.fate not in LOST)
    return [_send(one) for one in found if (one.sent.key, millis(one.sent.at)) in written]


def _send(one: Judged) -> Json:
    sent = one.sent
    return {
        "key": sent.key, "provider_id": sent.provider_id or None, "desk": sent.desk or None,
        "sent_at": iso(sent.at), "sent_at_ms": millis(sent.at), "due_at": iso(sent.due_at),
    }  # fmt: skip


def share_told(found: Share) -> Json:
    """The share of losses with its interval."""
    known = found.share
    return {
        "lost": found.lost, "of": found.seen, "share": None if known is None else round(known, DIGITS),
        "low": round(found.low, DIGITS), "high": round(found.high, DIGITS), "confidence": 0.95,
    }  # fmt: skip


def reconciled_told(found: Reconciled) -> Json:
    """What the provider's own list says of sends whose receipts are missing, and of a sample of those that came."""
    asked = {seen.value: number for seen, number in found.counts.items()}
    return {
        "asked": sum(asked.values()),
        **asked,
        "unasked": found.unasked,
        "lost_of_asked": share_told(found.share),
    }


def verdict_told(found: Verdict, times: Sequence[datetime]) -> Json:
    """The sequential test; `times` are when the observations were sent, in their order."""
    return {
        "says": found.said.value, "observations": found.seen, "usual_share": found.p0, "loss_share": found.p1,
        "score": round(found.score, DIGITS), "threshold": round(found.threshold, DIGITS),
        "false_alarm_at_most": round(found.false_alarm, 12), "miss_at_most": found.miss,
        "began_at": iso(times[found.began - 1]) if found.began else None,
        "sure_at": iso(times[found.crossed - 1]) if found.crossed else None,
    }  # fmt: skip


def clues_told(clues: Clues) -> Json:
    """What the blame rests on."""
    return {
        "refused": clues.refused, "failed": clues.failed, "missing": clues.missing, "arrived": clues.arrived,
        "untold": clues.untold, "absent": clues.absent, "to_desk": clues.to_desk, "page_admits": clues.page_bad,
        "minutes_our_door_refused": clues.door_refused,
        "elsewhere": [
            {"provider": one.provider, "missing": one.missing, "of": one.seen} for one in clues.elsewhere
        ],
    }  # fmt: skip


def agents_told(case: Case, times: Iterable[datetime]) -> list[Json]:
    """Each desk's free agents in the minutes in which something was lost; unknown where no reading tells."""
    minutes = sorted({at.replace(second=0, microsecond=0) for at in times})
    return [
        _free(desk, minutes, [entry for entries in chains.values() for entry in entries])
        for desk, chains in case.records.loads.items()
    ]


def _free(desk: str, minutes: Sequence[datetime], readings: Sequence[Entry]) -> Json:
    free = [number for minute in minutes if (number := _free_at(minute, readings)) is not None]
    return {
        "desk": desk, "minutes": len(minutes), "minutes_known": len(free),
        "free_least": min(free, default=None), "free_most": max(free, default=None),
    }  # fmt: skip


def _free_at(minute: datetime, readings: Sequence[Entry]) -> int | None:
    """The last reading that was fresh in that minute, if it says who is free."""
    end = minute + timedelta(minutes=1)
    told = [one for one in readings if "free" in one.entry and minute - STILL_TOLD <= one.at < end]
    return int(told[-1].entry["free"]) if told else None


def page_told(case: Case, page: PagePlan, times: Sequence[datetime]) -> Json:
    """A vendor's page at the time. `lag_seconds`: from the first loss to its first word of trouble, None: no word."""
    said = words(case, page)
    before = standing(said, case.window.since)
    admitted = admission(said, times[0]) if times else None
    changes = [
        {"at": iso(one.at), "updated_at": iso(one.updated_at), "states": dict(one.states)}
        for one in said
        if one.at > case.window.since
    ]
    return {
        "page": page.id, "known": bool(said), "at_first": dict(before.states) if before else None,
        "lag_seconds": round(max(0.0, (admitted.at - times[0]).total_seconds()), 3) if admitted else None,
        "changes": changes,
    }  # fmt: skip


def spell_told(spell: Spell, now: datetime) -> Json:
    """A spell; while it lasts, `seconds` runs to now, and it is None where its beginning is not known."""
    end = spell.closed_at or now
    return {
        "path": spell.path, "class": spell.evidence, "opened_at": iso(spell.opened_at),
        "closed_at": iso(spell.closed_at),
        "seconds": round((end - spell.opened_at).total_seconds(), 3) if spell.opened_at else None,
        "because": spell.because, "detail": spell.detail, "planned": spell.planned, "trials": spell.trials,
    }  # fmt: skip


def recurrences_told(case: Case) -> Json:
    """How often the path went in the 30 days up to the window's end, for how long, by class; planned ones apart."""
    real = [one for one in case.month if not one.planned]
    until = min(case.window.until, case.now)
    away = available(real, until - MONTH, until)
    return {
        "days": MONTH.days, "count": len(real), "planned": len(case.month) - len(real),
        "by_class": {name: sum(one.evidence == name for one in real) for name in sorted({o.evidence for o in real})},
        "away_seconds": round(away.away, 3), "away_share": round(1 - (away.share or 0.0), DIGITS),
        "opened_at": [iso(one.opened_at) for one in real if one.opened_at][-50:],
    }  # fmt: skip


def unannounced_told(found: Unannounced | None) -> Json | None:
    """The longest loss that nobody was told of."""
    if found is None:
        return None
    return {
        "began_at": iso(found.began), "announced_at": iso(found.announced),
        "seconds": round(found.lasted.total_seconds(), 3),
    }  # fmt: skip


def tickets_told(case: Case) -> list[Json]:
    """The tickets attached to the path whose time overlaps the window."""
    return [
        told
        for told, since, until in _tickets(case)
        if since < case.window.until and until > case.window.since
    ]


def _tickets(case: Case) -> Iterator[tuple[Json, datetime, datetime]]:
    for entry in (entry for entries in case.records.tickets.values() for entry in entries):
        told = entry.entry
        if told.get("path") == case.window.path:
            since, until = moment(int(told["from"])), moment(int(told["until"]))
            digest = told.get("digest") or None
            yield (
                {
                    "ticket": told["ticket"], "attached_at": iso(entry.at), "from": iso(since),
                    "until": iso(until), "report": digest,
                },
                since,
                until,
            )  # fmt: skip


def counts_told(found: dict[Fate, int]) -> Json:
    """How many were sent, and how many of each fate."""
    return {"sent": sum(found.values()), **{fate.value: number for fate, number in found.items()}}
