"""Contacts and decisions in words: codes become reasons, and a viewer sees no personal data."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.domain.decision import FORWARD, KEPT, PERSON, REASONS, Decision, Reason, read_decision
from chalicelib.domain.model import Contact, ContactKind
from chalicelib.domain.outbox import Attempt, Row, RowState
from chalicelib.domain.upgrade.times import millis
from chalicelib.service.operate.doubts import doubt_of
from chalicelib.service.operate.post import Json, iso
from chalicelib.service.operate.roles import Role

"""The mark of an attempt at the person, who is no desk: nothing was decided for it."""
SERVED = frozenset({RowState.SENT, RowState.DELIVERED, RowState.ANSWERED, RowState.CLOSED})
WORDS = {
    Reason.DOWN: "its channel is down, as far as the evidence says",
    Reason.TRIAL_NOT_DRAWN: "it is on trial after an outage, and this contact was not in the share let through",
    Reason.OVERRIDDEN: "an operator forced it down",
    Reason.DRAINING: "an operator is draining it",
    Reason.MAINTENANCE: "it is in a maintenance window",
    Reason.CLOSED: "it is outside its opening hours",
    Reason.FULL: "it has no room or no tokens left",
    Reason.THROTTLED: "its provider asked us to wait",
    Reason.MEDIUM_UNFIT: "it does not take this medium",
    Reason.WINDOW_CLOSED: "the vendor's messaging window is over",
    Reason.NO_CONSENT: "the person has not agreed to it",
    Reason.NO_ADDRESS: "we have no address of the person there",
    Reason.ACCOUNT_BLOCKED: "the provider refuses our account",
    Reason.ALREADY_TRIED: "it was already tried in this round",
    Reason.UNREADY: "it is not ready",
    Reason.LOWER_RANK: "a better one was able",
}
BECAUSE = {
    "preferred": "the first choice was able",
    "drawn": "the draw by shares gave it this contact, and it was able",
    "next": "those before it were not able",
    "panic": "so much looked down that the measurement was doubted",
    "last_rank": "no desk was able: stored, acknowledged, call-back offered",
    PERSON: "written to the person on their own channel",
}


def decided(decision: Decision, at: datetime | None = None) -> Json:
    """A decision: the choice, every rejected desk with its reason, what was looked at, and how old that was at `at`."""
    age = {} if at is None else {"age_seconds": max(0, millis(at) - decision.snapshot) // 1000}
    return age | {
        "desk": decision.desk or None,
        "because": decision.because,
        "in_words": BECAUSE[decision.because],
        "rejected": [_rejected(desk, reason) for desk, reason in decision.rejected],
        "panic": decision.panic,
        "stale": decision.stale,
        "observed": decision.observed,
        "draw": decision.draw
        and {
            "by": decision.draw.by,
            "shares": [{"desk": desk, "share": share} for desk, share in decision.draw.shares],
        },
        "versions": {"plan": decision.plan, "orders": decision.orders, "snapshot": decision.snapshot},
    }


def decision_of(stored: str, at: datetime | None = None) -> Json | None:
    """A stored decision, taken at `at`, in words; None when nothing was decided or it cannot be read."""
    channel, rejected, flags, *_ = (*stored.split("|"), "", "")
    if flags == PERSON:
        return {
            "desk": None,
            "channel": channel,
            "because": PERSON,
            "in_words": BECAUSE[PERSON],
            "rejected": [],
        }
    if flags == KEPT:
        return _put_by(channel, rejected)
    if flags == FORWARD:
        return None
    try:
        return decided(read_decision(stored), at)
    except ValueError:
        return None


def contact(row: Row, role: Role) -> Json:
    """Everything about a contact: its decision at acceptance, and every attempt."""
    return {
        **summary(row, role),
        **_personal(row.contact, role),
        "decision": decision_of(row.decision, row.accepted_at),
        "attempts": [_attempt(attempt) for attempt in row.work.attempts],
    }


def summary(row: Row, role: Role) -> Json:
    """A contact as a line of a list. `served_by` is the desk that took it."""
    work = row.work
    return {
        "key": row.key, "kind": row.kind.value, "parent": row.parent or None, "channel": row.channel,
        "account": row.contact.account, "party": shown(row.contact.party.address, role),
        "medium": row.contact.medium.value, "market": row.market, "purpose": row.purpose or None,
        "lane": row.lane, "state": work.state.value, "served_by": _served_by(row),
        "accepted_at": iso(row.accepted_at), "deadline": iso(work.extended_to or row.deadline),
        "due_at": iso(row.due_at), "attempts_made": work.attempt,
        "doubt": doubt_of(row), "erased_at": iso(row.erased_at),
    }  # fmt: skip


def shown(address: str, role: Role) -> str:
    """An address: whole for operators, for viewers only its ends."""
    if role.reaches(Role.OPERATOR):
        return address
    return f"{address[:2]}…{address[-2:]}" if len(address) > 8 else "…"  # noqa: PLR2004 - half of it stays hidden


def _personal(contact: Contact, role: Role) -> Json:
    if not role.reaches(Role.OPERATOR):
        return {"masked": True}
    return {
        "masked": False, "name": contact.party.name, "language": contact.party.language, "text": _words(contact),
        "provider_id": contact.provider_id, "conversation": contact.conversation,
        "sent_at": iso(contact.sent_at), "traits": dict(contact.traits),
        "attachments": [
            {"reference": a.reference, "media_type": a.media_type, "name": a.name} for a in contact.attachments
        ],
    }  # fmt: skip


def _words(contact: Contact) -> str:
    """What the person wrote; a request that is passed on is the vendor's, as it came."""
    return "" if contact.kind is ContactKind.FORWARD else contact.text


def _served_by(row: Row) -> str | None:
    """The desk that has it; a receipt may have settled what the attempt itself left unknown.

    A call is given in the answer to it, so that no attempt names the desk; a step that nobody answered is closed.
    """
    if row.contact.medium.waits and row.kind is ContactKind.CONTACT:
        return (row.decision.partition("|")[0] or None) if row.work.state is RowState.ANSWERED else None
    return (row.work.desk or None) if row.work.state in SERVED else None


def _attempt(attempt: Attempt) -> Json:
    return {
        "at": iso(attempt.at), "desk": attempt.desk or None,
        "outcome": attempt.outcome.value if attempt.outcome else None, "detail": attempt.detail,
        "decision": decision_of(attempt.decision, attempt.at),
    }  # fmt: skip


def _rejected(desk: str, reason: Reason) -> Mapping[str, str]:
    return {"desk": desk, "reason": reason.value, "in_words": WORDS[reason]}


def _put_by(channel: str, rejected: str) -> Json:
    """Words to a person that could not go: the channel, and the reason."""
    pairs = [part.rsplit(":", 1) for part in rejected.split(",") if ":" in part]
    told = [_rejected(name, REASONS[code]) for name, code in pairs if code in REASONS]
    return {
        "desk": None,
        "channel": channel,
        "because": "put_by",
        "in_words": "kept for later",
        "rejected": told,
    }
