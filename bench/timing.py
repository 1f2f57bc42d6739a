"""How things are timed: this process's CPU, in rounds in which all subjects take turns, and medians."""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Run = Callable[[], object]
Prepare = Callable[[int], Run]
"""Makes ready, untimed, what will run so many times when it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Microseconds of CPU per call, by subject, one figure for each round."""

    rounds: Mapping[str, tuple[float, ...]]

    def of(self, subject: str) -> float:
        """The median over all rounds."""
        return median(self.rounds[subject])

    def ratio(self, subject: str, base: str) -> float:
        """The median of the rounds' own ratios: what slowed a round down slowed both."""
        return median(a / b for a, b in zip(self.rounds[subject], self.rounds[base], strict=True))


def race(subjects: Mapping[str, Prepare], *, rounds: int, calls: int) -> Times:
    """Time every subject in every round, each round beginning with another one; the first round only warms up."""
    found: dict[str, list[float]] = {name: [] for name in subjects}
    names = list(subjects)
    # What the benchmark itself has loaded is no function's heap: the collector shall not walk it in what is timed.
    gc.collect()
    gc.freeze()
    for number in range(rounds + 1):
        for name in names:
            spent = _timed(subjects[name](calls)) / calls
            if number:
                found[name].append(spent)
        names = [*names[1:], names[0]]
    gc.unfreeze()
    return Times(rounds={name: tuple(times) for name, times in found.items()})


def again(action: Run) -> Prepare:
    """A subject that does the same each time."""

    def prepare(calls: int) -> Run:
        def run() -> None:
            for _ in range(calls):
                action()

        return run

    return prepare


def _timed(run: Run) -> float:
    gc.collect()
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1e6
