"""A whole deployment in one process, on the very AWS ports: a Messenger page in, three desks behind it."""

import hashlib
import hmac
import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from bench.cloud import Cloud, Direct
from chalicelib.aws.ports import AwsPorts, Names
from chalicelib.channels import Channel
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.domain.routing import Situation
from chalicelib.domain.snapshot import Snapshot, dump_snapshot
from chalicelib.http_types import Call, NotSent, Response
from chalicelib.memory import ManualClock
from chalicelib.ports import PlanVersion
from chalicelib.settings import Settings
from chalicelib.wiring import Wired

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CHANNEL, PAGE, SECRET = "messenger-fr", "104512345678901", "an-app-secret-of-32-characters-00"
SETTINGS = Settings(**{field.name: field.name for field in fields(Settings)})
_QUEUES = ("urgent", "normal", "bulk", "overflow", "probes", "evidence", "flips")
_DESKS = ("alpha", "beta", "gamma")
Event = dict[str, Any]

PLAN = json.dumps({
    "schema": 1, "public_base_url": "https://contact.example", "market": "fr",
    "channels": {
        CHANNEL: {"kind": "messenger", "account": PAGE, "market": "fr"},
        **{f"box-{d}": {"kind": "webhook", "provider": d, "settings": {"url": f"https://{d}.example"}} for d in _DESKS},
    },
    "desks": {f"desk-{d}": {"channel": f"box-{d}", "target": {"queue": "sales"}} for d in _DESKS},
    "purposes": {
        "refund": {"match": [{"keywords": ["rembourser", "refund"]}], "routes": {"world": ["desk-beta"]}},
        "order": {"match": [{"channel": CHANNEL}], "routes": {"fr": [f"desk-{d}" for d in _DESKS]}},
    },
})  # fmt: skip


class NoNetwork:
    """Http that sends nothing: accepting calls nobody."""

    def send(self, call: Call) -> Response:
        """Refuse."""
        raise NotSent(call.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One deployment: its services, what its AWS keeps, its ports, and its clock."""

    wired: Wired
    cloud: Cloud
    ports: AwsPorts
    clock: ManualClock

    @property
    def situation(self) -> Situation:
        """What decisions look at."""
        return self.wired.situations.read(self.clock.now())

    @property
    def channel(self) -> Channel:
        """The page's channel."""
        return self.wired.registry.get(self.situation.plan, CHANNEL)


def stage(session: Any = None, cloud: Cloud | None = None) -> Stage:
    """A deployment over a botocore session; without one, over clients that are none."""
    kept = cloud or published()
    ports = AwsPorts(_names(), session)
    if session is None:
        _without_clients(ports, kept)
    clock = ManualClock(NOW)
    wired = Wired(stores=ports, http=NoNetwork(), clock=clock, settings=SETTINGS)
    return Stage(wired=wired, cloud=kept, ports=ports, clock=clock)


def published() -> Cloud:
    """An AWS with the plan, a snapshot and the secrets in it."""
    secrets = {"app_secret": [SECRET], "verify_token": ["word"], "page_token": ["token"]}
    cloud = Cloud(secrets=json.dumps({"channels": {CHANNEL: secrets}, "signing_keys": ["a-key"]}))
    ports = AwsPorts(_names())
    _without_clients(ports, cloud)
    plan = read_plan(PLAN, 1)
    text = dump_plan(plan)
    ports.plans.publish(
        PlanVersion(version=1, text=text, digest=plan.digest, author="a", reason="r", at=NOW, compiled=text)
    )
    ports.snapshots.publish(1, dump_snapshot(Snapshot(version=1, at=NOW, plan=1)))
    cloud.keeping = False
    return cloud


def body(number: int) -> bytes:
    """One message as Messenger posts it (Graph API v25.0), with an id of its own."""
    message = {
        "mid": f"m_{number}",
        "text": "Bonjour, ma commande n'est pas arrivée 🚨 https://example.com/a",
    }
    event = {"sender": {"id": f"65{number % 997}"}, "recipient": {"id": PAGE}, "timestamp": 1795260000987}
    entry = {"id": PAGE, "time": 1795260001234, "messaging": [{**event, "message": message}]}
    return json.dumps({"object": "page", "entry": [entry]}, separators=(",", ":")).encode()


def proof(raw: bytes) -> str:
    """Meta's header."""
    return "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()


def event(number: int) -> Event:
    """The same message as API Gateway's REST proxy hands it to the function."""
    raw = body(number)
    headers = {
        "Accept": "*/*", "Accept-Encoding": "deflate, gzip", "Content-Type": "application/json",
        "Host": "abcdefghij.execute-api.eu-west-3.amazonaws.com", "User-Agent": "facebookexternalua",
        "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https",
        "X-Hub-Signature-256": proof(raw),
    }  # fmt: skip
    context = {
        "resourcePath": "/hooks/{channel}", "httpMethod": "POST", "path": f"/prod/hooks/{CHANNEL}", "stage": "prod",
        "requestId": f"request-{number}", "identity": {"sourceIp": "192.0.2.1"}, "accountId": "123456789012",
    }  # fmt: skip
    return {
        "resource": "/hooks/{channel}", "path": f"/hooks/{CHANNEL}", "httpMethod": "POST", "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()}, "queryStringParameters": None,
        "multiValueQueryStringParameters": None, "pathParameters": {"channel": CHANNEL}, "stageVariables": None,
        "requestContext": context, "body": raw.decode(), "isBase64Encoded": False,
    }  # fmt: skip


def _without_clients(ports: AwsPorts, cloud: Cloud) -> None:
    direct = Direct(cloud)

    def client(_service: str) -> Any:
        return direct

    ports.clients = client  # type: ignore[assignment] # ports only ask it for clients


def _names() -> Names:
    names = {field.name: field.name for field in fields(Names) if field.name not in ("queues", "home_region")}
    return Names(**names, queues={lane: f"https://sqs.example/{lane}" for lane in _QUEUES})
