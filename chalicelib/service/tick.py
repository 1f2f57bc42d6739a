"""The minute's work: time's own flips, the snapshot and the feeds, the sweep, the probes; bounded, calls no vendor."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.domain.frontdoor import document, feeds, ways
from chalicelib.domain.health import PathHealth, believe, elapse
from chalicelib.domain.outbox import LONGEST_DEFERRAL
from chalicelib.domain.plan import Plan
from chalicelib.domain.routing import Situation
from chalicelib.domain.snapshot import Snapshot, dump_snapshot, millis
from chalicelib.ports import DUE_SHARDS, Clock, Missing, Note, Ring, Stale
from chalicelib.service.believe import FAST_PROBES, Believer
from chalicelib.service.probe import probed_paths
from chalicelib.service.situation import SituationReader, situation_of
from chalicelib.service.stores import Stores
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
        now = self.clock.now()
        try:
            current = self.stores.plans.current()
        except Missing:
            return None
        plan = self.situations.plan_of(current)
        health = self.stores.health.everything()
        flips = self._elapse(health, now)
        health = self.stores.health.everything() if flips else health
        situation = self._publish(plan, health, now)
        published = self._publish_feeds(situation, now)
        rung = self._sweep(now + (ahead if returned(situation) else timedelta()))
        probes = self._probes(plan, situation) if probe else 0
        return Ticked(
            plan=plan.version,
            snapshot=situation.version,
            flips=flips,
            rung=rung,
            probes=probes,
            feeds=published,
        )

    def _elapse(self, health: Mapping[str, PathHealth], now: datetime) -> int:
        made = 0
        for path in health.values():
            for flip in elapse(path, now, self.believer.rules)[1]:
                if self.stores.health.flip(path.path, path.classes[flip.evidence], flip):
                    self.believer.announce(flip)
                    made += 1
        return made

    def _publish(self, plan: Plan, health: Mapping[str, PathHealth], now: datetime) -> Situation:
        beliefs = {path: believe(found, now, self.believer.rules) for path, found in health.items()}
        snapshot = Snapshot(
            version=millis(now),
            at=now,
            plan=plan.version,
            orders=self.stores.orders.read(),
            beliefs=beliefs,
            loads=self.stores.health.loads(),
        )
        for later in (0, 1):  # two ticks of one millisecond must not lose the second one's news
            with suppress(Stale):
                numbered = replace(snapshot, version=snapshot.version + later)
                self.stores.snapshots.publish(numbered.version, dump_snapshot(numbered))
                return situation_of(numbered, plan)
        return situation_of(snapshot, plan)

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

    def _probes(self, plan: Plan, situation: Situation) -> int:
        sent = 0
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
