"""What one worker is: the real services on remote ports, a network that leads to the providers, and a fuse."""

import os
import signal
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any, ClassVar, cast

from bench.durability.line import Line, NoAnswer, NobodyThere
from bench.durability.messages import Sent
from bench.durability.ports import Asking, stores
from bench.durability.provider import REPORTS
from bench.durability.scenery import PLAN, UNKEYED, Scenery
from chalicelib.channels import Capability, MissingSetting, Parsed, UnknownKind
from chalicelib.channels._json import load_table
from chalicelib.channels.webhook import Webhook
from chalicelib.domain.detection.promise import ReceiptPromise
from chalicelib.domain.model import Message, Outcome, Receipt, ReceiptState
from chalicelib.domain.model import Sent as Taken
from chalicelib.domain.outbox import RECEIPT_WAIT
from chalicelib.domain.plan import Plan
from chalicelib.handlers import workers
from chalicelib.http_types import Call, Http, MaybeSent, NotSent, Request, Response
from chalicelib.ports import Missing, Unavailable
from chalicelib.service.registry import config_of
from chalicelib.service.situation import NoSituation
from chalicelib.settings import Settings
from chalicelib.wiring import Wired

FUNCTIONS = {
    "deliveries": workers.deliver, "evidence": workers.evidence, "overflow": workers.replay_overflow,
    "flips": workers.tick, "minute": workers.tick, "probes": workers.probe, "announcements": workers.announce,
}  # fmt: skip
CALLS = {"intake": 8, "deliveries": 40, "evidence": 16}
"""About how many ends of calls a step has: where its process dies is drawn among them, and at the very end beyond."""
DEADLINE = 8.0


class Fuse:
    """Kills this process, as nobody can catch it, in a drawn share of its steps: between any two calls of the step."""

    def __init__(self, draw: Random, share: float) -> None:
        self._draw, self._share = draw, share
        self._left: int | None = None

    def arm(self, step: str) -> None:
        """A step begins."""
        dies = self._draw.random() < self._share
        self._left = self._draw.randrange(CALLS.get(step, 16)) if dies else None

    def burn(self) -> None:
        """Before and after each call of the step."""
        if self._left is None:
            return
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    def rest(self) -> None:
        """The step is done, and nobody was told yet."""
        if self._left is not None:
            os.kill(os.getpid(), signal.SIGKILL)


class Network(Http):
    """Leads every call to the providers' process."""

    def __init__(self, scenery: Scenery, fuse: Fuse) -> None:
        self._scenery, self._fuse = scenery, fuse
        self._line = Line(scenery.address("provider"))

    def send(self, call: Call) -> Response:
        """One call within its deadline."""
        self._fuse.burn()
        asked = Sent(host=call.url.split("/")[2], method=call.method, headers=call.headers, body=call.body)
        try:
            said = self._line.ask(asked, self._scenery.real(call.within or DEADLINE))
        except NobodyThere as absent:
            raise NotSent(str(absent)) from absent
        except NoAnswer as silent:
            raise MaybeSent(str(silent)) from silent
        finally:
            self._fuse.burn()
        if said == "refused":
            raise NotSent("refused")
        return Response(
            code=int(said), body=b"{}", headers={"retry-after": "2"} if said == "429" else {}, elapsed=20
        )


class Reporting(Webhook):
    """A desk that reports on what it took."""

    receipts = ReceiptPromise(wait=RECEIPT_WAIT, missing=0.02)

    def send(self, message: Message, now: datetime) -> Taken:
        """The desk has a name of its own for it."""
        return replace(super().send(message, now), provider_id=f"a-{message.key}", receipt_due=True)

    def parse(self, request: Request, now: datetime) -> Parsed:
        """A receipt, or what any desk says."""
        event = load_table(request.body)
        if event.get("type") != "message.receipt":
            return super().parse(request, now)
        told: Any = event["data"]
        state = ReceiptState(told["state"])
        outcome = Outcome.OUTAGE if state is ReceiptState.FAILED else Outcome.OK
        return Parsed(receipts=(Receipt(provider_id=told["id"], state=state, outcome=outcome),))


class OnlyOnce(Webhook):
    """A desk that takes no key, and cannot look a send up."""

    idempotent: ClassVar[bool] = False
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.SEND})


class Kinds:
    """A registry of these."""

    def __init__(self, wired: Wired) -> None:
        self._wired = wired

    def get(self, plan: Plan, channel: str) -> Webhook:
        """The working channel. Raises Missing."""
        planned = plan.channels.get(channel)
        if planned is None:
            raise Missing(channel)
        host = str(planned.settings["url"]).split("/")[2]
        kind = {REPORTS: Reporting, UNKEYED: OnlyOnce}.get(host, Webhook)
        return kind(config_of(planned, self._wired.stores.secrets.channel(channel)), self._wired.http)


def wired_for(scenery: Scenery, ask: Asking, fuse: Fuse) -> Wired:
    """The real services on remote ports."""
    names = {name: name for name in Settings.__dataclass_fields__}
    settings = Settings(
        **names | {"mail_topic": "", "private_hosts": "", "vantage": "bench", "home_region": ""}
    )
    made = Wired(
        stores=stores(ask, PLAN, fuse.burn), http=Network(scenery, fuse), clock=scenery, settings=settings
    )
    made.registry = cast("Any", Kinds(made))
    return made


def accepted(wired: Wired, channel: str, headers: dict[str, str], body: bytes) -> int:
    """The intake's answer to one request: its code, as handlers/intake.py gives it."""
    request = Request(headers=headers, body=body, url=f"/hooks/{channel}")
    try:
        return wired.acceptance.receive(channel, request, wired.clock.now()).answer.code
    except (NoSituation, MissingSetting, UnknownKind, Unavailable):
        return 503
