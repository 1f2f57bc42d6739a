"""The product on moto's AWS, with a meter before it: a plan, its secrets, desks that answer, queues read by hand."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from io import StringIO
from typing import Any

import botocore.session
from moto import mock_aws
from moto.core.models import botocore_stubber

from app import app
from bench.scale.lines import metrics, told
from bench.scale.meter import Meter, Tally
from bench.stage import SETTINGS, Event
from chalicelib import wiring
from chalicelib.aws.clients import Clients
from chalicelib.aws.ports import AwsPorts, Names
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.handlers import workers
from chalicelib.http_types import Call, Response
from chalicelib.memory import ManualClock
from chalicelib.ports import PlanVersion
from chalicelib.wiring import Wired
from infra import stores
from infra.local.bare import made, signing

Json = dict[str, Any]
HOME = replace(SETTINGS, home_region="", vantage="home")
KEYS = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example", "AWS_DEFAULT_REGION": "eu-west-3"}


@dataclass(slots=True)
class Desks:
    """Http: every provider answers 200 at once; waiting is added by the model, not here."""

    calls: list[Call] = field(default_factory=list)

    def send(self, call: Call) -> Response:
        """Take it."""
        self.calls.append(call)
        return Response(code=200, body=b'{"message_id": "m", "recipient_id": "r"}', elapsed=200)


@dataclass(slots=True)
class Rig:
    """One deployment; every act gives what it cost."""

    wired: Wired
    ports: AwsPorts
    clock: ManualClock
    meter: Meter
    urls: Mapping[str, str]
    lines: StringIO

    def request(self, event: Event) -> Tally:
        """One request at the gateway's door, answered 200."""
        with self._metered() as tally:
            answer = app(event, None)
        if answer["statusCode"] != HTTPStatus.OK:
            raise AssertionError(f"the door said {answer}")
        return tally

    def batch(self, name: str, bodies: list[str]) -> Tally:
        """One run of a function for messages of its queue, none of which may fail."""
        records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]
        event = {"Records": records} if bodies else {}
        with self._metered() as tally:
            done = getattr(workers, name)(event, None)
        if done.get("batchItemFailures"):
            raise AssertionError(f"{name} failed: {self.lines.getvalue()[-2000:]}")
        return tally

    def messages(self, queue: str) -> list[str]:
        """What waits in a queue, those with a delay included once the rig's day has passed it by."""
        client, found = self.ports.clients("sqs"), []
        while got := client.receive_message(QueueUrl=self.urls[queue], MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for each in got:
                found.append(each["Body"])
                client.delete_message(QueueUrl=self.urls[queue], ReceiptHandle=each["ReceiptHandle"])
        return found

    @contextmanager
    def _metered(self) -> Iterator[Tally]:
        """With the bytes of log that were written, as CloudWatch charges them: 26 more a line."""
        self.lines.seek(0)
        self.lines.truncate()
        with wiring.use(self.wired), self.meter.act() as tally:
            yield tally
        written = self.lines.getvalue()
        tally.calls["logs:bytes"] = len(written.encode()) + 26 * written.count("\n")
        tally.metrics = {metric for line in written.splitlines() for metric in metrics(json.loads(line))}


@contextmanager
def rig(plan: str, secrets: Mapping[str, Json], now: datetime) -> Iterator[Rig]:
    """A deployment with its plan published and its first snapshot out."""
    with mock_aws(), _environment(), told() as lines:
        botocore_stubber.enabled = False
        session = botocore.session.get_session()
        meter = Meter({n: n for n in stores.TABLES}, {n: r["Properties"] for n, r in stores.stores().items()})
        session.get_component("event_emitter").register_first("before-send", meter.answer)
        clients = Clients(session)
        names = made(clients, "")
        signing(clients)
        _told(clients, names, secrets)
        ports = AwsPorts(names)
        ports.clients = clients
        clock = ManualClock(now)
        wired = Wired(stores=ports, http=Desks(), clock=clock, settings=HOME)
        found = Rig(wired=wired, ports=ports, clock=clock, meter=meter, urls=names.queues, lines=lines)
        _publish(found, plan)
        yield found


def _publish(found: Rig, text: str) -> None:
    plan = read_plan(text, 1)
    found.ports.plans.publish(
        PlanVersion(
            version=1, text=text, digest=plan.digest, author="a", reason="r", at=found.clock.now(),
            compiled=dump_plan(plan),
        )
    )  # fmt: skip
    found.clock.advance(3)
    found.wired.tick.flip()


def _told(clients: Clients, names: Names, secrets: Mapping[str, Json]) -> None:
    """The channels' secrets, nobody's tokens."""
    document = {"channels": secrets, "signing_keys": ["a-key-of-thirty-two-characters-00"]}
    kept = {names.channel_secrets: json.dumps(document), names.operator_secrets: "{}"}
    for name, text in kept.items():
        clients("secretsmanager").put_secret_value(SecretId=name, SecretString=text)


@contextmanager
def _environment() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in KEYS}
    os.environ.update(KEYS)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
