"""Reads the situation that decisions look at: at most every 2 s; table -> memory -> object storage -> bundle."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.detection.baseline import Baseline
from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_document.faults import PlanRefused
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.planned_work.minimum_service import planned
from chalicelib.domain.routing import Situation
from chalicelib.domain.snapshot import Snapshot, read_snapshot
from chalicelib.ports import Ahead, Missing, PlanStore, PlanVersion, SnapshotStore, Unavailable

FRESH_FOR = timedelta(seconds=2)
STALE_AFTER = timedelta(minutes=3)
"""A snapshot older than this marks decisions as stale: `tick` publishes every minute."""

UNFIT = (Missing, Unavailable, ValueError, PlanRefused)
"""Not there, out of reach, or written by a version of ours that this one does not understand."""


class NoSituation(Exception):
    """No snapshot was ever published, and none is bundled: publish a plan first."""


@dataclass(slots=True)
class SituationReader:
    """One per container. `bundle` gives the snapshot and plan texts packed at deploy, or None."""

    snapshots: SnapshotStore
    plans: PlanStore
    kinds: Callable[[], tuple[str, ...]]
    bundle: Callable[[], tuple[str, str] | None] = lambda: None
    _held: Situation | None = None
    _read_at: datetime | None = None
    _plan: Plan | None = None

    def read(self, now: datetime) -> Situation:
        """The situation now. Raises NoSituation when there is nothing at all to go by."""
        if self._held is None or self._read_at is None or abs(now - self._read_at) >= FRESH_FOR:
            self._read_at = now
            self._held = self._newest()
        held = self._held
        stale = held.at is not None and now - held.at > STALE_AFTER
        return held if held.stale == stale else replace(held, stale=stale)

    def planned(self, path: str, at: datetime) -> str:
        """The work that plans a path's trouble, as far as the situation can be read; read anew, for flips are rare."""
        try:
            return planned(self._newest(), path, at)
        except (NoSituation, *UNFIT):
            return ""

    def baseline(self, path: str) -> Baseline | None:
        """What the plan tells of a path when it is well: of the plan that was read last, for every outcome asks."""
        channel = self._plan.channels.get(path.partition("#")[0]) if self._plan else None
        return channel.baseline if channel else None

    def plan_of(self, found: PlanVersion) -> Plan:
        """A published version as a plan; the one held already when it is the same."""
        if self._plan is None or self._plan.version != found.version:
            self._plan = self._understood(found)
        return self._plan

    def _understood(self, found: PlanVersion) -> Plan:
        try:
            return read_plan(found.compiled or found.text, found.version, kinds=self.kinds())
        except PlanRefused as refused:  # it was checked when it was published, by a release that knows more
            raise Ahead(f"plan {found.version} is not for this release: {refused}") from refused

    def _newest(self) -> Situation:
        for source in (self.snapshots.read, self.snapshots.fallback):
            try:
                return self._from_text(source()[1])
            except UNFIT:
                if self._held is not None:
                    return self._held
        return self._bundled()

    def _from_text(self, text: str) -> Situation:
        snapshot = read_snapshot(text)
        if self._plan is None or self._plan.version != snapshot.plan:
            self._plan = self._published(snapshot.plan)
        return situation_of(snapshot, self._plan) if self._plan else self._bundled()

    def _published(self, version: int) -> Plan:
        """A version from the table; while that is gone from the bundle, if it has the same: then S3's beliefs count."""
        try:
            return self.plan_of(self.plans.version(version))
        except Unavailable:
            texts = self.bundle()
            if texts is None or read_snapshot(texts[0]).plan != version:
                raise
            return read_plan(texts[1], version, kinds=self.kinds())

    def _bundled(self) -> Situation:
        texts = self.bundle()
        if texts is None:
            raise NoSituation("no plan has been published yet: publish one with PUT /v1/plan")
        snapshot = read_snapshot(texts[0])
        return situation_of(snapshot, read_plan(texts[1], snapshot.plan, kinds=self.kinds()))


def situation_of(snapshot: Snapshot, plan: Plan) -> Situation:
    """The situation that a snapshot and its plan make."""
    return Situation(
        plan=plan,
        orders=snapshot.orders,
        beliefs=snapshot.beliefs,
        loads=snapshot.loads,
        upcoming=snapshot.upcoming,
        look=snapshot.look,
        probers=snapshot.probers,
        shifted=snapshot.shifted,
        home=snapshot.home,
        version=snapshot.version,
        at=snapshot.at,
    )
