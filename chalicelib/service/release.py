"""Serves backlogs: for one block of ten seconds, gives desks as many rows as they can take, in order of promise."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from chalicelib.domain.backlog.block import BLOCK, Slots, purse_of
from chalicelib.domain.backlog.lot import LOT_SHARDS, Lot, readable, taker
from chalicelib.domain.backlog.turn import Candidate, able, chosen
from chalicelib.domain.routing import Situation
from chalicelib.ports import Clock, Ring
from chalicelib.service.backlog import RELEASED
from chalicelib.service.situation import SituationReader
from chalicelib.service.stores import Stores

LOOKED_AT = 400
"""Rows of each shard of a lot that are looked at for one block."""
RIPE = 100
"""Rows of each shard, and block, whose time has come whatever the desks do."""
UNTOLD = 50
"""Rows of each shard, and block, whose person has to hear that no desk works."""
PANICS = 5
"""Rows for each block that a disbelieved desk is tried with."""
BATCH = 10
LONGEST = timedelta(seconds=8)
"""Less than a block: a group keeps no second probe function busy."""


@dataclass(slots=True)
class Releaser:
    """The probe function's verb for backlogs."""

    stores: Stores
    situations: SituationReader
    clock: Clock

    def run(self, body: str) -> int:
        """Handle one message (`{"backlog": [lot, ...], "block": n}`); how many rows were rung. Raises Unavailable."""
        told = json.loads(body)
        now = self.clock.now()
        run = Run(
            stores=self.stores, situation=self.situations.read(now), clock=self.clock, now=now,
            block=int(told["block"]),
        )  # fmt: skip
        lots = readable(told["backlog"])
        for lot in lots:
            run.ring_the_ripe(lot)
        run.serve([lot for lot in lots if able(lot, run.situation, now)])
        run.flush()
        return run.rung


@dataclass(slots=True)
class Run:
    """One look at a group of lots."""

    stores: Stores
    situation: Situation
    clock: Clock
    now: datetime
    block: int
    rung: int = 0
    _slots: dict[str, Slots] = field(default_factory=dict)
    _rings: list[Ring] = field(default_factory=list)

    def ring_the_ripe(self, lot: Lot) -> None:
        """Rows whose time has come, and those whose person must hear that no desk works: they need no desk."""
        unheard = not lot.told and able(lot, self.situation, self.now) is None
        for shard in range(LOT_SHARDS):
            ripe = self.stores.contacts.waiting((lot.name, shard), RIPE, until=self.now)
            more = self._alive(lot, shard, UNTOLD) if unheard else ()
            for key, lane, _ in (*ripe, *more):
                self._release(Candidate(lot=lot, key=key, lane=lane, serve_by=self.now), "", 0)

    def serve(self, lots: list[Lot]) -> None:
        """Give each desk's seconds to those who were promised soonest."""
        waiting = sorted(self._candidates(lots), key=lambda one: (one.serve_by, one.key))
        panics = PANICS
        for place, one in enumerate(waiting):
            if self._late():
                return
            while True:
                desk, panic = chosen(one, self.situation, self._full(), self.now)
                if not desk or (panic and panics <= 0):
                    break
                second = self._slot(desk).take(len(waiting) - place)
                if second is not None:
                    panics -= panic
                    self._release(one, desk, second)
                    break

    def flush(self) -> None:
        """Ring those whose place was changed: ten at a time, so that a death in between leaves ten to the sweep."""
        rings, self._rings = self._rings, []
        if rings:
            self.stores.queues.bells(rings)
            self.rung += len(rings)

    def _candidates(self, lots: list[Lot]) -> Iterator[Candidate]:
        for lot in lots:
            for shard in range(LOT_SHARDS):
                for key, lane, serve_by in self._alive(lot, shard, LOOKED_AT):
                    yield Candidate(lot=lot, key=key, lane=lane, serve_by=serve_by)

    def _alive(self, lot: Lot, shard: int, most: int) -> tuple[tuple[str, str, datetime], ...]:
        return tuple(self.stores.contacts.waiting((lot.name, shard), most, after=self.now))

    def _release(self, one: Candidate, desk: str, second: int) -> None:
        now = self.clock.now()
        delay = max(0, ceil(second - now.timestamp()))
        due_at = now + timedelta(seconds=delay) + RELEASED
        if self.stores.contacts.unpark(one.key, one.lot.name, due_at):
            self._rings.append(Ring(key=one.key, lane=one.lane, delay=delay, group=desk.rpartition("/")[2]))
        if len(self._rings) >= BATCH:
            self.flush()

    def _slot(self, desk: str) -> Slots:
        if desk not in self._slots:
            planned = taker(self.situation.plan, desk)
            first = max(self.block * BLOCK, int(self.now.timestamp()) + 1)
            self._slots[desk] = Slots(
                second=first, until=(self.block + 1) * BLOCK, rate=planned.capacity.rate if planned else None,
                lease=lambda second, want, most: self._lease(desk, second, want, most),
            )  # fmt: skip
        return self._slots[desk]

    def _lease(self, desk: str, second: int, want: int, most: int) -> int:
        """What of this second is still free; of a desk that tells its load no more than it told to have room for."""
        name, shard, block = purse_of(desk, second)
        free = self.stores.contacts.lease(name, shard, want, block, most)
        load, planned = self.situation.loads.get(desk), self.situation.plan.desks.get(desk)
        room = load.room(planned.capacity.concurrent, self.now) if load and planned else None
        if load is None or room is None or not free:
            return free
        return self.stores.contacts.lease(f"room/{desk}", 0, free, int(load.at.timestamp()), room)

    def _full(self) -> frozenset[str]:
        return frozenset(desk for desk, slots in self._slots.items() if slots.full)

    def _late(self) -> bool:
        return self.clock.now() - self.now > LONGEST
