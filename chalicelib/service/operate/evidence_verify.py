"""Verifies a loss report against the ledger and the sends as they are now, and attaches tickets to losses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.proof.chain import broken_at
from chalicelib.domain.proof.dispatch import Dispatch
from chalicelib.domain.proof.report_seal import digests, faults_of, signed
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Ledger
from chalicelib.service.operate.evidence_case import LONGEST, MOST_SENDS, Window
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.scopes import require_scope
from chalicelib.service.proof import TICKETS, losses_of

MOST_CHAINS = 2_000
MOST_FAULTS = 100
KEPT = timedelta(days=90)
"""Rows are; a ticket that came later attests nothing that could be looked up."""
NO_REPORT = "this is no loss report of ours"
UNSIGNED = "the report's digest was not signed by this stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A reference in somebody's ticket system, and the digest of the report that was sent along ("": none)."""

    reference: str
    digest: str = ""


def verify(post: Post, path: str, report: Mapping[str, Any]) -> Json:
    """What of a report does not hold: by itself, against the ledger as it is now, against the sends that are kept."""
    post.require_markets(f"path:{path}")
    try:
        faults = [] if report["path"] == path else [f"the report is about {report['path']!r}"]
        faults += faults_of(report)
        faults += [] if signed(report, post.stores.secrets.signing_keys()) else [UNSIGNED]
        for chain in _chains(report):
            faults += _chain_faults(post.stores.ledger, chain)
        faults += _vanished(post, report)
        faults += _left_out(post.stores.ledger, report)
        digest = str(report["digest"])
        attested = list(_attested(post, report, digest))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return {"whole": False, "faults": [NO_REPORT], "attested": [], "at": iso(post.now)}
    return {"whole": not faults, "faults": faults[:MOST_FAULTS], "attested": attested, "at": iso(post.now)}


def attach(post: Post, window: Window, ticket: Ticket) -> Json:
    """Write a ticket into the ledger. Raises Absent, and Unavailable: then nothing is attached."""
    plan = post.plan()
    require_scope(plan, f"path:{window.path}")
    post.require_markets(f"path:{window.path}")
    entry = {
        "path": window.path, "ticket": ticket.reference, "from": str(millis(window.since)),
        "until": str(millis(window.until)), "who": post.caller.id,
    }  # fmt: skip
    more = {"digest": ticket.digest} if ticket.digest else {}
    post.stores.ledger.append(TICKETS, {**entry, **more}, post.now)
    return {
        "ticket": ticket.reference,
        "path": window.path,
        "attached_at": iso(post.now),
        "report": ticket.digest or None,
    }


def _chains(report: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The excerpts of a report. Raises ValueError for more than a report of ours can have."""
    chains: Sequence[Mapping[str, Any]] = report["ledger"]
    if len(chains) > MOST_CHAINS:
        raise ValueError(NO_REPORT)
    return chains


def _chain_faults(ledger: Ledger, chain: Mapping[str, Any]) -> Iterator[str]:
    """The ledger's own chain must be whole, and must begin with what the report has of it."""
    name, told = chain["chain"], digests(chain)
    stream, hour = _parts(name)
    stored = ledger.entries(stream, hour)
    broken = broken_at(name, stored)
    if broken is not None:
        yield f"{name}: the ledger itself is broken at entry {broken}"
    kept = [one.digest for one in stored]
    if kept[: len(told)] != told:
        number = next(
            (n for n, pair in enumerate(zip(kept, told, strict=False), 1) if pair[0] != pair[1]), None
        )
        where = f"differs at entry {number}" if number else f"has {len(kept)} entries, the report {len(told)}"
        yield f"{name}: the ledger {where}"


def _left_out(ledger: Ledger, report: Mapping[str, Any]) -> Iterator[str]:
    """Hours whose losses the report does not have at all, though they were written down before it was made."""
    told = {chain["chain"] for chain in report["ledger"]}
    (since, until), made = _window(report), datetime.fromisoformat(report["at"])
    for name, entries in ledger.read(losses_of(report["path"]), since, until).items():
        if name not in told and any(entry.at < made for entry in entries):
            yield f"{name}: the ledger has losses of an hour that the report leaves out"


def _vanished(post: Post, report: Mapping[str, Any]) -> Iterator[str]:
    """Sends that the report lists and the store does not have (any more: rows are kept for 90 days)."""
    window = _window(report)
    kept = {_mark(one) for one in post.stores.contacts.sent(report["path"], *window, MOST_SENDS + 1)}
    for one in report["lost"]:
        if (one["key"], one["sent_at_ms"], one["provider_id"]) not in kept:
            yield f"the send of {one['key']} at {one['sent_at']} is not kept, or not like this"
    if report["counts"]["sent"] > len(kept):
        yield f"the report counts {report['counts']['sent']} sends, the store has {len(kept)}"


def _window(report: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """The report's window. Raises ValueError for one that no report of ours can have."""
    since, until = moment(report["from_ms"]), moment(report["until_ms"])
    if not timedelta() < until - since <= LONGEST:
        raise ValueError(NO_REPORT)
    return since, until


def _mark(sent: Dispatch) -> tuple[str, int, str | None]:
    return sent.key, millis(sent.at), sent.provider_id or None


def _attested(post: Post, report: Mapping[str, Any], digest: str) -> Iterator[Json]:
    """Tickets that were attached with this very digest: the report was like this then."""
    made = max(datetime.fromisoformat(report["at"]), post.now - KEPT)
    until = min(post.now + timedelta.resolution, made + KEPT)
    for entries in post.stores.ledger.read(TICKETS, made, until).values():
        for entry in entries:
            if entry.entry.get("digest") == digest:
                yield {"ticket": entry.entry["ticket"], "attached_at": iso(entry.at)}


def _parts(chain: str) -> tuple[str, datetime]:
    stream, _, hour = chain.rpartition("#")
    return stream, datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC)
