"""Receipts and canaries as evidence of silent loss: what a provider promises, and what one missing one weighs."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.detection.batch import Rules
from chalicelib.domain.detection.machine import ClassHealth, State
from chalicelib.domain.model import EvidenceClass, Outcome, Signal

FINE_FLOOR = 0.0075
"""A share of missing receipts that no provider is blamed for."""
FINE_GAP = 0.10


def receipt_rules(rules: Rules, missing: float) -> Rules:
    """The rules for a channel of which this share of receipts is missing when all is well.

    Only what one observation weighs changes (p0 and p1 of both scores), never the thresholds, which belong to the
    path. The fine score is sharper than that of hard evidence: one lost in nine is found within 160 receipts.
    """
    p0 = max(rules.p0, 2 * missing)
    fine_p0 = max(FINE_FLOOR, 1.5 * missing)
    return replace(
        rules, p0=p0, p1=max(rules.p1, p0 + 0.25), fine_p0=fine_p0, fine_p1=max(0.11, fine_p0 + FINE_GAP)
    )


def arrived(at: datetime, detail: str = "") -> Signal:
    """A receipt or a canary came: the path carries what it takes."""
    return Signal(outcome=Outcome.OK, at=at, evidence=EvidenceClass.SILENT, detail=detail)


def missing(at: datetime, detail: str) -> Signal:
    """A receipt or a canary did not come in its time, though the provider had said yes."""
    return Signal(outcome=Outcome.OUTAGE, at=at, evidence=EvidenceClass.SILENT, detail=detail)


def speaks(cls: ClassHealth | None, sent_at: datetime) -> bool:
    """False for what was sent before the path was last opened or put on trial: that loss is counted already."""
    return cls is None or cls.state is State.CLOSED or cls.since is None or sent_at >= cls.since
