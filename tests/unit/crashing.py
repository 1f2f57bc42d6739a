"""A deployment whose functions can die before or after any one call to a port, with everything they had in hand."""

from collections.abc import Callable
from dataclasses import replace

from chalicelib.channels import Capability
from chalicelib.channels.webhook import Webhook
from chalicelib.domain.model import Message, Receipt, ReceiptState, Sent
from chalicelib.memory import MemoryContacts, MemoryHealth, MemoryLedger, MemoryPorts, MemoryQueues
from chalicelib.ports import Missing, Note, Stale
from chalicelib.service.registry import config_of
from chalicelib.service.wire import Evidence, dump_evidence
from chalicelib.wiring import use
from tests.world import World

CALLS = {
    "add",
    "get",
    "save",
    "history",
    "alias",
    "find",
    "lease",
    "bell",
    "put",
    "fold",
    "flip",
    "read",
    "append",
    "append_once",
}
ANSWER = "Tomorrow."


class Crash(BaseException):
    """The function died here."""


class Fuse:
    """Blows at one call, counted from when it is armed, before or after the call takes effect; once."""

    def __init__(self, at: int = -1, *, after: bool = False) -> None:
        self.at, self.after = at, after
        self.armed, self.count, self.named = False, 0, ""

    def wrap(self, call: Callable, name: str) -> Callable:
        def counted(*given, **named):
            if not self.armed:
                return call(*given, **named)
            mine, self.count = self.count == self.at, self.count + 1
            if mine:
                self.named = name
            if mine and not self.after:
                raise Crash
            answer = call(*given, **named)
            if mine:
                raise Crash
            return answer

        return counted


class Fused:
    """A port behind a fuse."""

    def __init__(self, port: object, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str):
        found = getattr(self._port, name)
        return self._fuse.wrap(found, f"{type(self._port).__name__}.{name}") if name in CALLS else found


class OnlyOnce(Webhook):
    """A provider that takes no key and cannot look a send up."""

    idempotent = False
    capabilities = frozenset({Capability.SEND})


class Reports(OnlyOnce):
    """One that reports on what it took, too."""

    def send(self, message: Message, now) -> Sent:
        return replace(super().send(message, now), provider_id=f"p-{message.key}", receipt_due=True)


class Kinds:
    """A registry of such providers."""

    def __init__(self, world: World, kinds: dict[str, type[Webhook]]) -> None:
        self.world, self.kinds = world, kinds

    def get(self, plan, channel):
        made = self.kinds.get(channel, Webhook)
        return made(
            config_of(plan.channels[channel], self.world.ports.secrets.channel(channel)), self.world.desks
        )


class Story:
    """A person writes, a desk takes it, an agent answers, the answer goes out, a receipt comes."""

    def __init__(self, fuse: Fuse, desk: type[Webhook], trouble: dict | None = None) -> None:
        """`trouble` is what ails each host for the first half minute."""
        self.fuse = fuse
        ports = MemoryPorts(
            contacts=Fused(MemoryContacts(), fuse),
            health=Fused(MemoryHealth(), fuse),
            queues=Fused(MemoryQueues(), fuse),
            ledger=Fused(MemoryLedger(), fuse),
        )
        self.world = World(ports=ports)
        self.world.desks.send = fuse.wrap(self.world.desks.send, "http")
        self.world.wired.delivery.hands.registry = Kinds(
            self.world, {"box-a": desk, "box-b": desk, "shop": Reports}
        )
        self.answered: set[str] = set()
        self.reported: set[str] = set()
        self.world.desks.fault.update(trouble or {})
        fuse.armed = True

    def play(self, minutes: int = 6) -> "Story":
        self._until_taken(self.world.say)
        for quarter in range(minutes * 4):
            if quarter == 2:
                self.world.desks.fault.clear()
            self._work()
            self._agents()
            self._receipts()
            self._work()
            self.world.clock.advance(15)
            self._survive(self.world.wired.tick.minute)
        return self

    def rows(self, kind: str):
        return [row for row in self.world.ports.contacts.page(99)[0] if row.kind.value == kind]

    def _until_taken(self, send: Callable) -> None:
        """As vendors do: the same request again until it is taken."""
        while not self._survive(send):
            self.world.clock.advance(5)

    def _survive(self, call: Callable, *given) -> bool:
        try:
            call(*given)
        except Crash:
            return False
        return True

    def _work(self) -> None:
        """Bells that were in a dead function's hands are lost; evidence comes back, as from a queue."""
        queues, wired = self.world.ports.queues, self.world.wired
        with use(wired):
            for ring in queues.take_bells():
                self._survive(wired.delivery.answer, ring.key)
            for note in queues.take_notes("evidence"):
                if not self._heard(note):
                    queues.notes.append(note)
            for _ in queues.take_notes("flips"):
                self._survive(wired.tick.flip)

    def _heard(self, note: Note) -> bool:
        try:
            return self._survive(self.world.wired.hearing.take, note.body)
        except (Missing, Stale):
            return False

    def _agents(self) -> None:
        world = self.world
        for event in (*world.desks.contacts("a.example"), *world.desks.contacts("b.example")):
            reference = event["data"]["reference"]
            if reference not in self.answered:
                self.answered.add(reference)
                told = {"type": "contact.reply", "data": {"reference": reference, "text": ANSWER}}
                self._until_taken(
                    lambda told=told, name=f"reply-{reference}": world.wired.acceptance.receive(
                        "box-a", world.signed(told, name), world.clock.now()
                    )
                )

    def _receipts(self) -> None:
        for event in self.world.desks.replies("shop.example"):
            name = f"p-{event['data']['reference']}"
            if name not in self.reported:
                self.reported.add(name)
                about = Receipt(provider_id=name, state=ReceiptState.DELIVERED)
                body = dump_evidence(Evidence(channel="shop", account="", about=about))
                self.world.ports.queues.notes.append(Note(queue="evidence", body=body))
