"""The loss report: what a path lost in a window, how sure that is, whose it is, and what proves it."""

from chalicelib.domain.detection.promise import ReceiptPromise
from chalicelib.domain.proof.blame import blame
from chalicelib.domain.proof.dispatch import LOST
from chalicelib.domain.proof.loss import counts, longest_unannounced, lost_at, share
from chalicelib.domain.proof.reconciled import tally
from chalicelib.domain.proof.report_seal import excerpt, sealed
from chalicelib.domain.proof.sequential import found_out
from chalicelib.domain.upgrade.times import millis
from chalicelib.service.operate import evidence_words as told
from chalicelib.service.operate.evidence_case import Case, Window, case_of
from chalicelib.service.operate.evidence_clues import clues_of, promise_of, provider_of
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.page_words import pages_of


def report(post: Post, window: Window) -> Json:
    """The report, sealed. Raises Absent, Faulty, Unavailable."""
    case = case_of(post, window)
    promise = promise_of(post, case.plan, window.channel)
    return sealed(
        {
            **_head(case),
            "receipts_promised": promise is not None,
            "counts": told.counts_told(counts(case.found)),
            "loss": told.share_told(share(case.found)),
            "verdict": _verdict(case, promise),
            "reconciled": told.reconciled_told(tally(case.found, case.seen())),
            "blame": _blame(post, case),
            **_around(case),
            "lost": told.lost(case),
            "late": told.late(case),
            "ledger": excerpt(case.records.all(), window.path),
        },
        post.stores.secrets.signing_keys(),
    )


def _blame(post: Post, case: Case) -> Json:
    clues = clues_of(post, case)
    found = blame(clues)
    return {"segment": found.segment.value, "because": found.because.value, **told.clues_told(clues)}


def _around(case: Case) -> Json:
    """What else was known of the path at the time."""
    times = lost_at(case.found)
    return {
        "unannounced": told.unannounced_told(longest_unannounced(times, case.month)),
        "incidents": [told.spell_told(one, case.now) for one in case.spells],
        "recurrences": told.recurrences_told(case),
        "agents": told.agents_told(case, times),
        "pages": [told.page_told(case, page, times) for page in pages_of(case.plan, case.window.channel)],
        "tickets": told.tickets_told(case),
    }


def _head(case: Case) -> Json:
    window = case.window
    return {
        "report": "loss", "version": 1, "path": window.path, "provider": provider_of(case.channel),
        "from": iso(window.since), "until": iso(window.until), "from_ms": millis(window.since),
        "until_ms": millis(window.until), "at": iso(case.now), "plan": case.plan.version,
    }  # fmt: skip


def _verdict(case: Case, promise: ReceiptPromise | None) -> Json:
    """Is it more than what is usual for this kind of channel?"""
    seen = [one for one in case.found if one.counted]
    found = found_out([one.fate in LOST for one in seen], promise.missing if promise else 0.0)
    return told.verdict_told(found, [one.sent.at for one in seen])
