"""What is told of a step of shares: the ledger's entry, its note, and the event, in two languages."""

import json
from collections.abc import Mapping
from datetime import datetime

from chalicelib.domain.shares.share import route_named
from chalicelib.domain.shares.shift import RETURN, TROUBLE, Shift, Step
from chalicelib.domain.telling.event import Event, EventType, event_id, spelled
from chalicelib.ports import Note
from chalicelib.service.rings import told_by

NOTED = "shares_shifted"
LANGUAGES = ("fr", "en")
WORDS = {
    TROUBLE: (
        "Parts de {purpose} ({market}) : {desk} va mal, {before} -> {after}. Prévu : {planned}.",
        "Shares of {purpose} ({market}): {desk} is in trouble, {before} -> {after}. Planned: {planned}.",
    ),
    RETURN: (
        "Parts de {purpose} ({market}) : {desk} va de nouveau bien, {before} -> {after}. Prévu : {planned}.",
        "Shares of {purpose} ({market}): {desk} is well again, {before} -> {after}. Planned: {planned}.",
    ),
}


def entry_of(scope: str, shift: Shift, step: Step, at: datetime) -> dict[str, str]:
    """The entry of a step, all texts; its `id` names the route and the moment."""
    return {
        "id": f"{scope}/{spelled(at)}", "at": spelled(at), "scope": scope, "because": step.because, "desk": step.desk,
        "before": told(step.before), "after": told(step.after), "planned": told(shift.planned),
    }  # fmt: skip


def told(shares: Mapping[str, int]) -> str:
    """`lille 70, paris 30`."""
    return ", ".join(f"{desk} {share}" for desk, share in shares.items())


def note_of(entry: Mapping[str, str]) -> Note:
    """The message that rings `tick`, which tells it."""
    return Note(queue="flips", body=json.dumps({NOTED: dict(entry)}))


def shares_event(note: str) -> Event | None:
    """The event of such a ring; None for any other message. People hear the first step away and the last one back."""
    entry = told_by(note, NOTED)
    if entry is None:
        return None
    purpose, market = route_named(entry["scope"])
    named = {**entry, "purpose": purpose, "market": market}
    words = WORDS[entry["because"]]
    about = {
        "scope": entry["scope"], "purpose": purpose, "market": market, "because": entry["because"],
        "desk": entry["desk"], "before": entry["before"], "after": entry["after"], "planned_shares": entry["planned"],
        "loud": entry["planned"] in (entry["before"], entry["after"]), "planned": False,
        "text": {language: words[at].format(**named) for at, language in enumerate(LANGUAGES)},
    }  # fmt: skip
    at = datetime.fromisoformat(entry["at"])
    return Event(id=event_id("shares", entry["id"]), type=EventType.SHARES, at=at, about=about)
