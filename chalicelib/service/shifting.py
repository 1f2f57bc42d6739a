"""Shifts shares with each tick: looks at the desks, decides by one compare-and-set, tells; decisions only read it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from chalicelib.domain.permission.record import Switch
from chalicelib.domain.plan import Plan
from chalicelib.domain.shares.fitness import fitness
from chalicelib.domain.shares.in_force import fixed_by
from chalicelib.domain.shares.record import Shifts, read_shifts, shifts_text
from chalicelib.domain.shares.share import Shared, Shifted
from chalicelib.domain.shares.shift import Shift, Step, as_planned, idle, looked, step_of, taken
from chalicelib.domain.situation import Situation
from chalicelib.domain.snapshot import read_snapshot
from chalicelib.ports import Missing, Stale, Standing, Unavailable
from chalicelib.service.share_words import entry_of, note_of
from chalicelib.service.stores import Stores

STREAM = "shares"
"""Where the ledger keeps each step."""
PAPER = "shares"
MOST, AT_ONCE = 500, 50
"""Routes under way, and steps not told yet: their item stays far below a store's limit; and steps of one run."""


def shared_routes(plan: Plan) -> dict[str, Shared]:
    """Every route that desks share, by scope."""
    found = [
        Shared(purpose=purpose.id, market=market, shares=shares)
        for purpose in plan.purposes.values()
        for market, shares in purpose.shares.items()
    ]
    return {shared.scope: shared for shared in found}


def interval_of(plan: Plan) -> timedelta:
    """Between two steps of one route at least."""
    return max(plan.shifting.every, plan.min_wait)


def due(known: Shift | None, shared: Shared, scene: Situation, now: datetime) -> tuple[Shift, Step | None]:
    """One route's shares under way, and the step that is due.

    While an order fixes them an operator has the wheel, and with a step of 0 the plan: what was shifted is forgotten.
    """
    fit, figures = fitness(shared, scene, now), scene.plan.shifting
    if not figures.step or fixed_by(shared, scene.orders, now):
        return looked(as_planned(known, shared), shared, fit, figures.well_for, now), None
    shift = looked(known, shared, fit, figures.well_for, now)
    return shift, step_of(shift, fit, figures, interval_of(scene.plan), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The step that a route is due, and what its desks' scopes are."""

    shared: Shared
    shift: Shift
    step: Step


@dataclass(slots=True)
class Shifter:
    """The one writer of shares under way. Where no route is shared it reads and writes nothing."""

    stores: Stores

    def shifted(self, scene: Situation, now: datetime) -> Mapping[str, Shifted]:
        """The shares that are not as planned, after this run's steps; as last published while a store is out."""
        routes = shared_routes(scene.plan)
        if not routes:
            return {}
        try:
            return self._kept(routes, scene, now).shifted()
        except (Unavailable, ValueError):
            return self._published()

    def _kept(self, routes: Mapping[str, Shared], scene: Situation, now: datetime) -> Shifts:
        """What is decided is stored first, with its news: of two runs one decides, and what is untold stays known."""
        version, text = self.stores.papers.read(PAPER)
        before = read_shifts(text)
        after = self._decided(before, routes, scene, now)
        if after == before and not before.news:
            return before
        try:
            if after != before:
                version += 1
                self.stores.papers.write(PAPER, version, shifts_text(after))
            self._tell(after, version, now)
        except Stale:  # another run is at it
            return read_shifts(self.stores.papers.read(PAPER)[1])
        return after

    def _decided(
        self, before: Shifts, routes: Mapping[str, Shared], scene: Situation, now: datetime
    ) -> Shifts:
        after: dict[str, Shift] = {}
        wanted: dict[str, _Wanted] = {}
        for scope, shared in routes.items():
            shift, step = due(before.routes.get(scope), shared, scene, now)
            if step:
                wanted[scope] = _Wanted(shared=shared, shift=shift, step=step)
            room = scope in before.routes or len(after) < MOST
            if room and not idle(shift, interval_of(scene.plan), now):
                after[scope] = shift
        told = AT_ONCE if len(before.news) < MOST else 0
        first = dict(islice(((scope, one) for scope, one in wanted.items() if scope in after), told))
        made = self._permitted(first, scene.plan, now) if first else {}
        news = [entry_of(scope, one.shift, one.step, now) for scope, one in made.items()]
        steps = {scope: taken(one.shift, one.step, now) for scope, one in made.items()}
        return Shifts(routes={**after, **steps}, news=(*before.news, *news))

    def _permitted(self, wanted: Mapping[str, _Wanted], plan: Plan, now: datetime) -> dict[str, _Wanted]:
        """The steps that nothing is against, by what stands at this moment: a switch, an order, a change just made."""
        seen = self.stores.permission.read()
        if seen.plan != plan.version or seen.record.is_off(Switch.AUTOMATION, now):
            return {}
        return {scope: one for scope, one in wanted.items() if self._free(one.shared, seen, plan, now)}

    def _free(self, shared: Shared, seen: Standing, plan: Plan, now: datetime) -> bool:
        scopes = {
            shared.scope,
            *(s for desk in shared.shares for s in plan.option(desk, shared.market).scopes),
        }
        changed = (seen.record.changed[scope] for scope in scopes if scope in seen.record.changed)
        return fixed_by(shared, seen.orders, now) is None and all(now - at >= plan.min_wait for at in changed)

    def _tell(self, shifts: Shifts, version: int, now: datetime) -> None:
        """Ledger, then ring; what could not be told stays in the news for the next run. Raises Stale."""
        with suppress(Unavailable):
            for entry in shifts.news:
                at = datetime.fromisoformat(entry["at"])
                self.stores.ledger.append_once(STREAM, dict(entry), at, written=now)
                self.stores.queues.put(note_of(entry))
            if shifts.news:
                self.stores.papers.write(PAPER, version + 1, shifts_text(replace(shifts, news=())))

    def _published(self) -> Mapping[str, Shifted]:
        try:
            return read_snapshot(self.stores.snapshots.read()[1]).shifted
        except (Missing, Unavailable, ValueError):
            return {}
