"""What the operations tests share: a world with operators in it, and requests as the gateway hands them over."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app import app
from chalicelib.service.operate.callers import digest_of
from chalicelib.wiring import use
from tests.world import CHANNELS, PURPOSES, START, World

SECRET_PART = "s3cret-part_of-a-token"
ROLES = ("viewer", "operator", "admin")

DESKS = """desks:
  desk-a: {channel: box-a, target: {queue: sales}, capacity: {concurrent: 10}}
  desk-b: {channel: box-b, target: {queue: sales}, capacity: {concurrent: 5}}
"""
SAFETY = """safety:
  - {purpose: order, min_channels: 1, min_capacity: 4}
"""
PLAN = CHANNELS + DESKS + PURPOSES + SAFETY


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    code: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.text, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))

    @property
    def problem(self) -> str:
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.json["status"] == self.code
        return self.json["type"].removeprefix("/problems/")


class Operations:
    """The operations API of a world; every request goes through the Chalice app as the gateway's event."""

    def __init__(self, plan: str = PLAN) -> None:
        self.world = World(plan)
        self.ports = self.world.ports
        for role in ROLES:
            self.ports.secrets.tokens[role[0] + "1"] = operator(role)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        role: str = "admin",
        query: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        who = role[0] + "1" if role in ROLES else role
        with use(self.world.wired):
            return reply(app(event(method, path, body, who=who, query=query, headers=headers), None))

    def routed(self) -> str:
        return self.ask("POST", "/v1/decisions", {"channel": "shop"}).json["decision"]["desk"]

    def refresh(self) -> None:
        """Let `tick` work off the flips, and the container's snapshot grow old enough to be read again."""
        self.world.run()
        self.world.clock.advance(3)


def give(api, version=0, *, role="operator", **changed):
    wanted = {
        "kind": "force_down",
        "scope": "desk:desk-a",
        "until": 60,
        "reason": "agents have no sound",
    } | changed
    return api.ask("POST", "/v1/orders", wanted, role=role, headers={"if-match": f'"{version}"'})


def operator(role: str, days: int = 30) -> dict[str, str]:
    end = START + timedelta(days=days)
    return {
        "hash": digest_of(SECRET_PART), "role": role, "name": role.title(), "expires": end.isoformat(),
        "person": f"{role}@people.example",
    }  # fmt: skip


def event(
    method: str,
    path: str,
    body: object = None,
    *,
    who: str = "a1",
    query: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    route, arguments = matched(method, path)
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    typed = {"content-type": "application/json"} if body is not None else {}
    authorized = {"authorizer": {"principalId": who}} if who else {}
    return {
        "requestContext": {"httpMethod": method, "resourcePath": route, **authorized},
        "multiValueQueryStringParameters": query, "headers": {**typed, **(headers or {})},
        "pathParameters": arguments, "body": text, "stageVariables": None, "isBase64Encoded": False,
    }  # fmt: skip


def matched(method: str, path: str) -> tuple[str, dict[str, str]]:
    """The most literal route pattern that fits, as the gateway chooses it."""
    parts = path.split("/")
    fitting = []
    for pattern, methods in app.routes.items():
        names = pattern.split("/")
        if method in methods and len(names) == len(parts):
            pairs = list(zip(names, parts, strict=True))
            if all(name == part or name.startswith("{") for name, part in pairs):
                fitting.append((sum(name.startswith("{") for name in names), pattern, pairs))
    _, pattern, pairs = min(fitting)
    return pattern, {name[1:-1]: part for name, part in pairs if name.startswith("{")}


def reply(answer: Mapping[str, Any]) -> Reply:
    return Reply(code=answer["statusCode"], text=answer["body"], headers=answer["headers"])


@contextmanager
def down(*ports: Any) -> Iterator[None]:
    for port in ports:
        port.down = True
    yield
    for port in ports:
        port.down = False
