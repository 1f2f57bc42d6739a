"""The hourly checkup: one message for each channel and one for the plan; kept, and what changed is told once."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.doctor.finding import Finding, changed, document, read_finding
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Missing, Note, Stale
from chalicelib.service.checkup_turns import PLAN
from chalicelib.service.doctor import Doctor
from chalicelib.service.finding_words import NOTED
from chalicelib.service.situation import SituationReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What was found, and when; `at` None: never looked."""

    findings: tuple[Finding, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkups:
    """The probe function's sixth verb."""

    doctor: Doctor
    situations: SituationReader

    def run(self, body: str) -> str:
        """Handle one message (`{"checkup": channel}`); a word for the log. Raises ValueError, KeyError, Unavailable."""
        name, now = json.loads(body)["checkup"], self.doctor.clock.now()
        plan = self.situations.read(now).plan
        try:
            found = self.doctor.plan(plan) if name == PLAN else self.doctor.channel(plan, name)
        except Missing:
            return "gone"
        new, over = self._kept(name, found, now)
        if new or over:
            self.doctor.stores.queues.put(findings_note(name, new, over, now))
        return f"{len(found)} findings, {len(new)} new, {len(over)} over"

    def _kept(
        self, name: str, found: Sequence[Finding], now: datetime
    ) -> tuple[Sequence[Finding], Sequence[Finding]]:
        """What is new and over; nothing when another looked at the same time: that one tells."""
        version, before = _read(self.doctor, name)
        text = json.dumps({"at": millis(now), "findings": [document(one) for one in found]})
        with suppress(Stale):
            self.doctor.stores.papers.write(paper(name), version + 1, text)
            return changed(before.findings, found)
        return (), ()


def last(doctor: Doctor, name: str) -> Checkup:
    """What the last checkup of a channel, or of the plan, found. Raises Unavailable."""
    return _read(doctor, name)[1]


def paper(name: str) -> str:
    """Under which name a checkup is kept."""
    return f"checkup/{name}"


def _read(doctor: Doctor, name: str) -> tuple[int, Checkup]:
    version, text = doctor.stores.papers.read(paper(name))
    with suppress(ValueError, KeyError, TypeError):
        told = json.loads(text)
        findings = tuple(read_finding(one) for one in told["findings"])
        return version, Checkup(findings=findings, at=moment(told["at"]))
    return version, Checkup()


def findings_note(name: str, new: Sequence[Finding], over: Sequence[Finding], now: datetime) -> Note:
    """The message that rings `tick`, which tells it."""
    entry = {
        "checkup": name, "at": millis(now), "new": [document(one) for one in new],
        "over": [document(one) for one in over],
    }  # fmt: skip
    return Note(queue="flips", body=json.dumps({NOTED: entry}))
