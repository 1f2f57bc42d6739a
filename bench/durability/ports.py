"""The ports as a worker has them: each call goes to the store process, with two tries of a client's patience."""

from collections.abc import Callable, Iterator, KeysView, ValuesView
from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

from bench.durability.line import Line, NoAnswer, NobodyThere, TooLate
from bench.durability.messages import Asked, Said
from bench.durability.scenery import SECRET, Scenery
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.memory import MemoryPorts, MemorySecrets
from chalicelib.ports import Unavailable
from chalicelib.service.stores import Stores

TRIES = 2
HUNG = "no answer in time"
PATIENCE = 1.0
"""Seconds of the run's clock that a call may take: aws/clients.py says the same."""
PASSING = (Iterator, KeysView, ValuesView)
"""Arguments that cannot travel as they are."""
Step = Callable[[], None]


class Remote:
    """One port. Any of its methods is a call to the store process; `step` is run before and after each."""

    def __init__(self, ask: Callable[[Asked], Any], port: str, step: Step) -> None:
        self._ask, self._port, self._step = ask, port, step

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """The method."""

        def call(*args: Any, **named: Any) -> Any:
            self._step()
            plain = tuple(tuple(each) if isinstance(each, PASSING) else each for each in args)
            try:
                return self._ask(Asked(port=self._port, method=method, args=plain, named=named))
            finally:
                self._step()

        return call


class Asking:
    """Calls to the store process. Raises the ports' own errors, and Unavailable when two tries failed."""

    def __init__(self, scenery: Scenery, writer: int) -> None:
        self._line, self._patience = Line(scenery.address("store")), scenery.real(PATIENCE)
        self._writers = count(writer << 32)

    def __call__(self, asked: Asked) -> Any:
        """One call, tried again when it failed fast: aws/tries.py says the same."""
        marked = Asked(
            port=asked.port,
            method=asked.method,
            args=asked.args,
            named=asked.named,
            writer=next(self._writers),
        )
        said = Said(sick="not asked")
        for _ in range(TRIES):
            said = self._tried(marked)
            if said.sick in ("", HUNG):
                break
        if said.sick:
            raise Unavailable(f"{asked.port}.{asked.method}: {said.sick}")
        if said.error is not None:
            raise said.error
        return said.value

    def bare(self, method: str, *args: Any) -> Any:
        """A question of the platform's or of an observer, in all the time it takes. Raises NobodyThere, NoAnswer."""
        said: Said = self._line.ask(Asked(port="queues", method=method, args=args), 60.0)
        return said.value

    def _tried(self, asked: Asked) -> Said:
        try:
            return cast("Said", self._line.ask(asked, self._patience))
        except TooLate:
            return Said(sick=HUNG)
        except (NobodyThere, NoAnswer) as silent:
            return Said(sick=f"no answer: {silent}")


@cache
def channels(plan: str) -> tuple[str, ...]:
    """The plan's channels."""
    return tuple(read_plan(plan, 1).channels)


def stores(ask: Asking, plan: str, step: Step) -> Stores:
    """Every port of a worker; its secrets are cached, as a container's are."""
    remote = {name: Remote(ask, name, step) for name in MemoryPorts.__dataclass_fields__ if name != "secrets"}
    secrets = MemorySecrets()
    secrets.keys = (b"signing-key",)
    secrets.channels = {channel: {"secret": (SECRET,)} for channel in channels(plan)}
    return cast("Stores", SimpleNamespace(**remote, secrets=secrets))
