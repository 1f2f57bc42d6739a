"""One look at health: the flips that time makes, then beliefs, aged honestly, with what single vantages doubt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.belief import Belief
from chalicelib.domain.detection.ageing import believed
from chalicelib.domain.detection.lateness import Look, looked
from chalicelib.domain.detection.trust import Trust
from chalicelib.domain.health import hinted, measured
from chalicelib.domain.load import Load
from chalicelib.domain.plan import Plan
from chalicelib.domain.snapshot import read_snapshot
from chalicelib.ports import Missing, SnapshotStore
from chalicelib.service.arrivals import Listener
from chalicelib.service.believe import Believer
from chalicelib.service.lookout import lookout_of
from chalicelib.service.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Health as a snapshot holds it, the flips that time made, and when we looked."""

    beliefs: Mapping[str, Belief]
    loads: Mapping[str, Load]
    flips: int = 0
    look: Look = field(default_factory=Look)
    probers: tuple[Trust, ...] = ()


def see(stores: Stores, believer: Believer, plan: Plan, now: datetime) -> Seen:
    """Health after time's own flips, as beliefs. Raises Unavailable."""
    last = last_look(stores.snapshots)
    health = stores.health.everything()
    flips = believer.elapse(health.values(), now)
    hints = Listener(traffic=stores.traffic, believer=believer, now=now).listen(plan, health)
    health = stores.health.everything() if flips or hints else health
    rules = believer.rules
    heard = {path: found for path, found in health.items() if measured(found) or hinted(found, now, rules)}
    beliefs = {path: believed(found, last, now, believer.rules_of(path)) for path, found in heard.items()}
    watch = lookout_of(stores, believer).look(plan, beliefs, now)
    return Seen(
        beliefs=watch.beliefs,
        loads=stores.health.loads(),
        flips=flips,
        look=looked(last, now),
        probers=watch.probers,
    )


def last_look(snapshots: SnapshotStore) -> Look:
    """When health was last looked at, as the published snapshot tells. Raises Unavailable."""
    try:
        return read_snapshot(snapshots.read()[1]).look
    except (Missing, ValueError):
        return Look()
