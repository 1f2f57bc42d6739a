"""The minute's work: time's own flips, the snapshot and the feeds, the sweep, the probes; bounded, calls no vendor."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.domain.belief import Belief
from chalicelib.domain.frontdoor import document, feeds, ways
from chalicelib.domain.health import believe, measured
from chalicelib.domain.load import Load
from chalicelib.domain.maintenance import standing
from chalicelib.domain.outbox import LONGEST_DEFERRAL
from chalicelib.domain.plan import Plan
from chalicelib.domain.routing import Situation
from chalicelib.domain.snapshot import Snapshot, millis
from chalicelib.ports import DUE_SHARDS, Clock, Missing, Note, Ring, Unavailable
from chalicelib.service.believe import FAST_PROBES, Believer
from chalicelib.service.probe import probed_paths
from chalicelib.service.publish import publish
from chalicelib.service.situation import SituationReader, situation_of
from chalicelib.service.stores import Stores
from chalicelib.service.watch_turns import due
from chalicelib.web.words import say

SCRIPT = Path(__file__).parent.parent / "web" / "front-door.js"
MOST_PER_SHARD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What one tick did, for its log line."""

    plan: int
    snapshot: int
    flips: int
    rung: int
    probes: int
    feeds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Health as a snapshot holds it, and the flips that time made."""

    beliefs: Mapping[str, Belief]
    loads: Mapping[str, Load]
    flips: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was made known: the situation, the flips that time made, the feeds."""

    situation: Situation
    flips: int = 0
    feeds: int = 0


@dataclass(slots=True)
class Tick:
    """The tick function's one verb."""

    stores: Stores
    situations: SituationReader
    believer: Believer
    clock: Clock
    _script_published: bool = False

    def minute(self) -> Ticked | None:
        """The scheduled run; None while no plan was ever published."""
        return self._run(probe=True, ahead=timedelta())

    def flip(self) -> Ticked | None:
        """The run that a flip, an order or a new plan rings: publish at once; wake what was put by."""
        return self._run(probe=False, ahead=LONGEST_DEFERRAL)

    def _run(self, *, probe: bool, ahead: timedelta) -> Ticked | None:
        now, sick = self.clock.now(), None
        try:
            told = self._tell(now)
        except Missing:
            return None
        except Unavailable as down:  # what one store cannot do must not stop what needs only the others
            told, sick = Told(situation=self.situations.read(now)), down
        situation = told.situation
        probes = self._probes(situation.plan, situation, now) if probe else 0
        rung = self._sweep(now + (ahead if returned(situation) else timedelta()))
        if sick is not None:
            raise sick
        return Ticked(
            plan=situation.plan.version,
            snapshot=situation.version,
            flips=told.flips,
            rung=rung,
            probes=probes,
            feeds=told.feeds,
        )

    def _tell(self, now: datetime) -> Told:
        """Time's flips, the snapshot, the feeds. Raises Missing while there is no plan, and Unavailable."""
        plan, sick = self.situations.plan_of(self.stores.plans.current()), None
        try:
            seen = self._seen(now)
        except Unavailable as down:  # orders and plan go out all the same, with the beliefs as they were
            last, sick = self.situations.read(now), down
            seen = Seen(beliefs=last.beliefs, loads=last.loads)
        situation = self._publish(plan, seen, now)
        feeds = self._publish_feeds(situation, now)
        if sick is not None:
            raise sick
        return Told(situation=situation, flips=seen.flips, feeds=feeds)

    def _seen(self, now: datetime) -> Seen:
        """Health after time's own flips, as beliefs. Raises Unavailable."""
        health = self.stores.health.everything()
        flips = self.believer.elapse(health.values(), now)
        health = self.stores.health.everything() if flips else health
        heard = {path: found for path, found in health.items() if measured(found)}
        beliefs = {path: believe(found, now, self.believer.rules) for path, found in heard.items()}
        return Seen(beliefs=beliefs, loads=self.stores.health.loads(), flips=flips)

    def _publish(self, plan: Plan, seen: Seen, now: datetime) -> Situation:
        snapshot = Snapshot(
            version=millis(now),
            at=now,
            plan=plan.version,
            orders=standing(self.stores.orders.read(), self.stores.maintenance.read(), now),
            beliefs=seen.beliefs,
            loads=seen.loads,
        )
        return situation_of(publish(self.stores.snapshots, snapshot), plan)

    def _publish_feeds(self, situation: Situation, now: datetime) -> int:
        wanted = feeds(situation.plan)
        for market, language in wanted:
            self.stores.snapshots.feed(
                f"{market}.{language}.json", document(ways(situation, market, language, now), say)
            )
        if not self._script_published:
            self.stores.snapshots.feed(SCRIPT.name, SCRIPT.read_text())
            self._script_published = True
        return len(wanted)

    def _sweep(self, until: datetime) -> int:
        rung = 0
        for shard in range(DUE_SHARDS):
            for key, lane in self.stores.contacts.due(shard, until, MOST_PER_SHARD):
                self.stores.queues.bell(Ring(key=key, lane=lane))
                rung += 1
        return rung

    def _probes(self, plan: Plan, situation: Situation, now: datetime) -> int:
        sent = 0
        for page, delay in due(plan, now):
            self.stores.queues.put(Note(queue="probes", body=json.dumps({"page": page}), delay=delay))
            sent += 1
        for channel in plan.channels.values():
            paths = probed_paths(plan, channel)
            restless = any(restless_path(situation, path) for path in paths)
            for delay in (0, *(FAST_PROBES if restless else ())):
                self.stores.queues.put(
                    Note(queue="probes", body=json.dumps({"channel": channel.id}), delay=delay)
                )
                sent += 1
        return sent


def restless_path(situation: Situation, path: str) -> bool:
    """True when the path is suspect, down or on trial: then six probes a minute."""
    belief = situation.beliefs.get(path)
    return belief is not None and (belief.suspect or belief.state in ("down", "trial") or belief.weight < 1)


def returned(situation: Situation) -> bool:
    """True when some path may take contacts: then rows put by are woken early."""
    return any(belief.weight > 0 for belief in situation.beliefs.values())
