"""The only door to the network: one deadline per call, a size cap, no redirect, no proxy, no private address."""

import socket
import ssl
import time
from collections.abc import Callable, Collection
from select import POLLIN, poll
from threading import Lock, Thread
from weakref import finalize

from chalicelib.http_answer import left, read_answer
from chalicelib.http_types import Call, MaybeSent, NotSent, Response
from chalicelib.http_wire import Target, reachable, spelled, target_of

DEADLINE = 8.0
CONNECT = 3.0
_IDLE = 15.0
# One TLS record: a write of more may fail after a part of it was delivered.
_FIRST = 16_384

Resolve = Callable[[str, int], list[str]]


def addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, IPv4 first. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(
        dict.fromkeys(str(entry[4][0]) for entry in sorted(found, key=lambda e: e[0] != socket.AF_INET))
    )


class Door:
    """Http over sockets. `private_hosts`: `host` or `host:port` that may be private and spoken to without TLS.

    A name is resolved once per connection, and the connection is made to that very address. A connection that
    the provider keeps open serves the next call to the same host within 15 seconds; `close` ends what is kept.
    """

    def __init__(
        self,
        private_hosts: Collection[str] = (),
        *,
        deadline: float = DEADLINE,
        resolve: Resolve = addresses,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._private = frozenset(private_hosts)
        self._deadline = deadline
        self._resolve = resolve
        self._trust = trust
        self._open: dict[tuple[str, str, int], tuple[float, socket.socket]] = {}
        self._lock = Lock()
        self.close = finalize(self, _close_all, self._open)

    def send(self, call: Call) -> Response:
        """Make one call. Raises NotSent or MaybeSent; any code of a whole answer is a Response."""
        started = time.monotonic()
        until = started + min(self._deadline, self._deadline if call.within is None else call.within)
        target = target_of(call.url, self._private)
        request = spelled(call, target)
        line = self._written(target, request, until)
        try:
            answer = read_answer(line, call.method, until)
        except MaybeSent:
            line.close()
            raise
        if answer.reusable:
            self._keep(target, line)
        else:
            line.close()
        elapsed = round((time.monotonic() - started) * 1000)
        return Response(code=answer.code, headers=answer.headers, body=answer.body, elapsed=elapsed)

    def _written(self, target: Target, request: bytes, until: float) -> socket.socket:
        kept = self._kept(target)
        if kept is not None:
            try:
                _write(kept, request, until)
            except NotSent:
                kept.close()
            else:
                return kept
        line = self._connected(target, until)
        try:
            _write(line, request, until)
        except NotSent:
            line.close()
            raise
        return line

    def _connected(self, target: Target, until: float) -> socket.socket:
        until = min(until, time.monotonic() + CONNECT)
        found = [a for a in _in_time(self._resolve, target, until) if reachable(a, target)]
        if not found:
            raise NotSent("the host has no address that may be called")
        for number, address in enumerate(found):
            try:
                line = socket.create_connection((address, target.port), left(until) / (len(found) - number))
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return self._secured(line, target, until)
            except OSError as refused:
                reason = type(refused).__name__
        raise NotSent(f"no connection: {reason}")

    def _secured(self, line: socket.socket, target: Target, until: float) -> socket.socket:
        if target.scheme == "http":
            return line
        if self._trust is None:
            self._trust = ssl.create_default_context()
        try:
            line.settimeout(left(until))
            return self._trust.wrap_socket(line, server_hostname=target.host)
        except (OSError, ValueError) as refused:
            line.close()
            raise ConnectionError(type(refused).__name__) from refused

    def _keep(self, target: Target, line: socket.socket) -> None:
        with self._lock:
            replaced = self._open.pop(_place(target), None)
            self._open[_place(target)] = (time.monotonic(), line)
        if replaced:
            replaced[1].close()

    def _kept(self, target: Target) -> socket.socket | None:
        with self._lock:
            since, line = self._open.pop(_place(target), (0.0, None))
        if line is None:
            return None
        # Anything to read before we asked is a goodbye, or an answer to nobody.
        if time.monotonic() - since > _IDLE or _readable(line):
            line.close()
            return None
        return line


def _close_all(lines: dict[tuple[str, str, int], tuple[float, socket.socket]]) -> None:
    for _, line in lines.values():
        line.close()


def _readable(line: socket.socket) -> bool:
    asked = poll()
    asked.register(line, POLLIN)
    return bool(asked.poll(0))


def _write(line: socket.socket, request: bytes, until: float) -> None:
    # A first write that fails gave the provider nothing it could act on; after it, nobody knows.
    try:
        line.settimeout(left(until))
        sent = line.send(request[:_FIRST])
    except OSError as refused:
        raise NotSent(f"nothing was written: {type(refused).__name__}") from refused
    try:
        line.settimeout(left(until))
        line.sendall(memoryview(request)[sent:])
    except OSError as broken:
        line.close()
        raise MaybeSent(f"written in part: {type(broken).__name__}") from broken


def _in_time(resolve: Resolve, target: Target, until: float) -> list[str]:
    found: list[list[str]] = []

    def ask() -> None:
        try:
            found.append(resolve(target.host, target.port))
        except (OSError, UnicodeError):
            found.append([])

    # The resolver knows no deadline: a thread that nobody waits for does.
    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(0.0, until - time.monotonic()))
    return found[0] if found else []


def _place(target: Target) -> tuple[str, str, int]:
    return target.scheme, target.host, target.port
