"""A loopback server that does byte for byte what a test tells it to."""

import socket
import struct
from collections.abc import Callable
from threading import Event, Thread

Act = Callable[[socket.socket, "Loopback"], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Loopback:
    """Serves each connection in a thread of its own; `requests` holds the bytes of every request."""

    def __init__(self, act: Act) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.done = Event()
        self._act = act
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = Thread(target=self._serve)
        self._children: list[Thread] = []
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/a?b=c") -> str:
        return f"http://{self.host}{path}"

    def stop(self) -> None:
        if self.done.is_set():
            return
        self.done.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in [self._thread, *self._children]:
            thread.join(10)

    def read(self, line: socket.socket) -> bytes:
        """One whole request, or b"" when the caller has gone."""
        got = b""
        while b"\r\n\r\n" not in got:
            more = line.recv(65_536)
            if not more:
                return b""
            got += more
        head, _, body = got.partition(b"\r\n\r\n")
        lengths = [int(row[15:]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")]
        while lengths and len(body) < lengths[0]:
            body += line.recv(65_536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._children.append(Thread(target=self._one, args=(line,)))
            self._children[-1].start()

    def _one(self, line: socket.socket) -> None:
        try:
            line.settimeout(10)
            self._act(line, self)
        except OSError:
            self.connections += 0  # the caller hung up first, which some tests provoke
        finally:
            line.close()


def reset(line: socket.socket) -> None:
    """Close so that the other side gets a reset instead of an end."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def answering(answer: bytes, *, times: int = 1) -> Act:
    """Read and answer so many requests on each connection, then close."""

    def act(line: socket.socket, server: Loopback) -> None:
        for _ in range(times):
            if not server.read(line):
                return
            line.sendall(answer)

    return act
