"""What a verb has at hand: the service, the screen, the clock, and the person at the keyboard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import cache
from typing import Any, TextIO

from bascule_cli import store
from bascule_cli.client import Client, Wire
from bascule_cli.screen import Screen
from bascule_cli.speech import Words
from bascule_cli.tables import Table
from bascule_cli.trouble import Refused
from bascule_cli.web import checked

YES = ("y", "yes", "o", "oui")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One call of the command. `ask_hidden` reads a secret that is typed; `sleep` waits for so many seconds."""

    screen: Screen
    environment: Mapping[str, str]
    stdin: TextIO
    wire: Callable[[], Wire]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    ask_hidden: Callable[[str], str]

    @property
    def words(self) -> Words:
        """The language that is spoken."""
        return self.screen.words

    @property
    def zone(self) -> tzinfo | None:
        """The zone in which times are written and shown; None is this machine's."""
        return self.screen.zone

    @property
    def client(self) -> Client:
        """The service, as whoever logged in. Raises Trouble when nobody did."""
        access = store.known(self.environment)
        return Client(checked(access.url), access.token, _once(self.wire))

    def for_program(self) -> "Session":
        """The same with ``--json``."""
        return replace(self, screen=self.screen.as_json())

    def show(self, document: Any, *tables: Table | str) -> None:
        """The document whole for a program; for people these tables and lines."""
        if self.screen.json:
            self.screen.document(document)
            return
        for one in tables:
            if isinstance(one, Table):
                self.screen.table(one)
            else:
                self.screen.line(one)

    def done(self, document: Any, key: str, /, **fields: object) -> None:
        """The document for a program; for people one sentence."""
        self.show(document, self.words(key, **fields))

    def confirm(self, key: str, /, *, yes: bool, **fields: object) -> None:
        """Ask before what is dangerous, unless `yes`. Raises Refused for any other answer than yes."""
        if yes:
            return
        self.screen.err.write(f"{self.words(key, **fields)} {self.words('ask.yes_or_no')} ")
        self.screen.err.flush()
        if self.stdin.readline().strip().lower() not in YES:
            raise Refused("trouble.not_confirmed", hint="next.yes")


@cache
def _once(make: Callable[[], Wire]) -> Wire:
    return make()
