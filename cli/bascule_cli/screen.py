"""What is printed and how wide: tables for people, JSON for programs, progress and questions beside both."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from io import StringIO
from typing import Any, TextIO

from bascule_cli.answers import as_json, safe
from bascule_cli.speech import Words
from bascule_cli.tables import Column, Table, cell, narrowest, records

WITHOUT_END = 10_000
Columns = tuple[Column, ...]
COLOURS = {
    "up": "green", "open": "green", "delivered": "green", "answered": "green", "down": "red", "closed": "red",
    "dead": "red", "expired": "red", "trial": "yellow", "unknown": "yellow", "deferred": "yellow",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Standard output and error. `json`: documents instead of tables."""

    out: TextIO
    err: TextIO
    words: Words
    zone: tzinfo | None
    environment: Mapping[str, str]
    json: bool = False

    def as_json(self) -> "Screen":
        """The same, for a program."""
        return replace(self, json=True)

    def document(self, document: Any) -> None:
        """A document as JSON, whole."""
        self.out.write(as_json(document) + "\n")

    def verbatim(self, words: str) -> None:
        """A text as it is, for a file; harmless where somebody looks at it."""
        self.out.write(safe(words) if self.out.isatty() else words)

    def record(self, document: Any) -> None:
        """One of a stream of documents: a line, at once."""
        self.out.write(as_json(document, indent=None) + "\n")
        self.out.flush()

    def line(self, words: str = "") -> None:
        """A line for people."""
        self.out.write(safe(words) + "\n")
        self.out.flush()

    def table(self, table: Table) -> None:
        """A table as wide as the terminal; as wide as it needs to be where there is none."""
        if table.rows:
            self.out.write(self._drawn(table))
        else:
            self.line(self.words(table.empty))

    def note(self, words: str) -> None:
        """A line beside the output."""
        self.err.write(safe(words) + "\n")
        self.err.flush()

    def progress(self, words: str) -> None:
        """A passing word on long work; only where somebody looks. An empty one wipes the last."""
        if self.err.isatty():
            self.err.write(f"\r\x1b[K{safe(words)[: self.width() - 1]}")
            self.err.flush()

    def width(self) -> int:
        """The terminal's columns, 20 at least."""
        return max(20, shutil.get_terminal_size((80, 24)).columns)

    def _drawn(self, table: Table) -> str:
        """A table; where even its narrowest form is too wide for the terminal, each row as lines of its own."""
        heads = [self._head(column) for column in table.columns]
        cells = [[cell(column, row, self.words, self.zone) for column in table.columns] for row in table.rows]
        looked_at = self.out.isatty()
        if looked_at and narrowest(table.columns, heads, cells) > self.width():
            return records(heads, cells)
        styles = [[_style(column, row) for column in table.columns] for row in table.rows]
        return self._lined_up(table.columns, heads, cells, styles)

    def _lined_up(
        self, columns: Columns, heads: list[str], cells: list[list[str]], styles: list[list[str]]
    ) -> str:
        from rich.console import Console  # noqa: PLC0415 - slow to import, and not needed for --json
        from rich.table import Table as Drawn  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        looked_at = self.out.isatty()
        coloured = looked_at and not self.environment.get("NO_COLOR")
        drawn = Drawn(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for column, head in zip(columns, heads, strict=True):
            drawn.add_column(Text(head), no_wrap=column.fixed, overflow="fold")
        for row, styled in zip(cells, styles, strict=True):
            drawn.add_row(*map(Text, row, styled))
        console = Console(
            file=StringIO(), width=self.width() if looked_at else WITHOUT_END, force_terminal=coloured,
            _environ=self.environment, highlight=False, emoji=False, legacy_windows=False,
        )  # fmt: skip
        with console.capture() as captured:
            console.print(drawn)
        return "".join(line.rstrip() + "\n" for line in captured.get().splitlines())

    def _head(self, column: Column) -> str:
        """The title; of times with the zone in which they are shown."""
        zone = f" ({datetime.now(self.zone).astimezone(self.zone):%Z})" if column.form == "time" else ""
        return self.words(column.head) + zone


def _style(column: Column, row: Mapping[str, Any]) -> str:
    value = row.get(column.field)
    return COLOURS.get(value, "") if column.form == "state" and isinstance(value, str) else ""
