"""Rows and times that the store tests share."""

from datetime import UTC, datetime, timedelta

from chalicelib.domain.model import Attachment, Contact, ContactKind, Medium, Outcome, Party
from chalicelib.domain.outbox import Attempt, Row, RowState, Work

NOW = datetime(2026, 11, 21, 20, 0, 0, 123_000, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def contact(**changes) -> Contact:
    values = {
        "account": "10987",
        "provider_id": "m_é😀",
        "party": Party(address="42", name="Zoë 😀", language="fr"),
        "text": "Où est ma commande ? \\u00e9 😀",
        "medium": Medium.SMS,
        "sent_at": at(-1),
        "conversation": "t_1",
        "attachments": (
            Attachment(reference="https://cdn.example/1.jpg", media_type="image/jpeg", name="1.jpg"),
        ),
        "traits": {"called": "+33999", "sujet": "réclamation"},
        "market": "fr",
        "kind": ContactKind.REPLY,
    }
    return Contact(**(values | changes))


def row(key: str = "k1", **changes) -> Row:
    values = {
        "key": key,
        "channel": "messenger-fr",
        "contact": contact(),
        "market": "fr",
        "purpose": "order",
        "lane": "normal",
        "accepted_at": NOW,
        "deadline": at(3600),
        "party": "p1",
        "decision": '{"desk":"a"}',
        "parent": "k0",
        "kind": ContactKind.REPLY,
        "due_at": at(60),
        "schema": 0,
    }
    return Row(**(values | changes))


def work(version: int = 1, **changes) -> Work:
    values = {
        "state": RowState.UNKNOWN,
        "version": version,
        "attempt": 2,
        "round": 3,
        "lease_until": at(30),
        "desk": "agents-a",
        "tried": ("agents-b", "agents-c"),
        "attempts": (
            Attempt(at=at(1), decision="d1", desk="agents-b", outcome=Outcome.OUTAGE, detail="503 é"),
            Attempt(at=at(2), decision="d2"),
        ),
        "provider_id": "sm_9",
        "offered": True,
        "extended_to": at(7_200),
    }
    return Work(**(values | changes))
