"""How the benchmark's processes talk: one question, one answer, over a local socket that may break at any time."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Client, Connection, Listener
from threading import Thread
from typing import Any, Final

HANG_UP: Final = "<hang up>"
"""Said by an answering side: close without a word."""
BROKEN = (EOFError, OSError)


class NobodyThere(Exception):
    """Not connected: nothing was asked."""


class NoAnswer(Exception):
    """Asked, and no answer came: it may have been done all the same."""


class TooLate(NoAnswer):
    """It took all the time that there was."""


class Line:
    """A connection made when first needed. One that failed is given up: a late answer would be taken for the next."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: Any = None

    def ask(self, question: object, wait: float) -> Any:
        """The answer within `wait` seconds. Raises NobodyThere, or NoAnswer, which is TooLate after all that time."""
        connection = self._connected()
        try:
            connection.send(question)
            if not connection.poll(wait):
                self.close()
                raise TooLate("in time")
            return connection.recv()
        except BROKEN as broken:
            self.close()
            raise NoAnswer(type(broken).__name__) from broken

    def close(self) -> None:
        """Give the connection up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> Any:
        if self._connection is None:
            try:
                self._connection = Client(self._address, "AF_UNIX")
            except BROKEN as absent:
                raise NobodyThere(type(absent).__name__) from absent
        return self._connection


def serve(address: str, answer: Callable[[Any], object]) -> None:
    """Answer for ever, each connection in a thread of its own."""
    with Listener(address, "AF_UNIX", backlog=128) as listener:
        while True:
            with suppress(OSError):  # a caller that died before it was let in
                Thread(target=converse, args=(listener.accept(), answer), daemon=True).start()


def converse(connection: "Connection[Any, Any]", answer: Callable[[Any], object]) -> None:
    """Answer one caller until one of both hangs up."""
    with suppress(*BROKEN), connection:
        while True:
            said = answer(connection.recv())
            if said is HANG_UP:
                return
            connection.send(said)


def end_with_parent() -> None:
    """End this process when its standard input closes: nothing of the benchmark survives it."""

    def watch() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    Thread(target=watch, daemon=True).start()
