"""One deployment that is shot at through its handlers, and what became of each shot."""

from dataclasses import dataclass, replace
from time import process_time_ns
from types import SimpleNamespace

from app import app
from chalicelib.aws.rows import row_item, row_of
from chalicelib.aws.table import plain, typed
from chalicelib.bells import dump_ring
from chalicelib.domain.outbox import Row
from chalicelib.handlers import workers
from chalicelib.memory import MemoryContacts, MemoryPorts
from chalicelib.service.accept import Acceptance
from chalicelib.service.handled import Handled
from chalicelib.wiring import use
from tests.fuzz.shots import Shot, event, record
from tests.fuzz.vendors import VENDORS, plan
from tests.world import World

LARGEST_ITEM, LARGEST_NOTE = 400_000, 1_048_576
"""Bytes: what the table and the queues take."""


class StrictContacts(MemoryContacts):
    """A contact store that takes only what the table could, and gives back what the table would."""

    def add(self, row: Row) -> Row | None:
        stored = typed({"pk": row.key, "sk": "c", **row_item(row)})
        size = sum(
            len(name) + len(str(next(iter(value.values()))).encode()) for name, value in stored.items()
        )
        assert size <= LARGEST_ITEM, f"an item of {size} bytes"
        read = row_of(plain(stored))
        assert replace(read, due_at=None).contact.party == row.contact.party
        return super().add(row)


class Recorded(Acceptance):
    """The intake's service, which tells the gallery what it did."""

    def receive(self, *given, **named) -> Handled:
        SEEN.append(super().receive(*given, **named))
        return SEEN[-1]


SEEN: list[Handled] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """`code` is 0 where there is none to give (the topic's function); `nanoseconds` are of this process's CPU."""

    code: int
    rows: int
    notes: int
    nanoseconds: int
    handled: Handled | None
    escaped: str = ""

    @property
    def got_in(self) -> bool:
        """True when anything was written for it."""
        return bool(self.rows or self.notes)

    @property
    def parsed(self) -> bool:
        """True when its proof was taken and its body was looked at."""
        handled = self.handled
        if handled is None or handled.because == "handshake":
            return False
        return handled.refusal is None or handled.refusal.value in ("malformed", "wrong_account")


class Gallery:
    """A new world with a channel of each kind."""

    def __init__(self) -> None:
        ports = MemoryPorts(contacts=StrictContacts())
        ports.secrets.channels |= {v.channel: dict(v.secrets) for v in VENDORS}
        ports.secrets.refreshed += [
            v.channel for v in VENDORS
        ]  # no second look at secrets for each forged one
        self.world = World(plan(), ports=ports)
        self.ports, wired = ports, self.world.wired
        made = wired.acceptance
        wired.acceptance = Recorded(**{name: getattr(made, name) for name in Acceptance.__slots__})

    def fire(self, shot: Shot) -> Hit:
        """One request, from outside."""
        SEEN.clear()
        before, noted = len(self.ports.contacts._rows), len(self.ports.queues.notes)
        began, code, escaped = process_time_ns(), 0, ""
        try:
            code = self._sent(shot)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not happen
            escaped = f"{type(error).__name__}: {error}"[:300]
        taken = process_time_ns() - began
        notes = self.ports.queues.notes[noted:]
        assert all(len(note.body.encode()) <= LARGEST_NOTE for note in notes)
        return Hit(
            code=code, rows=len(self.ports.contacts._rows) - before, notes=len(notes), nanoseconds=taken,
            handled=SEEN[-1] if SEEN else None, escaped=escaped,
        )  # fmt: skip

    def forget(self) -> None:
        """Rows, bells and notes so far are thrown away."""
        self.ports.contacts._rows.clear()
        self.ports.contacts._works.clear()
        self.world.desks.took.clear()
        self.world.desks.calls.clear()
        self.ports.queues.rung.clear()
        self.ports.queues.notes.clear()

    def deliver(self) -> list[str]:
        """What got in goes on: handed over or heard, by the functions' own code; what escapes from them."""
        escaped = []
        notes = [note.body for note in self.ports.queues.notes if note.queue == "evidence"]
        with use(self.world.wired):
            for name, function, bodies in (
                ("deliver", workers.deliver, [dump_ring(ring) for ring in self.ports.queues.take_bells()]),
                ("evidence", workers.evidence, notes),
            ):
                records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]
                try:
                    function({"Records": records}, None)
                except Exception as error:  # noqa: BLE001 - whatever it is, it must not happen
                    escaped.append(f"{name}: {type(error).__name__}: {error}"[:300])
        self.forget()
        return escaped

    def _sent(self, shot: Shot) -> int:
        with use(self.world.wired):
            if not shot.topic:
                return int(app(event(shot), SimpleNamespace())["statusCode"])
            workers.mail(record(shot), None)
            return 0
