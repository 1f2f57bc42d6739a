"""Tells what happened: each flip once, as an event; what no message told of is found in the health table."""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.health import PathHealth
from chalicelib.domain.planned_work.minimum_service import planned
from chalicelib.domain.routing import Situation
from chalicelib.domain.telling.alerts import Seen, alerts, proven, ticked
from chalicelib.domain.telling.event import Event
from chalicelib.domain.telling.flips import FOUND, GRACE, adopted, ended, hear, unheard
from chalicelib.domain.telling.story import Stories, Waiting
from chalicelib.domain.telling.told_flip import ToldFlip, told_flip
from chalicelib.domain.upgrade.times import moment
from chalicelib.ports import Stale, Unavailable
from chalicelib.service.event_shapes import alert_event, ended_event, flip_event
from chalicelib.service.flips import kept
from chalicelib.service.noted_events import noted_event
from chalicelib.service.probe import probed_paths
from chalicelib.service.stores import Stores

TRIES = 8
AT_ONCE = 10
"""Events in one call to the bus."""
MOST_WAITING = 150
"""A store's item ends at 400 KB: beyond this, messages stay in their queue until the bus answers again."""
OURS_FOR = timedelta(seconds=45)
"""Whoever set out to publish an event has it to himself for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What one run told: events that the bus took, and those that still wait for it."""

    told: int = 0
    waiting: int = 0


@dataclass(slots=True)
class Teller:
    """Decides by one compare-and-set what is news, then publishes it: nothing is told twice, nothing is lost."""

    stores: Stores

    def tell(self, situation: Situation, notes: Sequence[str], now: datetime, *, minute: bool) -> Telling:
        """Take in the flips that `notes` tell of, look for others, publish. Raises Unavailable: ask again.

        `minute`: this is the scheduled run, which also raises alerts.
        """
        for _ in range(TRIES):
            before = self.stores.stories.read()
            if len(before.waiting) >= MOST_WAITING and notes:
                raise Unavailable("too many events wait for the bus: this message waits too")
            after, fresh = self._folded(before, situation, notes, now=now, minute=minute)
            mine = (*(each.event for each in before.waiting if now - each.since >= OURS_FOR), *fresh)
            after = _taken(after, mine, now)
            if after == before:
                return Telling(waiting=len(before.waiting))
            try:
                self.stores.stories.write(replace(after, version=before.version + 1))
            except Stale:
                continue
            return self._published(mine)
        raise Unavailable("the stories are written by too many at once")

    def _folded(
        self, stories: Stories, situation: Situation, notes: Sequence[str], *, now: datetime, minute: bool
    ) -> tuple[Stories, list[Event]]:
        """Health is read after the stories: what they know and it does not was forgotten, not missed.

        What no message told of is entered into the ledger as the minute finds it, and told after its grace; the message
        of such an entry is no news.
        """
        health = self.stores.health.everything()
        stories = adopted(stories, health, now)
        told = [flip for note in notes if (flip := heard(note)) and flip.because != FOUND]
        heard_of = {(flip.path, flip.evidence, flip.gen) for flip in told}
        sought = unheard(stories, health, now, timedelta() if minute else GRACE)
        missed = (flip for flip in sought if (flip.path, flip.evidence, flip.gen) not in heard_of)
        found = [flip for each in missed if (flip := self._found(each, situation, now))]
        events = [event for note in notes if (event := noted_event(note, now))]
        for flip in sorted((*told, *found), key=lambda each: (each.at, each.gen)):
            stories, chapter = hear(stories, flip)
            events += [flip_event(chapter, situation, now)] if chapter else []
        stories, over = ended(stories, now)
        events += [ended_event(path, story, now) for path, story in over]
        if minute:
            stories, raised = _alerted(stories, situation, health, now)
            events += raised
        return stories, events

    def _found(self, flip: ToldFlip, situation: Situation, now: datetime) -> ToldFlip | None:
        """A flip to tell of whose entry is under way; None while no store takes that, and within its grace."""
        window = planned(situation, flip.path, now)
        if kept(self.stores.queues, self.stores.ledger, flip, window, now) and now - flip.at >= GRACE:
            return replace(flip, planned=bool(window))
        return None

    def _published(self, mine: Sequence[Event]) -> Telling:
        """Hand events to the bus; those that it does not take wait in the stories for a later run."""
        taken: set[str] = set()
        with suppress(
            Unavailable
        ):  # what the bus has not taken waits, and so does what could not be crossed out
            for start in range(0, len(mine), AT_ONCE):
                taken |= self.stores.events.publish(mine[start : start + AT_ONCE])
        with suppress(Unavailable):
            self._crossed_out(taken)
        return Telling(told=len(taken), waiting=len(mine) - len(taken))

    def _crossed_out(self, taken: Collection[str]) -> None:
        """Forget what the bus has. Failing this, it is published once more, under the same id."""
        for _ in range(TRIES if taken else 0):
            before = self.stores.stories.read()
            left = tuple(each for each in before.waiting if each.event.id not in taken)
            try:
                self.stores.stories.write(replace(before, version=before.version + 1, waiting=left))
            except Stale:
                continue
            return


def heard(note: str) -> ToldFlip | None:
    """The flip that a message of the flips queue tells of; None when it rings for something else."""
    try:
        found = json.loads(note)
        return told_flip(found, moment(found["at"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _taken(stories: Stories, mine: Sequence[Event], now: datetime) -> Stories:
    """The stories in which these events wait, newly set out with."""
    ids = {event.id for event in mine}
    others = tuple(each for each in stories.waiting if each.event.id not in ids)
    return replace(stories, waiting=(*others, *(Waiting(event=event, since=now) for event in mine)))


def _alerted(
    stories: Stories, situation: Situation, health: Mapping[str, PathHealth], now: datetime
) -> tuple[Stories, list[Event]]:
    """The stories after a scheduled run, and the alerts that it raises."""
    plan = situation.plan
    paths = {path for channel in plan.channels.values() for path in probed_paths(plan, channel)}
    quiet = {path for path in (*paths, *stories.open) if planned(situation, path, now)}
    doubted = {each.vantage: each.since or now for each in situation.probers if each.suspect}
    seen = Seen(plan=plan, health=health, probed=paths, planned=quiet, doubted=doubted, now=now)
    stories, raised = alerts(proven(ticked(stories, quiet, now), seen), seen)
    return stories, [alert_event(alert, found, now) for alert, found in raised.items()]
