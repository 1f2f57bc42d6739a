"""A deployment whose functions can die before or after any one call to a port, with everything they had in hand."""

import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

from chalicelib.channels import Capability
from chalicelib.channels.webhook import Webhook
from chalicelib.domain.model import Message, Receipt, ReceiptState, Sent
from chalicelib.handlers import probing, workers
from chalicelib.http_types import Request
from chalicelib.memory import MemoryPorts
from chalicelib.ports import Missing, Note, Stale
from chalicelib.service.canary_turns import Pace, canary_note
from chalicelib.service.registry import config_of
from chalicelib.service.wire import Evidence, dump_evidence
from chalicelib.wiring import use
from tests.world import PLAN, World

SHOP = 'settings: {url: "https://shop.example/in"}'
ANSWER = "Tomorrow."


READS = {
    "get",
    "read",
    "everything",
    "loads",
    "history",
    "due",
    "page",
    "find",
    "works",
    "current",
    "versions",
}
READS |= {"channel", "signing_keys", "probers", "seen", "voices", "erased", "entries", "now"}
"""Calls that change nothing: to die after one is to die before the next. All others are disturbed on both sides."""


class Crash(BaseException):
    """The function died here."""


class Fuse:
    """Blows at one call, counted from when it is armed, before or after the call takes effect; once."""

    def __init__(self, at: int = -1, *, after: bool = False) -> None:
        self.at, self.after = at, after
        self.armed, self.count, self.named = False, 0, ""
        self.sites: dict[tuple[str, ...], int] = {}
        """Each place in our code from which a port is called, by the way there, with its first call's number."""
        self.doing = ""

    def wrap(self, call: Callable, name: str) -> Callable:
        def counted(*given, **named):
            if not self.armed:
                return call(*given, **named)
            if self.at < 0:
                self.sites.setdefault((self.doing, name, *way_here()), self.count)
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


def way_here() -> tuple[str, ...]:
    """The lines of our own code that lead to this call, the innermost first."""
    found, frame = [], sys._getframe(1)
    while frame is not None:
        if "/chalicelib/" in frame.f_code.co_filename and "/memory/" not in frame.f_code.co_filename:
            found.append(f"{Path(frame.f_code.co_filename).stem}:{frame.f_lineno}")
        frame = frame.f_back
    return tuple(found)


def disturbances(whole: Fuse, *, publishing: bool) -> list[Fuse]:
    """One for each place that an undisturbed run came by, before it and, where something changed, after it.

    What `tick` does but for its sweep is the same in every story: `publishing` asks for its places, too.
    """
    return [
        Fuse(at, after=after)
        for site, at in whole.sites.items()
        for after in (False, True)
        if not after or site[1].rpartition(".")[2] not in READS
        if publishing or not ticking(site) or site[1] in ("MemoryContacts.due", "MemoryQueues.bell")
    ]


def ticking(site: tuple[str, ...]) -> bool:
    """True for a place that the minute's work came by."""
    return any(step.startswith("tick:") for step in site[2:])


class Fused:
    """A port behind a fuse: every method that it has."""

    def __init__(self, port: object, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str):
        found = getattr(self._port, name)
        own = callable(found) and not name.startswith(("_", "take_"))
        return self._fuse.wrap(found, f"{type(self._port).__name__}.{name}") if own else found

    def __setattr__(self, name: str, value: object) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._port, name, value)


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

    plan = PLAN

    def __init__(self, fuse: Fuse, desk: type[Webhook], trouble: dict | None = None) -> None:
        """`trouble` is what ails each host for the first half minute."""
        self.fuse = fuse
        made = {one.name: one.default_factory for one in fields(MemoryPorts) if one.init}
        ports = MemoryPorts(**{name: Fused(make(), fuse) for name, make in made.items()})
        self.world = World(self.plan, ports)
        self.world.desks.send = fuse.wrap(self.world.desks.send, "http")
        self.world.wired.delivery.hands.registry = Kinds(
            self.world, {"box-a": desk, "box-b": desk, "shop": Reports}
        )
        self.answered: set[str] = set()
        self.reported: set[str] = set()
        self.world.desks.fault.update(trouble or {})
        fuse.armed = True

    def play(self, minutes: int = 6) -> "Story":
        self._begin()
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

    def _begin(self) -> None:
        self._until_taken(self.world.say)

    def _until_taken(self, send: Callable) -> None:
        """As vendors do: the same request again until it is taken."""
        while not self._survive(send):
            self.world.clock.advance(5)

    def _survive(self, call: Callable, *given, of: str = "") -> bool:
        self.fuse.doing = of
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
                self._survive(wired.delivery.answer, ring.key, of=self._kind(ring.key))
            for note in queues.take_notes("overflow"):
                if not self._survive(self._replayed, note):
                    queues.notes.append(note)
            for note in queues.take_notes("probes"):
                if "canary" in note.body:
                    self._survive(probing.canaries(wired).run, note.body)
            for note in queues.take_notes("evidence"):
                if not self._heard(note):
                    queues.notes.append(note)
            for _ in queues.take_notes("flips"):
                self._survive(wired.tick.flip)

    def _kind(self, key: str) -> str:
        armed, self.fuse.armed = self.fuse.armed, False
        try:
            return self.world.ports.contacts.get(key).kind.value
        finally:
            self.fuse.armed = armed

    def _replayed(self, note: Note) -> None:
        """As its queue hands it out: what fails comes back."""
        record = {"messageId": "1", "body": note.body}
        if workers.replay_overflow({"Records": [record]}, None)["batchItemFailures"]:
            self.world.ports.queues.notes.append(note)

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


class HeldStory(Story):
    """The table is away when the person writes: the request waits in the overflow queue, and is accepted later."""

    def _begin(self) -> None:
        self.world.ports.contacts.down = True
        self._until_taken(self.world.say)
        self.world.ports.contacts.down = False


class TwoWordsStory(Story):
    """The person writes twice, on a medium where the order is heard."""

    def _begin(self) -> None:
        for name in ("m1", "m2"):
            self._until_taken(lambda name=name: self.world.say(name, id_=name))
            self.world.clock.advance(1)


class CanaryStory(Story):
    """Our own test contact goes out and comes back by the door, beside the person's."""

    plan = PLAN.replace(SHOP, f"{SHOP}, canary: {{from: tester, every: 5m, wait: 30s, most_per_day: 600}}")

    def _begin(self) -> None:
        super()._begin()
        self.world.desks.on_call = self._led_back
        at = self.world.clock.now()
        self.world.ports.queues.notes.append(canary_note("shop", at, Pace.CALM))
        self._work()

    def _led_back(self, call) -> None:
        if call.url == "https://bascule.example/hooks/shop":
            request = Request(headers=dict(call.headers), body=call.body, url="/hooks/shop")
            self.world.wired.acceptance.receive("shop", request, self.world.clock.now())
