"""Stories: what was told of each path and what is still open; one trouble is one story, however often it flips."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.detection.machine import State
from chalicelib.domain.telling.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A flip that came to nobody's ears yet although a later one did. "" is a state that nobody knows."""

    gen: int
    before: str
    after: str
    noticed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was announced of one class of one path: up to which generation, and the state it left."""

    gen: int = 0
    state: str = State.CLOSED.value
    gaps: tuple[Gap, ...] = ()

    def gap(self, gen: int) -> Gap | None:
        """The gap of a generation."""
        return next((each for each in self.gaps if each.gen == gen), None)

    def lacks(self, gen: int) -> bool:
        """True while the flip to this generation was not announced."""
        return gen > self.gen or self.gap(gen) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One trouble of one path: it begins with a departure and ends when the path stays back long enough.

    `back_at` is when the path last came back (None: it is away). `planned_at` is when it was last seen to be planned
    work; None as soon as some part of it is not.
    """

    id: str
    began: datetime
    departures: int = 1
    back_at: datetime | None = None
    planned_at: datetime | None = None

    @property
    def planned(self) -> bool:
        """True for trouble that planned work explains."""
        return self.planned_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An event on its way to the bus, and when somebody last set out to publish it."""

    event: Event
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """All of it: one versioned document. `told` is by (path, class), `open` by path.

    `alerted` is when each standing alert was last raised, `proven` when each fallback last worked (or was first
    seen), `minute` the last scheduled run, `steady` since when these runs came without a break.
    """

    version: int = 0
    told: Mapping[tuple[str, str], Told] = field(default_factory=dict)
    open: Mapping[str, Story] = field(default_factory=dict)
    alerted: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    proven: Mapping[str, datetime] = field(default_factory=dict)
    minute: datetime | None = None
    steady: datetime | None = None
    waiting: tuple[Waiting, ...] = ()

    def away(self, path: str) -> bool:
        """True while some class of the path is not closed, as far as was told."""
        return any(each.state != State.CLOSED for (of, _), each in self.told.items() if of == path)

    def with_told(self, path: str, evidence: str, told: Told) -> "Stories":
        """These stories with another thing told."""
        return replace(self, told={**self.told, (path, evidence): told})

    def with_story(self, path: str, story: Story | None) -> "Stories":
        """These stories with another open one, or without it."""
        rest = {of: each for of, each in self.open.items() if of != path}
        return replace(self, open=rest if story is None else {**rest, path: story})
