"""A faulty way to the database: a loopback proxy that throttles, fails, hangs or cuts a drawn share of its requests."""

import http.client
import json
import socket
import threading
from collections import Counter
from contextlib import suppress
from enum import StrEnum
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

HOST = "127.0.0.1"
THROTTLED = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
FAILED = "com.amazonaws.dynamodb.v20120810#InternalServerError"
AMZ_JSON = "application/x-amz-json-1.0"
HANGS = 3.0
"""Seconds: three times a client's patience."""


class Fault(StrEnum):
    """What befalls a request. AFTER means that it was passed on and done, and the caller is not told."""

    THROTTLE = "throttle"
    ERROR = "error"
    ERROR_AFTER = "error after"
    HANG = "hang"
    HANG_AFTER = "hang after"
    CUT_AFTER = "cut after"


AFTER = frozenset({Fault.ERROR_AFTER, Fault.HANG_AFTER, Fault.CUT_AFTER})
SHARES = {
    Fault.THROTTLE: 0.03,
    Fault.ERROR: 0.01,
    Fault.ERROR_AFTER: 0.02,
    Fault.HANG: 0.005,
    Fault.HANG_AFTER: 0.005,
    Fault.CUT_AFTER: 0.02,
}


class FaultProxy:
    """Stands before a server of plain HTTP. `shares` say how often what happens; `counted` how often it did.

    `hangs` is how many seconds a request that hangs is left without a word before its connection is cut.
    """

    def __init__(
        self, target: str, shares: dict[Fault, float] | None = None, *, seed: str = "", hangs: float = HANGS
    ) -> None:
        there = urlsplit(target)
        self.target = (there.hostname or HOST, there.port or 80)
        self.shares, self.seed, self.hangs = shares if shares is not None else dict(SHARES), seed, hangs
        self.counted: Counter[str] = Counter()
        self.stopped = threading.Event()
        self._lock, self._requests = threading.Lock(), 0
        self._server = _Server(self)

    @property
    def url(self) -> str:
        """Its own address."""
        return f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._server.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._server.end()

    def strike(self) -> Fault | None:
        """What befalls the next request: drawn by its number, so that a share does not follow a caller's rhythm."""
        with self._lock:
            self._requests += 1
            digest = sha256(f"{self.seed}:{self._requests}".encode()).digest()
            drawn = int.from_bytes(digest[:4]) / 2**32
            for fault, share in self.shares.items():
                drawn -= share
                if drawn < 0:
                    self.counted[fault.value] += 1
                    return fault
            self.counted["passed"] += 1
            return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, proxy: FaultProxy) -> None:
        super().__init__((HOST, 0), _Door)
        self.proxy = proxy
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a caller whose process was killed is no news."""


class _Door(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self) -> None:
        """One request of an AWS client."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        proxy = self.server.proxy
        fault = proxy.strike()
        answer = None if fault is not None and fault not in AFTER else self._passed_on(body)
        match fault:
            case Fault.THROTTLE:
                self._reply(400, json.dumps({"__type": THROTTLED, "message": "too many"}).encode())
            case Fault.ERROR | Fault.ERROR_AFTER:
                self._reply(500, json.dumps({"__type": FAILED, "message": "failed"}).encode())
            case Fault.HANG | Fault.HANG_AFTER:
                proxy.stopped.wait(proxy.hangs)
                self._cut()
            case _ if fault is Fault.CUT_AFTER or answer is None:
                self._cut()
            case _:
                self._reply(*answer)

    def _passed_on(self, body: bytes) -> tuple[int, bytes] | None:
        """The server's own answer; None when it gives none. The caller's Host stays, for its signature covers it."""
        connection = http.client.HTTPConnection(*self.server.proxy.target, timeout=20)
        try:
            connection.request("POST", self.path, body, dict(self.headers))
            response = connection.getresponse()
            return response.status, response.read()
        except (http.client.HTTPException, OSError):
            return None
        finally:
            connection.close()

    def _reply(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", AMZ_JSON)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Keep quiet."""
