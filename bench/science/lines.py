"""A line of people before agents, played event by event with SimPy; no formula is in here but the delay's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from random import Random
from typing import Any

from bench.science.cases import WITHIN, Case
from chalicelib.domain.load_science.delay import behind

WARM = 100
"""Mean handling times before anything is counted."""
AWAY = 1_200.0
"""Mean seconds until somebody who gave up calls again: long after the line has changed."""
Steps = Iterator[Any]


@dataclass(slots=True)
class Tally:
    """What was counted of the attempts that began in the counted time."""

    first: int = 0
    attempts: int = 0
    refused: int = 0
    delayed: int = 0
    in_time: int = 0
    abandoned: int = 0
    given_up: int = 0
    waited: float = 0.0
    handled: float = 0.0
    errors: list[float] = field(default_factory=list)
    within: int = 0


class Play:
    """One run of a case; every seed is another one."""

    def __init__(self, case: Case, seed: int, contacts: int) -> None:
        self.simpy = import_module("simpy")
        self.case, self.random, self.tally = case, Random(seed), Tally()  # noqa: S311 - repeatable by its seed
        self.env = self.simpy.Environment()
        self.desk = self.simpy.Resource(self.env, capacity=case.agents)
        gap = 3600 / case.demand.arrivals
        self.start = WARM * case.demand.handling + (10 * AWAY if case.redial else 0)
        self.end = self.start + contacts * gap

    def figures(self) -> dict[str, float]:
        """Play it; the figures by the names that the formulas have."""
        self.env.process(self._arrivals())
        self.env.run()
        tally, demand = self.tally, self.case.demand
        attempts = max(1, tally.attempts)
        found = {
            "blocked": tally.refused / attempts,
            "delayed": tally.delayed / attempts,
            "mean wait": tally.waited / attempts,
            "answered in 20 s": tally.in_time / attempts,
            "occupancy": tally.handled / (self.end - self.start) / self.case.agents,
            "abandoned": tally.abandoned / attempts,
            "attempts per contact": tally.attempts / max(1, tally.first),
            "never served": tally.given_up / (demand.arrivals * (self.end - self.start) / 3600),
        }
        waits = max(1, len(tally.errors))
        return found | {
            "wait less estimate": sum(tally.errors) / waits,
            "waits within range": tally.within / waits,
        }

    def _arrivals(self) -> Steps:
        rate = self.case.demand.arrivals / 3600
        while True:
            yield self.env.timeout(self.random.expovariate(rate))
            if self.env.now >= self.end:
                return
            self.tally.first += self._counts()
            self.env.process(self._attempt())

    def _counts(self) -> bool:
        return bool(self.start <= self.env.now < self.end)

    def _attempt(self) -> Steps:
        began, counts, tally = self.env.now, self._counts(), self.tally
        busy, ahead = self.desk.count == self.case.agents, len(self.desk.queue)
        tally.attempts += counts
        tally.delayed += counts and busy
        if busy and self.case.model == "erlang B":
            tally.refused += counts
            return
        with self.desk.request() as turn:
            patience = self.case.demand.patience
            limits = [self.env.timeout(self.random.expovariate(1 / patience))] if patience else []
            yield self.simpy.AnyOf(self.env, [turn, *limits])
            waited = self.env.now - began
            tally.waited += waited * counts
            if not turn.triggered:
                tally.abandoned += counts
            else:
                tally.in_time += counts and waited <= WITHIN
                self._compare(waited, ahead, counts=counts and busy)
                yield from self._served(counts=counts)
                return
        yield from self._come_back(counts=counts)

    def _served(self, *, counts: bool) -> Steps:
        takes = self.random.expovariate(1 / self.case.demand.handling)
        self.tally.handled += takes * counts
        yield self.env.timeout(takes)

    def _come_back(self, *, counts: bool) -> Steps:
        if self.random.random() >= self.case.redial:
            self.tally.given_up += counts
            return
        yield self.env.timeout(self.random.expovariate(1 / AWAY))
        if self.env.now < self.end:
            yield from self._attempt()

    def _compare(self, waited: float, ahead: int, *, counts: bool) -> None:
        """The wait as it was beside the one that would have been told."""
        if counts and self.case.model == "delay":
            told = behind(ahead, self.case.agents, self.case.demand.handling)
            self.tally.errors.append(waited - told.mean)
            self.tally.within += told.low <= waited <= told.high
