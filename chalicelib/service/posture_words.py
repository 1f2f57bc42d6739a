"""What is told of a change of posture: the ledger's entry, its note, and the event, in two languages."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.domain.plan import Plan
from chalicelib.domain.surge.posture import Stance
from chalicelib.domain.surge.streams import streams
from chalicelib.domain.surge.verdict import Verdict
from chalicelib.domain.telling.event import Event, EventType, event_id, spelled
from chalicelib.ports import Note
from chalicelib.service.rings import told_by

NOTED = "posture_changed"
LANGUAGES = ("fr", "en")
NAMES = {
    "calm": ("calme", "calm"),
    "alert": ("alerte", "alert"),
    "crisis": ("crise", "crisis"),
}
REASONS = {
    "surge": ("afflux de contacts", "more contacts than usual"),
    "lasting_surge": ("afflux qui dure", "a surge that lasts"),
    "peak": ("pic annoncé", "an announced peak"),
    "quiet": ("retour au calme", "quiet again"),
    "order": ("ordre d'un opérateur", "an operator's order"),
    "cost_cap": ("plafond de coût du mois", "the month's cost cap"),
    "paid_again": ("plafond de coût levé", "the cost cap allows it again"),
}
MOVED = (
    "Capacité : {before} -> {after} ({because}). Coût : {hourly} USD par heure, {spent} USD sur {cap} ce mois.",
    "Capacity: {before} -> {after} ({because}). Cost: USD {hourly} an hour, USD {spent} of {cap} this month.",
)
CAPPED = (
    " Plafond atteint : ce qui est payant n'est pas augmenté.",
    " Cap reached: what costs money is not raised.",
)
STREAM = (
    " {purpose} ({market}) : {multiple} fois l'habituel, {people} personnes, {attempts} tentatives.",
    " {purpose} ({market}): {multiple} times the usual, {people} people, {attempts} attempts.",
)
LOUDEST = 3
"""Streams named in one announcement."""


def change_of(
    before: Stance, after: Stance, plan: Plan, verdicts: Mapping[str, Verdict], at: datetime
) -> dict[str, str]:
    """The entry of a change, all texts; its `id` is that of the stored version that brings it."""
    loud = sorted((v for v in verdicts.items() if v[1].surging), key=lambda each: -each[1].multiple)
    because = after.because
    if after.capped != before.capped:
        because = "cost_cap" if after.capped else "paid_again"
    return {
        "id": f"{after.version}/{after.posture.value}", "at": spelled(at), "before": before.posture.value,
        "after": after.posture.value, "because": because, "capped": str(after.capped).lower(),
        "hourly_usd": f"{after.hourly:.2f}", "spent_usd": f"{after.spent:.2f}",
        "cap_usd": f"{plan.capacity.monthly_cost_cap if plan.capacity else 0:.2f}",
        "settings": json.dumps({lever.value: value for lever, value in after.settings.items()}),
        "streams": json.dumps([_stream(plan, *each) for each in loud[:LOUDEST]]),
    }  # fmt: skip


def note_of(entry: Mapping[str, str]) -> Note:
    """The message that rings `tick`, which tells it."""
    return Note(queue="flips", body=json.dumps({NOTED: dict(entry)}))


def posture_event(note: str) -> Event | None:
    """The event of such a ring; None for any other message of that queue."""
    entry = told_by(note, NOTED)
    if entry is None:
        return None
    about = {
        "before": entry["before"], "after": entry["after"], "because": entry["because"],
        "capped": entry["capped"] == "true", "hourly_usd": entry["hourly_usd"], "spent_usd": entry["spent_usd"],
        "cap_usd": entry["cap_usd"], "streams": json.loads(entry["streams"]), "loud": True, "planned": False,
        "text": _words(entry),
    }  # fmt: skip
    at = datetime.fromisoformat(entry["at"])
    return Event(id=event_id("posture", entry["id"], entry["at"]), type=EventType.POSTURE, at=at, about=about)


def _words(entry: Mapping[str, str]) -> dict[str, str]:
    loud: list[dict[str, Any]] = json.loads(entry["streams"])
    return {
        language: MOVED[at].format(
            before=NAMES[entry["before"]][at], after=NAMES[entry["after"]][at], because=REASONS[entry["because"]][at],
            hourly=entry["hourly_usd"], spent=entry["spent_usd"], cap=entry["cap_usd"],
        )
        + (CAPPED[at] if entry["capped"] == "true" else "")
        + "".join(STREAM[at].format(**each) for each in loud)
        for at, language in enumerate(LANGUAGES)
    }  # fmt: skip


def _stream(plan: Plan, name: str, verdict: Verdict) -> dict[str, Any]:
    purpose, market = streams(plan)[name]
    times = f"{verdict.multiple:.1f}"
    return {
        "purpose": purpose or "-", "market": market, "multiple": times, "people": verdict.people,
        "attempts": verdict.attempts,
    }  # fmt: skip
