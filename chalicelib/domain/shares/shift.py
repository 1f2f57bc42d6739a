"""How shares shift: away from a desk in trouble and back, step by step, never sooner than the interval. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.shares.share import Shared, Shifting


class Fitness(StrEnum):
    """How a desk that shares a route looks now.

    SHUT: closed, full or only observing: it is not ill, and gets no more. TROUBLED: it still takes contacts, and is
    suspect, throttled or slow. OUT: belief or permission keeps contacts away by themselves.
    """

    WELL = "well"
    SHUT = "shut"
    TROUBLED = "troubled"
    OUT = "out"

    @property
    def ill(self) -> bool:
        """True for what must pass before a desk receives again."""
        return self in (Fitness.TROUBLED, Fitness.OUT)


TROUBLE, RETURN = "trouble", "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A route's shares under way. `well` is since when a desk is well again, None while it is ill.

    A desk that is not in it has been well for long.
    """

    planned: Mapping[str, int]
    now: Mapping[str, int]
    stepped_at: datetime | None = None
    well: Mapping[str, datetime | None] = field(default_factory=dict)

    def steady(self, desk: str, well_for: timedelta, at: datetime) -> bool:
        """True when a desk has been well for so long."""
        since = self.well.get(desk, at - well_for)
        return since is not None and at - since >= well_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: `because` is trouble or return, `desk` the one that it is about."""

    because: str
    desk: str
    before: Mapping[str, int]
    after: Mapping[str, int]


Fit = Mapping[str, Fitness]


def looked(shift: Shift | None, shared: Shared, fit: Fit, well_for: timedelta, now: datetime) -> Shift:
    """The shift of a route after looking at its desks; a plan that parts it otherwise holds at once."""
    known = shift if shift and shift.planned == shared.shares else as_planned(shift, shared)
    well: dict[str, datetime | None] = {}
    for desk in shared.shares:
        if fit[desk].ill:
            well[desk] = None
        elif desk in known.well and not known.steady(desk, well_for, now):
            well[desk] = known.well[desk] or now
    return replace(known, well=well)


def as_planned(shift: Shift | None, shared: Shared) -> Shift:
    """The shares as the plan has them now; when the last step was made is not forgotten."""
    shares, known = dict(shared.shares), shift or Shift(planned={}, now={})
    return Shift(planned=shares, now=shares, stepped_at=known.stepped_at, well=known.well)


def step_of(shift: Shift, fit: Fit, figures: Shifting, interval: timedelta, now: datetime) -> Step | None:
    """The step that is due: away from trouble while somebody can take it, else back; None within the interval."""
    if shift.stepped_at is not None and now - shift.stepped_at < interval:
        return None
    return _away(shift, fit, figures, now) or _back(shift, fit, figures, now)


def taken(shift: Shift, step: Step, now: datetime) -> Shift:
    """The shift after a step."""
    return replace(shift, now=dict(step.after), stepped_at=now)


def idle(shift: Shift, interval: timedelta, now: datetime) -> bool:
    """True when nothing of it need be remembered."""
    rested = shift.stepped_at is None or now - shift.stepped_at >= interval
    return rested and not shift.well and shift.now == shift.planned


def _away(shift: Shift, fit: Fit, figures: Shifting, now: datetime) -> Step | None:
    """From the troubled desk that has most to give to those which are well and have room; nothing where none is."""
    spare = {
        desk: share - figures.least(shift.planned[desk])
        for desk, share in shift.now.items()
        if fit[desk] is Fitness.TROUBLED
    }
    room = {
        desk: figures.most(shift.planned[desk]) - share
        for desk, share in shift.now.items()
        if fit[desk] is Fitness.WELL and shift.steady(desk, figures.well_for, now)
    }
    giver = max(spare, key=lambda desk: spare[desk], default="")
    amount = min(figures.step, spare.get(giver, 0), sum(room.values()))
    if amount <= 0:
        return None
    gains = parted(amount, shift.now, room)
    return _step(shift, TROUBLE, giver, {giver: -amount, **gains})


def _back(shift: Shift, fit: Fit, figures: Shifting, now: datetime) -> Step | None:
    """To the desk that lacks most of what was planned for it, from those that have more than that."""
    over = {desk: share - shift.planned[desk] for desk, share in shift.now.items()}
    lacking = {
        desk: -more
        for desk, more in over.items()
        if more < 0 and not fit[desk].ill and shift.steady(desk, figures.well_for, now)
    }
    if not lacking:
        return None
    taker = max(lacking, key=lambda desk: lacking[desk])
    surplus = {desk: more for desk, more in over.items() if more > 0}
    amount = min(figures.step, lacking[taker])
    losses = {desk: -points for desk, points in parted(amount, surplus, surplus).items()}
    return _step(shift, RETURN, taker, {taker: amount, **losses})


def parted(amount: int, weights: Mapping[str, int], room: Mapping[str, int]) -> dict[str, int]:
    """Whole points in proportion to the weights (D'Hondt), to none more than its room; the room is large enough."""
    given = dict.fromkeys(room, 0)
    for _ in range(amount):
        free = [desk for desk in room if given[desk] < room[desk]]
        given[max(free, key=lambda desk: weights[desk] / (given[desk] + 1))] += 1
    return given


def _step(shift: Shift, because: str, desk: str, moves: Mapping[str, int]) -> Step:
    after = {name: share + moves.get(name, 0) for name, share in shift.now.items()}
    return Step(because=because, desk=desk, before=shift.now, after=after)
