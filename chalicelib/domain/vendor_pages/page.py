"""A vendor's status page as values: what it says of each component, its incidents, its planned work."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PageState(StrEnum):
    """The vendor's word on one component. UNKNOWN: it says nothing that we understand."""

    OK = "ok"
    DEGRADED = "degraded"
    PARTIAL = "partial"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


_GRAVITY = {
    PageState.OK: 0, PageState.UNKNOWN: 1, PageState.MAINTENANCE: 2, PageState.DEGRADED: 3,
    PageState.PARTIAL: 4, PageState.DOWN: 5,
}  # fmt: skip
_PUNCTUATION = re.compile(r"[^\w&/+.-]+|\.(?=\s|$)")
TROUBLE = (PageState.DEGRADED, PageState.PARTIAL, PageState.DOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One component: its state, and where the page divides it, the state by region (folded names)."""

    name: str
    state: PageState
    regions: Mapping[str, PageState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident that is not over. `components` are folded names; `words` title and text (see `spoken`).

    `region` is the folded name of the one region it concerns, "" for all or an unnamed one.
    """

    id: str
    title: str
    state: PageState
    since: datetime | None = None
    components: frozenset[str] = frozenset()
    words: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Planned work from `start` to `end` (aware UTC; None: not said) that is not over.

    `regions` are the folded regions that it concerns, by component; a component that is not in it: everywhere.
    """

    id: str
    title: str
    start: datetime | None = None
    end: datetime | None = None
    components: frozenset[str] = frozenset()
    regions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One reading, `components` by folded name.

    `rest` is what holds for a component that is not named: OK for formats that tell troubles only, UNKNOWN for
    those that list what there is.
    """

    components: Mapping[str, Component] = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    updated_at: datetime | None = None
    rest: PageState = PageState.UNKNOWN

    def component(self, name: str) -> Component:
        """What the page says of a component, by its own word first, else by open incidents that name it."""
        key = folded(name)
        listed = self.components.get(key)
        if listed is not None:
            return listed
        named = [incident for incident in self.incidents if concerns(incident, key)]
        if not named:
            return Component(name=name, state=self.rest)
        regions = {i.region: worst(j.state for j in named if j.region == i.region) for i in named if i.region}
        return Component(name=name, state=worst(i.state for i in named), regions=regions)


def folded(name: str) -> str:
    """A name as it is compared: without case, each run of white space one blank."""
    return " ".join(name.casefold().split())


def spoken(text: str) -> str:
    """A text as names are looked for in it: folded, without the punctuation around words."""
    return folded(_PUNCTUATION.sub(" ", text))


def concerns(event: Incident | Maintenance, key: str) -> bool:
    """True when an event names a component (folded), in its list or, where it has none, in its words."""
    if event.components or not spoken(key):
        return key in event.components
    return f" {spoken(key)} " in f" {event.words} "


def worst(states: Iterable[PageState]) -> PageState:
    """The gravest of some states; UNKNOWN when there are none."""
    return max(states, key=_GRAVITY.__getitem__, default=PageState.UNKNOWN)


def mildest(states: Iterable[PageState]) -> PageState:
    """The least grave of some states; UNKNOWN when there are none."""
    return min(states, key=_GRAVITY.__getitem__, default=PageState.UNKNOWN)
