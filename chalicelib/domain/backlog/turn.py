"""Whose turn it is: which desk, or which channel of words, would take a waiting row now. Pure."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.backlog.lot import Lot
from chalicelib.domain.decision import LAST_RANK, Reason
from chalicelib.domain.model import Medium
from chalicelib.domain.routing import Case, Situation, against_person, route

_ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A waiting row as the index tells of it."""

    lot: Lot
    key: str
    lane: str
    serve_by: datetime


def chosen(one: Candidate, situation: Situation, full: frozenset[str], now: datetime) -> tuple[str, bool]:
    """The desk that takes it, or `out/CHANNEL`, and whether only panic gives it; "" for none."""
    if one.lot.channel:
        out = f"out/{one.lot.channel}"
        free = out not in full and _against_words(one.lot, one.key, situation, now) is None
        return (out if free else "", False)
    decision = route(_case(one.lot, one.key, full), situation, (), now)
    return decision.desk, decision.panic


def able(lot: Lot, situation: Situation, now: datetime) -> bool | None:
    """True when some row of the lot could be taken, False when all is only full, None when nothing works."""
    if lot.channel:
        return _against_words(lot, _ANY, situation, now) in (None, Reason.TRIAL_NOT_DRAWN) or None
    decision = route(_case(lot, _ANY, frozenset()), situation, (), now)
    reasons = {reason for _, reason in decision.rejected}
    if decision.desk != LAST_RANK or Reason.TRIAL_NOT_DRAWN in reasons:
        return True
    return False if Reason.FULL in reasons else None


def _against_words(lot: Lot, key: str, situation: Situation, now: datetime) -> Reason | None:
    channel = situation.plan.channels.get(lot.channel)
    if channel is None:
        return Reason.UNREADY
    case = Case(key=key, purpose="", market=channel.market, medium=Medium.MESSAGING)
    return against_person(channel, case, situation, now=now)


def _case(lot: Lot, key: str, full: frozenset[str]) -> Case:
    return Case(key=key, purpose=lot.purpose, market=lot.market, medium=Medium(lot.medium), full=full)
