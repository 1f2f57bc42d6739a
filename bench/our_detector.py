"""Bascule's own detector on the bench: the domain's code, with the probes, receipts and canaries that feed it."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from random import Random

from bench.faults import Fault, Reply, reply
from chalicelib.domain.detection.batch import batch_of
from chalicelib.domain.detection.path import worth_writing
from chalicelib.domain.detection.receipts import arrived, missing, receipt_rules, speaks
from chalicelib.domain.health import PathHealth, Rules, State, believe, drawn, elapse, observe, suspect
from chalicelib.domain.model import EvidenceClass, Outcome, Signal

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
HARD, SILENT = EvidenceClass.HARD, EvidenceClass.SILENT
FAST = (10, 20, 30, 40, 50)
MINUTE = 60.0
SEND_DEADLINE = 8.0
RECEIPT_WAIT, CANARY_WAIT = 30.0, 15.0


def at(second: float) -> datetime:
    """The virtual clock's second as a moment."""
    return EPOCH + timedelta(seconds=second)


@dataclass(slots=True)
class Bascule:
    """One path. The minute's tick sends a probe (six when the path is suspect or worse), a canary if there are any."""

    fault: Fault
    seed: int
    canary: bool = False
    name: str = "bascule"
    rules: Rules = field(default_factory=Rules)
    turns: list[tuple[float, bool]] = field(default_factory=list)
    path: PathHealth = field(default_factory=lambda: PathHealth(path="p"))
    _receipts: deque[tuple[float, bool]] = field(default_factory=deque)
    _due: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    _steady: dict[EvidenceClass, float] = field(default_factory=dict)
    _count: int = 0
    _well: bool = True
    _draw: Random = field(init=False)
    _silent: Rules = field(init=False)

    def __post_init__(self) -> None:
        self._draw = Random(f"ours:{self.seed}")  # noqa: S311 - a simulation must be repeatable
        self._silent = receipt_rules(self.rules, 0.0)
        first = self.fault.stretches[0][0]
        self._at(first + self._draw.random() * MINUTE, self._tick)

    def until(self, second: float) -> None:
        """Do what is due."""
        while self._due and self._due[0][0] <= second:
            moment, _, action = heappop(self._due)
            self._judge(moment)
            action(moment)
        self._judge(second)

    def _judge(self, second: float) -> None:
        """Receipts are judged when their time is up, the good ones too: in the order in which they were sent."""
        while self._receipts and self._receipts[0][0] <= second:
            due, came = self._receipts.popleft()
            self._hear(due, due - RECEIPT_WAIT, came=came)

    def contact(self, second: float, key: str, answer: Reply) -> bool:
        """Give the contact to the provider unless the path is avoided, or the trial does not draw it."""
        if not self._well and not self._admits(second, key):
            return False
        if answer.slow:
            gen = self._gen(HARD)
            self._at(second + SEND_DEADLINE, lambda then: self._hard(then, Outcome.UNKNOWN, gen))
        elif answer.failed:
            self._hard(second, Outcome.OUTAGE)
        else:
            self._hard(second, Outcome.OK)
            self._receipts.append((second + RECEIPT_WAIT, not answer.vanished))
        return True

    def _admits(self, second: float, key: str) -> bool:
        belief = believe(self.path, at(second), self.rules)
        return belief.weight >= 1 or drawn(key, belief.salt, belief.weight)

    def _hear(self, second: float, sent: float, *, came: bool) -> None:
        if came and self._steady.get(SILENT, 0.0) > second:
            return
        if speaks(self.path.classes.get(SILENT), at(sent)):
            self._learn(
                second, arrived(at(second)) if came else missing(at(second), "no receipt"), self._silent
            )

    def _hard(self, second: float, outcome: Outcome, gen: int | None = None) -> None:
        if outcome is Outcome.OK and self._steady.get(HARD, 0.0) > second:
            return
        if gen is None or gen == self._gen(HARD):  # an outcome of an older generation is refused by the store
            self._learn(second, Signal(outcome=outcome, at=at(second)), self.rules)

    def _learn(self, second: float, signal: Signal, rules: Rules) -> None:
        before = self.path.classes.get(signal.evidence)
        batch = batch_of((signal,), self._gen(signal.evidence), rules)
        if batch is None or not worth_writing(batch, before, rules):
            return
        score = before.score if before else 0
        self.path, _ = observe(self.path, signal, rules)
        after = self.path.classes[signal.evidence]
        if after.score >= rules.suspect_from > score:
            self._hurry(second)
        sound = after.state is State.CLOSED and not after.score and not after.fine
        self._steady[signal.evidence] = second + rules.refresh if sound else 0.0
        self._turned(second)

    def _tick(self, second: float) -> None:
        self.path, _ = elapse(self.path, at(second), self.rules)
        self._turned(second)
        self._probe(second)
        if self.canary:
            self._canary(second)
        if self._restless():
            self._hurry(second)
        self._at(second + MINUTE, self._tick)

    def _hurry(self, second: float) -> None:
        for delay in FAST:
            self._at(second + delay, self._probe)
            if self.canary:
                self._at(second + delay, self._canary)

    def _probe(self, second: float) -> None:
        answer = self._ask(second)
        if answer.slow:
            self._at(second + SEND_DEADLINE, lambda then: self._hard(then, Outcome.OUTAGE))
        else:
            self._hard(second, Outcome.OUTAGE if answer.failed else Outcome.OK)
        if not self._well:
            self.path, _ = elapse(self.path, at(second), self.rules)
            self._turned(second)

    def _canary(self, second: float) -> None:
        answer = self._ask(second)
        if not answer.failed and not answer.slow:
            came = not answer.vanished
            self._at(second + CANARY_WAIT, lambda then: self._hear(then, second, came=came))

    def _ask(self, second: float) -> Reply:
        return reply(self.fault.at(second), self._draw.random())

    def _restless(self) -> bool:
        return not self._well or any(suspect(cls, self.rules) for cls in self.path.classes.values())

    def _turned(self, second: float) -> None:
        well = all(cls.state is State.CLOSED for cls in self.path.classes.values())
        if well != self._well:
            self.turns.append((second, well))
            self._well = well

    def _gen(self, evidence: EvidenceClass) -> int:
        cls = self.path.classes.get(evidence)
        return cls.gen if cls else 0

    def _at(self, second: float, action: Callable[[float], None]) -> None:
        self._count += 1
        heappush(self._due, (second, self._count, action))
