"""Why a contact went where it went, and why not elsewhere: from its stored record alone, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.domain.decision import KEPT, PERSON, REASONS, Decision, Reason, read_decision
from chalicelib.domain.outbox import Attempt, Row
from chalicelib.domain.upgrade.times import moment
from chalicelib.service.operate.post import Json
from chalicelib.web.explain_words import EXPLAIN_WORDS

LANGUAGES = tuple(EXPLAIN_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Says things in one language."""

    language: str

    def say(self, name: str, **fields: object) -> str:
        """The sentence of this name, filled in."""
        return EXPLAIN_WORDS[self.language][name].format(**fields)

    def reason(self, reason: Reason) -> str:
        """Why an option was rejected."""
        return self.say(f"reason.{reason.value}")

    def outcome(self, attempt: Attempt) -> str:
        """What came of an attempt."""
        return self.say(f"outcome.{attempt.outcome.value if attempt.outcome else 'none'}")


def explained(row: Row, language: str, desk: str = "") -> Json:
    """The whole way in sentences; with `desk` what speaks of that desk alone. Nothing of the person is in them."""
    speaker = Speaker(language=language)
    decision = _decision(row.decision)
    lines = list(_why_not(row, decision, desk, speaker) if desk else _way(row, decision, speaker))
    return {
        "key": row.key, "language": language, "desk": desk or None, "lines": lines, "text": " ".join(lines),
        "versions": decision and {
            "plan": decision.plan, "orders": decision.orders, "snapshot": decision.snapshot,
        },
    }  # fmt: skip


def _way(row: Row, decision: Decision | None, speaker: Speaker) -> Iterator[str]:
    purpose = row.purpose or speaker.say("no_purpose")
    yield speaker.say(
        "accepted", at=_time(row.accepted_at), channel=row.channel, purpose=purpose, market=row.market
    )
    if decision is None:
        yield speaker.say("unreadable" if row.decision else "undecided")
    else:
        yield from _decided(decision, speaker)
    for number, attempt in enumerate(
        row.work.attempts, max(1, row.work.attempt - len(row.work.attempts) + 1)
    ):
        yield from _attempted(attempt, number, speaker)
    standing = speaker.say(f"state.{row.work.state.value}", desk=row.work.desk or speaker.say("someone"))
    yield speaker.say("state", state=standing)


def _decided(decision: Decision, speaker: Speaker) -> Iterator[str]:
    because = speaker.say(f"because.{decision.because}")
    yield speaker.say("chosen" if decision.desk else "none_chosen", desk=decision.desk, because=because)
    yield from _drawn(decision, speaker)
    for desk, reason in decision.rejected:
        yield speaker.say("not_desk", desk=desk, reason=speaker.reason(reason))
    versions = {"plan": decision.plan, "orders": decision.orders, "snapshot": decision.snapshot}
    if decision.snapshot:
        yield speaker.say("looked_at", **versions, seen=_time(moment(decision.snapshot)))
    else:
        yield speaker.say("looked_at_nothing", **versions)
    if decision.stale:
        yield speaker.say("stale")


def _drawn(decision: Decision, speaker: Speaker) -> Iterator[str]:
    """Which draw put the desks that share the route in which order, where there was one."""
    if decision.draw is not None:
        parts = ", ".join(f"{desk} {share} %" for desk, share in sorted(decision.draw.shares))
        order = ", ".join(desk for desk, _ in decision.draw.shares)
        yield speaker.say("draw", by=speaker.say(f"draw.{decision.draw.by}"), shares=parts, order=order)


def _attempted(attempt: Attempt, number: int, speaker: Speaker) -> Iterator[str]:
    """One try: where it went and what came of it, or that nothing could take it."""
    at, (channel, rejected, flags) = _time(attempt.at), _parts(attempt.decision)
    if flags == PERSON:
        yield speaker.say("to_person", at=at, channel=channel, outcome=speaker.outcome(attempt))
        return
    if flags == KEPT:
        reason = REASONS.get(rejected.rpartition(":")[2], Reason.UNREADY)
        yield speaker.say("kept", at=at, channel=channel, reason=speaker.reason(reason))
        return
    decision = _decision(attempt.decision)
    if attempt.desk:
        outcome = speaker.outcome(attempt)
        yield speaker.say("attempt", number=number, at=at, desk=attempt.desk, outcome=outcome)
    else:
        yield speaker.say("put_off", at=at)
    for desk, reason in decision.rejected if decision else ():
        if reason is not Reason.LOWER_RANK:
            yield speaker.say("not_desk", desk=desk, reason=speaker.reason(reason))


def _why_not(row: Row, decision: Decision | None, desk: str, speaker: Speaker) -> Iterator[str]:
    if decision is None:
        yield speaker.say("why_not.no_decision", desk=desk)
    elif decision.desk == desk:
        yield speaker.say("why_not.chosen", desk=desk)
    elif desk in dict(decision.rejected):
        yield speaker.say("why_not.rejected", desk=desk, reason=speaker.reason(dict(decision.rejected)[desk]))
        yield from _drawn(decision, speaker) if decision.draw and desk in dict(decision.draw.shares) else ()
    else:
        purpose = row.purpose or speaker.say("no_purpose")
        yield speaker.say(
            "why_not.no_option", desk=desk, plan=decision.plan, purpose=purpose, market=row.market
        )
    for attempt in row.work.attempts:
        later = _decision(attempt.decision)
        if attempt.desk == desk:
            outcome = speaker.outcome(attempt)
            yield speaker.say("why_not.tried", desk=desk, at=_time(attempt.at), outcome=outcome)
        elif later and desk in dict(later.rejected):
            reason = speaker.reason(dict(later.rejected)[desk])
            yield speaker.say("why_not.rejected_later", desk=desk, at=_time(attempt.at), reason=reason)


def _decision(stored: str) -> Decision | None:
    try:
        return None if _parts(stored)[2] in (PERSON, KEPT) else read_decision(stored)
    except ValueError:
        return None


def _parts(stored: str) -> tuple[str, str, str]:
    channel, rejected, flags, *_ = (*stored.split("|"), "", "", "")
    return channel, rejected, flags


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
