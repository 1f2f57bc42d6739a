"""The minute's work: time's own flips, the snapshot and the feeds, the sweep, the probes; bounded, calls no vendor."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.domain.belief import DOWN
from chalicelib.domain.detection.lateness import away_seconds
from chalicelib.domain.frontdoor import document, feeds, ways
from chalicelib.domain.outbox import LONGEST_DEFERRAL
from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.notice_turns import upcoming
from chalicelib.domain.planned_work.windows import standing
from chalicelib.domain.routing import Situation
from chalicelib.domain.snapshot import Snapshot
from chalicelib.domain.upgrade.times import millis
from chalicelib.ports import Clock, Missing, Note, Unavailable
from chalicelib.service.afar import put_probe
from chalicelib.service.backlog_turns import put_turns
from chalicelib.service.believe import FAST_PROBES, Believer
from chalicelib.service.canary_turns import turns
from chalicelib.service.catch_up_turns import begin
from chalicelib.service.checkup_turns import due as checkups
from chalicelib.service.due_rows import Swept, ring_due
from chalicelib.service.fallbacks import publish_fallbacks
from chalicelib.service.flips import write_all_down
from chalicelib.service.forget import sweep
from chalicelib.service.look import Seen, see
from chalicelib.service.overrun import write_overruns
from chalicelib.service.planned_work import planned_work
from chalicelib.service.probe import probed_paths
from chalicelib.service.publish import publish
from chalicelib.service.regions.beat import standing_seat
from chalicelib.service.regions.seats import Seats
from chalicelib.service.shifting import Shifter
from chalicelib.service.situation import SituationReader, situation_of
from chalicelib.service.steps import Steps
from chalicelib.service.stores import Stores
from chalicelib.service.tell import Teller, Telling
from chalicelib.service.watch_turns import due
from chalicelib.web.upcoming import announced
from chalicelib.web.words import say

SCRIPT = Path(__file__).parent.parent / "web" / "front-door.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What one tick did, for its log line; `oldest` in seconds, `down` in paths."""

    plan: int
    snapshot: int
    flips: int
    rung: int
    probes: int
    feeds: int
    told: int
    waiting: int
    away: int
    forgotten: int
    oldest: int
    down: int


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
    seats: Seats | None = None
    _script_published: bool = False

    def minute(self) -> Ticked | None:
        """The scheduled run; None while no plan was ever published."""
        return self._run(probe=True, ahead=timedelta())

    def flip(self, notes: Sequence[str] = ()) -> Ticked | None:
        """The run that a flip, an order or a new plan rings: write flips down, publish at once, wake what was put by.

        Raises Unavailable when something could not be done: the messages come again.
        """
        return self._run(probe=False, ahead=LONGEST_DEFERRAL, notes=notes)

    def _run(self, *, probe: bool, ahead: timedelta, notes: Sequence[str] = ()) -> Ticked | None:
        now, steps, stores = self.clock.now(), Steps(), self.stores
        steps.take(lambda: write_all_down(stores.ledger, notes, now), None)
        try:
            told = steps.take(lambda: self._tell(now), None) or Told(situation=self.situations.read(now))
        except Missing:
            steps.settle()
            return None
        situation = told.situation
        probes = steps.take(lambda: self._probes(situation.plan, situation, now) if probe else 0, 0)
        early = ahead if returned(situation) else timedelta()
        swept = steps.take(lambda: ring_due(stores, now, early), Swept())
        steps.take(lambda: put_turns(stores.contacts, stores.queues, situation.plan, now) if probe else 0, 0)
        telling = steps.take(
            lambda: Teller(stores=stores).tell(situation, notes, now, minute=probe), Telling()
        )
        steps.take(lambda: begin(stores.queues, situation.plan, notes), None)
        forgotten = steps.take(lambda: sweep(stores, situation.plan, now) if probe else 0, 0)
        steps.settle()
        return Ticked(
            plan=situation.plan.version, snapshot=situation.version, flips=told.flips, rung=swept.rung, probes=probes,
            feeds=told.feeds, told=telling.told, waiting=telling.waiting, away=away_seconds(situation.look),
            forgotten=forgotten, oldest=swept.oldest, down=departed(situation),
        )  # fmt: skip

    def _tell(self, now: datetime) -> Told:
        """Time's flips, the snapshot, the feeds. Raises Missing while there is no plan, and Unavailable."""
        plan, sick = self.situations.plan_of(self.stores.plans.current()), None
        try:
            seen = see(self.stores, self.believer, plan, now)
        except Unavailable as down:  # orders and plan go out all the same, with the beliefs as they were
            last, sick = self.situations.read(now), down
            seen = Seen(beliefs=last.beliefs, loads=last.loads, look=last.look, probers=last.probers)
        situation = self._publish(plan, seen, now)
        feeds = self._publish_feeds(situation, now)
        if sick is not None:
            raise sick
        return Told(situation=situation, flips=seen.flips, feeds=feeds)

    def _publish(self, plan: Plan, seen: Seen, now: datetime) -> Situation:
        windows = planned_work(self.stores, plan, seen.beliefs, now)
        orders = standing(self.stores.orders.read(), windows, now)
        scene = Situation(plan=plan, orders=orders, beliefs=seen.beliefs, loads=seen.loads)
        snapshot = Snapshot(
            version=millis(now),
            at=now,
            plan=plan.version,
            orders=orders,
            beliefs=seen.beliefs,
            loads=seen.loads,
            upcoming=upcoming(windows, now),
            look=seen.look,
            probers=seen.probers,
            shifted=Shifter(stores=self.stores).shifted(scene, now),
            home=standing_seat(self.stores, self.seats),
        )
        write_overruns(self.stores, plan, snapshot)
        return situation_of(publish(self.stores.snapshots, snapshot), plan)

    def _publish_feeds(self, situation: Situation, now: datetime) -> int:
        wanted = feeds(situation.plan)
        for market, language in wanted:
            self.stores.snapshots.feed(
                f"{market}.{language}.json",
                document(announced(ways(situation, market, language, now), situation), say),
            )
        if not self._script_published:
            self.stores.snapshots.feed(SCRIPT.name, SCRIPT.read_text())
            self._script_published = True
        publish_fallbacks(self.stores.snapshots, situation, now)
        return len(wanted)

    def _probes(self, plan: Plan, situation: Situation, now: datetime) -> int:
        sent = 0
        for page, delay in due(plan, now):
            self.stores.queues.put(Note(queue="probes", body=json.dumps({"page": page}), delay=delay))
            sent += 1
        for note in (*turns(situation, now), *checkups(plan, now)):
            self.stores.queues.put(note)
            sent += 1
        for channel in plan.channels.values():
            paths = probed_paths(plan, channel)
            restless = any(restless_path(situation, path) for path in paths)
            for delay in (0, *(FAST_PROBES if restless else ())):
                note = Note(queue="probes", body=json.dumps({"channel": channel.id}), delay=delay)
                sent += put_probe(self.stores.queues, plan, self.believer.vantage, note)
        return sent


def restless_path(situation: Situation, path: str) -> bool:
    """True when the path is suspect, down or on trial: then six probes a minute."""
    belief = situation.beliefs.get(path)
    return belief is not None and (belief.suspect or belief.state in ("down", "trial") or belief.weight < 1)


def returned(situation: Situation) -> bool:
    """True when some path may take contacts: then rows put by are woken early."""
    return any(belief.weight > 0 for belief in situation.beliefs.values())


def departed(situation: Situation) -> int:
    """How many paths are believed to be down."""
    return sum(belief.state == DOWN for belief in situation.beliefs.values())
