"""A fake provider's own loopback address: its socket, which can refuse connections, and its control API."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.local.fakes.faults import Faults
from infra.local.fakes.provider import Provider
from infra.local.fakes.stage import Stage
from infra.local.fakes.wire import Arrived, Reply, told

HOST = "127.0.0.1"
LARGEST = 10 * 1024 * 1024


class Door(BaseHTTPRequestHandler):
    """Reads one request, has it answered, writes the reply; one request a connection."""

    server: "Listening"
    timeout = 30

    def handle_any(self) -> None:
        """Answer any method."""
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isascii() and length.isdigit() else 0
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(min(size, LARGEST))
        reply = self.server.answer(Arrived(method=self.command, url=self.path, headers=headers, body=body))
        if reply is None:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        begin = self.send_response_only if "date" in reply.headers else self.send_response
        begin(reply.code)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any  # noqa: N815 - the names the library looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Keep quiet: the journal tells it all."""


class Listening(ThreadingHTTPServer):
    """A socket that answers with one function, in a thread of its own."""

    daemon_threads = True

    def __init__(self, port: int, answer: Callable[[Arrived], Reply | None]) -> None:
        super().__init__((HOST, port), Door)
        self.answer = answer
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a caller that hangs up early is no news."""


class Running:
    """One fake provider at work."""

    def __init__(self, provider: Provider) -> None:
        self.provider, self.stage = provider, Stage(provider)
        self._lock = threading.Lock()
        self._closed: socket.socket | None = None
        self._listening: Listening | None = Listening(0, self._answer)
        self.port = self._listening.server_port
        self._postman = threading.Thread(target=self.stage.deliver, daemon=True)
        self._postman.start()

    @property
    def base(self) -> str:
        """Its address, without a path."""
        return f"http://{HOST}:{self.port}"

    def describe(self) -> dict[str, object]:
        """What a channel needs to know to talk to it. The secrets are of this run only."""
        own = self.provider
        told_of = {"kind": own.kind, "base": self.base, "account": own.account}
        return {**told_of, "settings": dict(own.settings), "secrets": dict(own.secrets)}

    def set(self, faults: Faults) -> None:
        """Have this fault from now on; while connections are refused the port stays ours."""
        with self._lock:
            self.stage.faults = faults
            if faults.refuses and self._listening:
                self._listening.stop()
                self._listening, self._closed = None, _reserved(self.port)
            elif not faults.refuses and self._closed:
                self._closed.close()
                self._listening, self._closed = Listening(self.port, self._answer), None

    def control(self, verb: str, arrived: Arrived) -> Reply:
        """`GET journal[?since=N]`, `POST faults`, `POST hook {"url"}`, `POST clear`."""
        try:
            sent = arrived.json() if arrived.body else {}
            match (arrived.method, verb):
                case ("GET", "journal"):
                    return told(200, self.stage.journal.report(int(arrived.query.get("since", "0"))))
                case ("POST", "faults"):
                    self.set(Faults.read(sent))
                case ("POST", "hook"):
                    self.stage.hook = str(sent.get("url", ""))
                case ("POST", "clear"):
                    self.stage.journal.clear()
                case _:
                    return told(404, {"error": "journal, faults, hook and clear are known here"})
        except ValueError as wrong:
            return told(400, {"error": str(wrong)})
        return told(200, {"mode": self.stage.faults.mode.value, "hook": self.stage.hook})

    def stop(self) -> None:
        """Stop listening and posting, and wake whoever waits."""
        self.stage.stopped.set()
        self.stage.outgoing.put(None)
        with self._lock:
            if self._listening:
                self._listening.stop()
            if self._closed:
                self._closed.close()
        self._postman.join(timeout=20)

    def _answer(self, arrived: Arrived) -> Reply | None:
        parts = arrived.parts
        return (
            self.control("/".join(parts[1:]), arrived)
            if parts[:1] == ("_fake",)
            else self.stage.play(arrived)
        )


def _reserved(port: int) -> socket.socket:
    """Keep the port without listening: whoever connects is refused, and nobody else can take it."""
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind((HOST, port))
    return kept
