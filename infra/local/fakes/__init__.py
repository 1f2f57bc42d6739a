"""Fake providers on loopback, with faults that can be switched: the vendors of `make up` and of the tests."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from infra.local.fakes.chatwoot import ChatwootFake
from infra.local.fakes.desk import DeskFake
from infra.local.fakes.faults import Faults, Mode
from infra.local.fakes.journal import Entry
from infra.local.fakes.meta import MessengerFake, WhatsappFake
from infra.local.fakes.provider import Provider
from infra.local.fakes.server import HOST, Listening, Running
from infra.local.fakes.subscriber import SubscriberFake
from infra.local.fakes.twilio import TwilioFake
from infra.local.fakes.wire import Arrived, Reply, told

ALL: Mapping[str, type[Provider]] = {
    "messenger": MessengerFake,
    "whatsapp": WhatsappFake,
    "twilio": TwilioFake,
    "chatwoot": ChatwootFake,
    "desk-a": DeskFake,
    "desk-b": DeskFake,
    "subscriber": SubscriberFake,
}


class Fakes:
    """Runs fake providers, each on its own free port, and one control port that works while they are down.

    Control: `POST {control}/_fake/{name}/faults {"mode", "share", "delay_s"}`, `GET .../journal`, `POST .../hook
    {"url"}` (where the vendor sends receipts and desk outcomes), `POST .../clear`; the same without the name on
    a provider's own port while it listens.
    """

    def __init__(self, providers: Mapping[str, type[Provider]] = ALL) -> None:
        self._wanted = providers
        self._running: dict[str, Running] = {}
        self._control: Listening | None = None

    def __enter__(self) -> Self:
        try:
            for name, kind in self._wanted.items():
                self._running[name] = Running(kind(name))
            self._control = Listening(0, self._answer)
        except OSError:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __getitem__(self, name: str) -> Running:
        return self._running[name]

    def stop(self) -> None:
        """Stop them all; nothing stays behind."""
        working: list[Listening | Running] = [*self._running.values()]
        working += [self._control] if self._control else []
        with ThreadPoolExecutor() as pool:
            ended = [pool.submit(one.stop) for one in working]
        for one in ended:
            one.result()
        self._control, self._running = None, {}

    def set(self, name: str, mode: Mode | str, share: float = 1.0, delay_s: float = 20.0) -> None:
        """Give one provider a fault. Raises KeyError, or ValueError for an unknown mode."""
        self[name].set(Faults(mode=Mode(mode), share=share, delay_s=delay_s))

    def heal(self) -> None:
        """End all faults."""
        for running in self._running.values():
            running.set(Faults())

    def taken(self, name: str) -> tuple[Entry, ...]:
        """What really arrived at one provider, each item once per time it was taken, in order."""
        return tuple(self[name].stage.journal.taken())

    def describe(self) -> dict[str, object]:
        """Everything a parent process needs to know, as JSON values."""
        port = self._control.server_port if self._control else 0
        providers = {name: running.describe() for name, running in self._running.items()}
        return {"control": f"http://{HOST}:{port}", "providers": providers}

    def _answer(self, arrived: Arrived) -> Reply:
        known, _, verb = "/".join(arrived.parts[1:]).partition("/")
        if arrived.parts[:1] == ("_fake",) and known in self._running:
            return self._running[known].control(verb, arrived)
        return told(404, {"error": f"/_fake/NAME/..., with NAME one of {', '.join(self._running)}"})


__all__ = ["ALL", "Entry", "Fakes", "Faults", "Mode", "Provider", "Running"]
