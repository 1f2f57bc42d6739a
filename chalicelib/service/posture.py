"""Keeps the capacity posture: looks, decides by one compare-and-set, tells, and sets the levers; beside each tick."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.permission.record import Switch
from chalicelib.domain.plan import Plan
from chalicelib.domain.surge.levers import Lever, Posture, Settings
from chalicelib.domain.surge.posture import (
    Asked,
    Stance,
    asked_by,
    counted,
    moved,
    ordered,
    running,
    with_peaks,
)
from chalicelib.domain.surge.steps import steps
from chalicelib.domain.surge.verdict import Verdict
from chalicelib.ports import Stale, Unavailable
from chalicelib.service.posture_words import change_of, note_of
from chalicelib.service.stores import Stores
from chalicelib.service.surges import Surges

STREAM = "capacity"
"""Where the ledger keeps each change, with what is set and what it costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one run came to, for its log line; `pending` are the levers that do not stand yet, each with why."""

    posture: str
    moved: bool = False
    pending: tuple[str, ...] = ()
    capped: bool = False
    surging: int = 0


@dataclass(slots=True)
class Keeper:
    """The one writer of the stance. It calls the cloud's control plane only while a lever does not stand."""

    stores: Stores

    def keep(self, plan: Plan, now: datetime, *, minute: bool) -> Kept:
        """One run; `minute`: the scheduled one, which also learns what is usual. Raises Unavailable: run it again.

        What was decided is stored first, with its news and its pending levers, so that of two runs one decides, and
        whoever dies leaves the rest to the next. Money that the plan no longer speaks of goes back to what was shipped.
        """
        before = self.stores.stance.read()
        if plan.capacity is None and not before.version:
            return Kept(posture=before.posture.value)
        verdicts = self._look(plan, now, minute=minute)
        after = self._decided(before, plan, verdicts, now)
        why: tuple[str, ...] = ()
        try:
            after = self._stored(before, after)
            done, why = self._done(after, now)
            after = self._stored(after, done)
        except Stale:  # another run is at it
            after = self.stores.stance.read()
        return Kept(
            posture=after.posture.value, moved=after.posture is not before.posture, pending=why,
            capped=after.capped, surging=sum(verdict.surging for verdict in (verdicts or {}).values()),
        )  # fmt: skip

    def _look(self, plan: Plan, now: datetime, *, minute: bool) -> Mapping[str, Verdict] | None:
        """The verdicts; None while the counts are out of reach: then the posture stays what it is, orders apart."""
        if plan.capacity is None:
            return {}
        with suppress(Unavailable):
            return Surges(traffic=self.stores.traffic, now=now).look(plan, teach=minute)
        return None

    def _decided(
        self, before: Stance, plan: Plan, verdicts: Mapping[str, Verdict] | None, now: datetime
    ) -> Stance:
        """The stance as it should be, with its money counted; a change not told yet is kept until it is."""
        asked = self._asked(before, plan, verdicts, now)
        after = counted(before, now) if asked is None else moved(counted(before, now), asked, now)
        todo = steps(after.settings, after.posture, plan.capacity, after.spent)
        levers = [call.lever for call in todo.calls]
        after = replace(
            after, settings=todo.settings, capped=todo.capped, spent=after.spent + todo.once_usd,
            pending=(*levers, *(lever for lever in after.pending if lever not in levers)),
        )  # fmt: skip
        after = running(after, before, todo.hourly_usd, now)
        if (after.posture, after.capped) != (before.posture, before.capped):
            named = replace(after, version=before.version + 1, hourly=todo.hourly_usd)
            after = replace(after, news=change_of(before, named, plan, verdicts or {}, now))
        return after

    def _asked(
        self, before: Stance, plan: Plan, verdicts: Mapping[str, Verdict] | None, now: datetime
    ) -> Asked | None:
        """What asks for a posture; None while nothing but an order may move it: switched off, or moved just now."""
        if plan.capacity is None:
            return Asked(posture=Posture.CALM, because="quiet", ordered=True)
        order = ordered(self.stores.orders.read(), now)
        if order is not None:
            return order
        blind = Asked(posture=before.posture, because="blind")
        seen = blind if verdicts is None else asked_by(verdicts.values(), now)
        asked = with_peaks(seen, plan.capacity.peaks, now)
        raised = asked.announced and asked.posture.rank > before.posture.rank  # a person's wish, in the plan
        if raised or asked.posture is before.posture:
            return asked
        fresh = before.since is not None and now - before.since < plan.min_wait
        return None if fresh or self.stores.permission.read().record.is_off(Switch.AUTOMATION, now) else asked

    def _done(self, stance: Stance, now: datetime) -> tuple[Stance, tuple[str, ...]]:
        """The stance after telling its news and setting what is pending: what fails is left for the next run."""
        tried = {lever: self._lacks(lever, stance.settings) for lever in stance.pending}
        left = {lever: why for lever, why in tried.items() if why}
        with suppress(Unavailable):
            if stance.news:
                at = datetime.fromisoformat(stance.news["at"])
                self.stores.ledger.append_once(STREAM, stance.news, at, written=now)
                self.stores.queues.put(note_of(stance.news))
            stance = replace(stance, news={})
        return replace(stance, pending=tuple(left)), tuple(f"{lever}: {why}" for lever, why in left.items())

    def _lacks(self, lever: Lever, settings: Settings) -> str:
        """Why the lever does not stand yet; "" when it does."""
        try:
            return "" if self.stores.control.set(lever, settings) else "asked for"
        except Unavailable as sick:
            return str(sick)

    def _stored(self, before: Stance, after: Stance) -> Stance:
        """One compare-and-set, where anything changed."""
        if after == before:
            return before
        after = replace(after, version=before.version + 1)
        self.stores.stance.write(after)
        return after
