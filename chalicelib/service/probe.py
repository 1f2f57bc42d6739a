"""Runs one probe: asks a provider whether it works for us and folds the answer into the paths it speaks for."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from chalicelib.channels import Capability, Channel, ChannelError
from chalicelib.domain.health import PathHealth
from chalicelib.domain.load import Load
from chalicelib.domain.model import Direction, Signal, path_id
from chalicelib.domain.plan import ChannelPlan, Plan
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.ports import Clock, Missing
from chalicelib.service.attempt import ask
from chalicelib.service.believe import Believer
from chalicelib.service.lookout import lookout_of
from chalicelib.service.one_deadline import limited
from chalicelib.service.registry import Registry
from chalicelib.service.situation import SituationReader
from chalicelib.service.stores import Stores


@dataclass(slots=True)
class Prober:
    """The probe function's one verb."""

    situations: SituationReader
    registry: Registry
    stores: Stores
    believer: Believer
    clock: Clock
    away: bool = False
    """True outside home: what it sees counts only while the plan names its vantage."""

    def run(self, body: str) -> Signal | None:
        """Handle one probe message (`{"channel": id}`). None when the plan has the channel no more, or not us.

        Raises ValueError on any other message, Unavailable when a store fails.
        """
        channel = json.loads(body)["channel"]
        now = self.clock.now()
        plan = self.situations.read(now).plan
        if channel not in plan.channels or (self.away and self.believer.vantage not in plan.vantages):
            return None
        signal = ask(
            lambda: limited(self.registry.get(plan, channel), self.clock), now, self.believer.vantage
        )
        own = probed_paths(plan, plan.channels[channel])
        heard = lookout_of(self.stores, self.believer).hear(plan, plan.channels[channel], signal, own)
        known = self.stores.health.read(dict.fromkeys((*own, *heard.paths)))
        for path in heard.paths:
            self.believer.learn(path, signal, known.get(path))
        if heard.hurry:
            self.believer.hurry(channel)
        self._wake(known.values(), signal)
        self._read_load(plan, channel)
        return signal

    def _wake(self, known: Iterable[PathHealth], signal: Signal) -> None:
        """A class that rests and hears nothing (silence) has its time looked at here, not only once a minute."""
        for path in known:
            others = {each: cls for each, cls in path.classes.items() if each is not signal.evidence}
            self.believer.elapse([replace(path, classes=others)], signal.at)

    def _read_load(self, plan: Plan, channel: str) -> None:
        """A load reading for each desk behind a kind that tells its load; one that fails is simply not renewed."""
        try:
            made: Channel = self.registry.get(plan, channel)
            if Capability.LOAD not in made.capabilities:
                return
            reading = made.load(self.clock.now())
        except (ChannelError, Missing, NotSent, MaybeSent):
            return
        load = Load(
            at=self.clock.now(),
            in_use=reading.get("in_use"),
            free=reading.get("free"),
            waiting=reading.get("waiting"),
        )
        for desk in plan.desks.values():
            if desk.channel == channel:
                self.stores.health.put_load(desk.id, load)


def probed_paths(plan: Plan, channel: ChannelPlan) -> tuple[str, ...]:
    """The paths a probe of this channel speaks for: out for desks, both ways for what customers use."""
    desks = any(desk.channel == channel.id for desk in plan.desks.values())
    directions = (Direction.OUT,) if desks and channel.door is None else (Direction.IN, Direction.OUT)
    return tuple(path_id(channel.id, direction, channel.market) for direction in directions)
