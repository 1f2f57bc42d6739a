"""What the command's tests share: the real operations API behind a loopback server, and the command run beside it."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app import app
from bascule_cli.client import Wire
from bascule_cli.main import Program
from bascule_cli.screen import Screen
from bascule_cli.session import Session
from bascule_cli.speech import Words, wanted_language
from bascule_cli.web import Web
from chalicelib.domain.model import row_key
from chalicelib.domain.outbox import Due, RowState, moved
from chalicelib.service.operate.callers import caller_of
from chalicelib.service.operate.refusals import Unknown
from chalicelib.wiring import use
from tests.unit.operations_side import SECRET_PART, Operations, event, reply
from tests.unit.test_docs_commands import LOCAL

GATEWAY_KNOWS_NO_SUCH_ROUTE = {"message": "Missing Authentication Token"}
KEY = row_key("shop", "shop", "m1")


class Gateway(ThreadingHTTPServer):
    """Answers as the gateway does: its own words for unknown routes and tokens, the app's for everything else."""

    daemon_threads = True

    def __init__(self, api: Operations) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.api, self.lock = api, threading.Lock()
        self.asked: list[tuple[str, str]] = []
        self.headers: list[Mapping[str, str]] = []
        self.before: Any = lambda _method, _path: None
        self.missing: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api"

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: str | None
    ) -> tuple[int, Any, str]:
        """The code, headers and text of one request."""
        self.before(method, target)
        place = urlsplit(target)
        path = place.path.removeprefix("/api")
        named = {name.lower(): value for name, value in headers.items()}
        query = parse_qs(place.query, keep_blank_values=True) or None
        try:
            asked = event(method, path, body, query=query, headers=named)
        except ValueError:
            return 403, {}, json.dumps(GATEWAY_KNOWS_NO_SUCH_ROUTE)
        route = asked["requestContext"]["resourcePath"]
        if route in self.missing:
            return 403, {}, json.dumps(GATEWAY_KNOWS_NO_SUCH_ROUTE)
        who = self.who(named.get("authorization", ""))
        if not who:
            return 401, {}, '{"message": "Unauthorized"}'
        asked["requestContext"]["authorizer"] = {"principalId": who}
        self.asked.append((method, route))
        self.headers.append(named)
        with self.lock, use(self.api.world.wired):
            told = reply(app(asked, None))
        return told.code, told.headers, told.text

    def who(self, authorization: str) -> str:
        """The caller whom the gateway's authorizer would let in; empty for nobody."""
        world = self.api.world
        try:
            return caller_of(authorization, world.ports.secrets.operators(), world.clock.now()).id
        except Unknown:
            return ""


class Door(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # head and body leave together

    def answered(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode() if length else None
        code, headers, text = self.server.answer(self.command, self.path, dict(self.headers), body)
        raw = text.encode()
        self.send_response(code)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_DELETE = answered  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Nothing: the tests look at `asked`."""


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Gone(StringIO):
    """A stream whose reader has gone."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one run of the command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(slots=True, kw_only=True)
class Command:
    """The command beside a gateway. `role` is whose token the environment has; `typed` what comes by standard input."""

    gateway: Gateway
    environment: dict[str, str]
    role: str = "admin"
    language: str = "en"
    terminal: bool = False
    typed: str = ""
    keyboard: bool = False
    hidden: str = ""
    broken: bool = False
    wire: Callable[[], Wire] = lambda: Web(5.0)
    wait: Callable[[float], None] | None = None
    slept: list[float] = field(default_factory=list)

    def run(self, *arguments: str) -> Said:
        out: StringIO = Gone() if self.broken else Terminal() if self.terminal else StringIO()
        err: StringIO = Terminal() if self.terminal else StringIO()
        stdin: StringIO = Terminal(self.typed) if self.keyboard else StringIO(self.typed)
        access = {"BASCULE_URL": self.gateway.url, "BASCULE_TOKEN": token_of(self.role)} if self.role else {}
        environment = {**access, **self.environment}
        screen = Screen(
            out=out,
            err=err,
            words=Words(language=wanted_language(arguments, {"LANG": self.language})),
            zone=UTC,
            environment=environment,
        )
        session = Session(
            screen=screen, environment=environment, stdin=stdin, wire=self.wire,
            now=self.gateway.api.world.clock.now, sleep=self.wait or self.sleep, ask_hidden=lambda _: self.hidden,
        )  # fmt: skip
        code = Program(session=session).run(arguments)
        return Said(code=int(code), out=out.getvalue(), err=err.getvalue())

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.gateway.api.world.clock.advance(int(seconds))


def token_of(role: str) -> str:
    return f"bsc_{role[0]}1_{SECRET_PART}"


@contextmanager
def commanding(home: str) -> Iterator[Command]:
    """The local scene's plan, one dead contact of anne's, and a command that is logged in by its environment."""
    api = Operations(LOCAL)
    api.ports.secrets.channels["sms-fr"] = {"auth_token": ("a-token",)}
    api.world.say(person="anne")
    api.ports.contacts.save(KEY, moved(api.ports.contacts.get(KEY).work, RowState.DEAD), Due.CLEAR)
    gateway = Gateway(api)
    thread = threading.Thread(target=gateway.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Command(gateway=gateway, environment={"HOME": home})
    finally:
        gateway.shutdown()
        gateway.server_close()
        thread.join(5)
