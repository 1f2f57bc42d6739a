"""A whole Bascule in one process on memory: its stores, its clock, desks that can be broken, and a pump for queues."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

from chalicelib.domain.model import row_key
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.handlers import probing, workers
from chalicelib.http_types import Answer, Call, NotSent, Request, Response
from chalicelib.memory import ManualClock, MemoryPorts
from chalicelib.ports import Note, PlanVersion, Ring
from chalicelib.settings import Settings
from chalicelib.wiring import Wired, use

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "whsec_" + b64encode(b"bascule-world-secret-24b").decode()

CHANNELS = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  shop:
    {kind: webhook, market: fr, settings: {url: "https://shop.example/in"},
     door: {url: "https://shop.example", labels: {fr: Boutique, en: Shop}}}
  box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}
  box-b: {kind: webhook, provider: beta, settings: {url: "https://b.example/in"}}
"""
DESKS = """desks:
  desk-a: {channel: box-a, target: {queue: sales}}
  desk-b: {channel: box-b, target: {queue: sales}}
"""
PURPOSES = """purposes:
  order: {match: [{channel: shop}], routes: {fr: [desk-a, desk-b]}, lane: normal, deadline: 4h}
"""
PLAN = CHANNELS + DESKS + PURPOSES

SETTINGS = Settings(
    **{
        name: name
        for name in Settings.__dataclass_fields__
        if name not in ("mail_topic", "private_hosts", "vantage", "home_region", "regions", "caller_rate")
    },
    vantage="test",
)


class Desks:
    """Every provider of the world, by host. `fault[host]` is a code to answer, or an error to raise."""

    def __init__(self) -> None:
        self.fault: dict[str, int | Exception] = {}
        self.took: list[tuple[str, dict]] = []
        self.calls: list[Call] = []
        self.bodies: dict[str, bytes] = {}
        self.on_call: Callable[[Call], None] = lambda _: None

    def send(self, call: Call) -> Response:
        self.calls.append(call)
        self.on_call(call)
        host = call.url.split("/")[2]
        fault = self.fault.get(host, 200)
        if isinstance(fault, Exception):
            raise fault
        if fault == 200 and call.method == "POST":
            self.took.append((host, json.loads(call.body)))
        return Response(code=fault, body=self.bodies.get(host, b"{}"), elapsed=20)

    def contacts(self, host: str) -> list[dict]:
        return [
            event for where, event in self.took if where == host and event.get("type") == "contact.message"
        ]

    def replies(self, host: str) -> list[dict]:
        return [event for where, event in self.took if where == host and event.get("type") == "contact.reply"]


class World:
    """One deployment. `say` brings a person's message in; `run` lets the functions work until nothing is rung."""

    def __init__(
        self, plan: str = PLAN, ports: MemoryPorts | None = None, *, settings: Settings = SETTINGS
    ) -> None:
        self.clock = ManualClock(START)
        self.ports = ports or MemoryPorts()
        self.desks = Desks()
        self.wired = Wired(stores=self.ports, http=self.desks, clock=self.clock, settings=settings)
        self.ports.secrets.keys = (b"signing-key",)
        self.ports.events.queues = self.ports.queues
        self.posts: list[tuple[datetime, Note]] = []
        self.versions = 0
        self.bells: list[tuple[datetime, Ring]] = []
        if plan:
            self.publish(plan)

    def publish(self, text: str) -> None:
        self.versions += 1
        plan = read_plan(text, self.versions)
        for channel in plan.channels:
            self.ports.secrets.channels.setdefault(channel, {"secret": (SECRET,)})
        version = PlanVersion(
            version=self.versions, text=text, digest=plan.digest, author="t", reason="t", at=self.clock.now(),
            compiled=dump_plan(plan),
        )  # fmt: skip
        self.ports.plans.publish(version)
        self.clock.advance(3)
        self.wired.tick.flip()

    def say(self, text: str = "hello", *, id_: str = "m1", person: str = "ann", **data: object) -> Answer:
        body = {
            "type": "contact.message",
            "data": {"customer": {"id": person, "language": "en"}, "text": text, **data},
        }
        return self.wired.acceptance.receive("shop", self.signed(body, id_), self.clock.now()).answer

    def signed(self, body: dict, id_: str) -> Request:
        raw = json.dumps(body, ensure_ascii=False).encode()
        now = self.clock.now()
        signature = Webhook(SECRET).sign(id_, now, raw.decode())
        stamp = str(int(now.timestamp()))
        headers = {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature}
        return Request(headers=headers, body=raw, url="/hooks/shop")

    def run(self) -> None:
        """Let the queues drain of what is due by the clock: bells after their delay, evidence and flips at once."""
        with use(self.wired):
            for _ in range(200):
                if not self._pump():
                    return
        raise AssertionError("the queues never came to rest")

    def minute(self) -> None:
        """One scheduled tick with all it leads to: probes at their delays, flips, sweeps."""
        with use(self.wired):
            workers.tick({}, None)
            for second in range(0, 60, 5):
                self._probe(second)
                self.run()
                self.clock.advance(5)
            self.run()

    def serve(self) -> None:
        """Have backlogs looked at once, as the probe function is asked to."""
        notes = self.ports.queues.notes
        turns = [note for note in notes if note.queue == "probes" and '"backlog"' in note.body]
        notes[:] = [note for note in notes if note not in turns]
        for note in turns:
            probing.probed(self.wired, note.body)

    def row(self, id_: str = "m1"):
        return self.ports.contacts.get(row_key("shop", "", id_))

    def _probe(self, second: int) -> None:
        notes = self.ports.queues.notes
        due = [n for n in notes if n.queue == "probes" and n.delay <= second]
        notes[:] = [n for n in notes if n not in due]
        for note in due:
            probing.probed(self.wired, note.body)

    def _pump(self) -> int:
        queues, now = self.ports.queues, self.clock.now()
        self.bells += [(now + timedelta(seconds=ring.delay), ring) for ring in queues.take_bells()]
        bells = [ring for at, ring in self.bells if at <= now]
        self.bells = [(at, ring) for at, ring in self.bells if at > now]
        for ring in bells:
            self.wired.delivery.answer(ring.key)
        self.wired.believer.settle(self.clock)
        notes = [(name, note) for name in ("evidence", "flips") for note in queues.take_notes(name)]
        posts = [*queues.take_notes("announcements"), *queues.take_notes("overflow")]
        self.posts += [(now + timedelta(seconds=note.delay), note) for note in posts]
        notes += [(note.queue, note) for at, note in self.posts if at <= now]
        self.posts = [(at, note) for at, note in self.posts if at > now]
        functions = {
            "evidence": workers.evidence,
            "flips": workers.tick,
            "overflow": workers.replay_overflow,
            "announcements": workers.announce,
        }
        for name, note in notes:
            failed = functions[name]({"Records": [{"messageId": "1", "body": note.body}]}, None)
            assert not failed.get("batchItemFailures"), (name, note.body)
        return len(bells) + len(notes)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


__all__ = ["CHANNELS", "PLAN", "PURPOSES", "SECRET", "START", "Desks", "NotSent", "World", "hours"]
