"""An answer read from a connection: whole, within the deadline and the size cap, or not at all."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from typing import Any, Protocol

from chalicelib.http_types import MaybeSent

LARGEST = 1_048_576
_HEAD = 65_536


class Line(Protocol):
    """What of a connection is needed to read from it."""

    def settimeout(self, value: float | None, /) -> None:
        """Give the next operation so many seconds."""
        ...

    def recv_into(self, buffer: Any, /) -> int:
        """Fill a buffer; the count of bytes, 0 at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole answer; `reusable`: the connection may serve another call."""

    code: int
    headers: Mapping[str, str]
    body: bytes
    reusable: bool


def read_answer(line: Line, method: str, until: float) -> Whole:
    """The answer to a request just written. `until` is monotonic seconds. Raises MaybeSent when it is not whole."""
    source: Any = _Bounded(line, until)
    answer = HTTPResponse(source, method=method)
    try:
        answer.begin()
        if source.ended:  # http.client takes an end amid the headers for their end
            raise MaybeSent("no whole answer: the headers are cut short")
        body = answer.read(LARGEST + 1)
    except (OSError, HTTPException, ValueError) as broken:
        raise MaybeSent(f"no whole answer: {type(broken).__name__}") from broken
    if len(body) > LARGEST or answer.length:
        raise MaybeSent("no whole answer: cut short, or too large")
    reusable = answer.isclosed() and not answer.will_close and not source.overread
    answer.close()
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Whole(code=answer.status, headers=headers, body=body, reusable=reusable)


def left(until: float) -> float:
    """The seconds left. Raises TimeoutError when there are none."""
    remaining = until - time.monotonic()
    if remaining <= 0:
        raise TimeoutError("the deadline is over")
    return remaining


class _Bounded(RawIOBase):
    """A connection as a file that keeps to the deadline over all reads, and to the size cap."""

    def __init__(self, line: Line, until: float) -> None:
        super().__init__()
        self._line = line
        self._until = until
        self._room = LARGEST + _HEAD
        self._reader: _Counting | None = None
        self.ended = False

    @property
    def overread(self) -> bool:
        """True when more came than the answer: an answer to nobody, which must not become the next one's."""
        taken = self._reader.taken if self._reader else 0
        return LARGEST + _HEAD - self._room > taken

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.settimeout(left(self._until))
        got = self._line.recv_into(buffer)
        self._room -= got
        self.ended = self.ended or not got
        if self._room < 0:
            raise OSError("the answer is too large")
        return got

    def makefile(self, _mode: str) -> BufferedReader:
        self._reader = _Counting(self)
        return self._reader


class _Counting(BufferedReader):
    """Counts what http.client takes out of the buffer."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        return self._counted(super().read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._counted(super().readline(size))

    def readinto(self, buffer: Any, /) -> int:
        got = super().readinto(buffer)
        self.taken += got
        return got

    def _counted(self, got: bytes) -> bytes:
        self.taken += len(got)
        return got
