"""How the words of a command line are read: times, files, names, pairs."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from bascule_cli.session import Session
from bascule_cli.times import NoTime, ahead, past
from bascule_cli.trouble import Wrong

MOST_BYTES = 10_000_000


class Ahead(click.ParamType[Any]):
    """A time ahead, as the service reads it: whole minutes, or an ISO time."""

    name = "when"
    trouble = "trouble.ahead"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Raises Wrong for what is no time."""
        try:
            return self.read(str(value), _session(ctx))
        except NoTime:
            raise Wrong(self.trouble, hint="next.times", text=value) from None

    def read(self, text: str, session: Session) -> int | str:
        """Raises NoTime."""
        return ahead(text, session.now(), session.zone)


class Past(Ahead):
    """A moment behind us, as an ISO time."""

    trouble = "trouble.past"

    def read(self, text: str, session: Session) -> str:
        """Raises NoTime."""
        return past(text, session.now(), session.zone)


class Moment(Ahead):
    """A time ahead, as an ISO time."""

    def read(self, text: str, session: Session) -> str:
        """Raises NoTime."""
        found = super().read(text, session)
        return found if isinstance(found, str) else (session.now() + timedelta(minutes=found)).isoformat()


class Contents(click.ParamType[Any]):
    """A file's text; ``-`` is standard input."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Raises Wrong for a file that cannot be read, is no UTF-8, or is far too large."""
        try:
            if value == "-":
                return _session(ctx).stdin.read(MOST_BYTES + 1)
            path = Path(str(value))
            if path.stat().st_size > MOST_BYTES:
                raise Wrong("trouble.large_file", hint="next.smaller", path=value)
            return path.read_text("utf-8")
        except (OSError, ValueError) as failed:
            raise Wrong(
                "trouble.file", path=value, why=getattr(failed, "strerror", None) or "UTF-8?"
            ) from None

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The shell itself completes names of files."""
        del ctx, param
        return [CompletionItem(incomplete, type="file")]


class Name(click.ParamType[Any]):
    """A name that is not empty."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Raises Wrong for an empty one."""
        if not str(value).strip():
            raise Wrong("trouble.empty", name=str(param.name if param else "").upper())
        return str(value)


class Pair(click.ParamType[Any]):
    """``name=value``."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Raises Wrong without the sign between them."""
        if isinstance(value, tuple):
            return value
        name, sign, rest = str(value).partition("=")
        if not sign or not name:
            raise Wrong("trouble.pair", text=value)
        return name, rest


def _session(ctx: click.Context | None) -> Session:
    found: Session = (ctx or click.get_current_context()).obj
    return found


AHEAD, PAST, MOMENT = Ahead(), Past(), Moment()
CONTENTS, NAME, PAIR = Contents(), Name(), Pair()
