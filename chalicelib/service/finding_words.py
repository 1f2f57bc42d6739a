"""What is told when a checkup finds something new, or finds it mended: one event, in French and English."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.doctor.finding import Finding, Severity, read_finding
from chalicelib.domain.telling.event import Event, EventType, event_id
from chalicelib.domain.upgrade.times import moment
from chalicelib.service.rings import told_by
from chalicelib.web.doctor_words import LANGUAGES, in_words

NOTED = "findings_changed"
NEW, OVER = (" {where} : {what} {do}", " {where}: {what} {do}"), (" {where} : réglé.", " {where}: mended.")
HEAD = ("Diagnostic.", "Checkup.")
OURS = "Bascule"
MOST = 10
"""Findings named in one announcement."""


def findings_event(note: str) -> Event | None:
    """The event of such a ring; None for any other message of that queue."""
    entry = told_by(note, NOTED)
    if entry is None:
        return None
    new, over = ([read_finding(one) for one in entry[name]] for name in ("new", "over"))
    about = {
        "checkup": entry["checkup"], "new": [_told(one) for one in new], "over": [_told(one) for one in over],
        "loud": any(one.severity is Severity.ERROR for one in new), "planned": False,
        "text": {language: _words(at, new, over) for at, language in enumerate(LANGUAGES)},
    }  # fmt: skip
    name = event_id("findings", entry["checkup"], str(entry["at"]))
    return Event(id=name, type=EventType.FINDINGS, at=moment(entry["at"]), about=about)


def _told(finding: Finding) -> Mapping[str, Any]:
    return {
        "code": finding.ill.value,
        "severity": finding.severity.value,
        "where": finding.where,
        "about": finding.about,
    }


def _words(at: int, new: Sequence[Finding], over: Sequence[Finding]) -> str:
    parts = [HEAD[at]]
    for one in new[:MOST]:
        what, do = in_words(one, LANGUAGES[at])
        parts.append(NEW[at].format(where=one.where or OURS, what=what, do=do))
    parts += [OVER[at].format(where=one.where or OURS) for one in over[:MOST]]
    return "".join(parts)
