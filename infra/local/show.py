"""What the demonstration prints: steps, live progress, tables. Plain text where nobody is watching a terminal."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TextIO

BOLD, DIM, RED, GREEN, YELLOW, OFF = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"
COLOURS = {
    "up": GREEN,
    "open": GREEN,
    "down": RED,
    "closed": RED,
    "trial": YELLOW,
    "unknown": YELLOW,
    "degraded": YELLOW,
}
WIDTH = 110


class Show:
    """Prints to a stream; colours and live lines only on a terminal."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self.out, self.live = out, out.isatty()

    def step(self, number: int, of: int, title: str) -> None:
        """A step's title."""
        self._print(f"\n{self._in(BOLD, f'[{number}/{of}] {title}')}")

    def say(self, text: str) -> None:
        """One or more lines below the step."""
        for row in text.splitlines():
            self._print(f"    {row}")

    @contextmanager
    def waiting(self, what: str) -> Iterator[Callable[[str], None]]:
        """Say that we wait, how long already, and what is seen meanwhile."""
        began, seen = time.monotonic(), [""]

        def tell(news: str) -> None:
            spent = time.monotonic() - began
            if self.live:
                self.out.write(f"\r    {self._in(DIM, f'{what}, {spent:.0f} s: {news}'[:WIDTH])}\x1b[K")
                self.out.flush()
            elif news != seen[0]:
                self._print(f"    {what}, {spent:.0f} s: {news}")
            seen[0] = news

        tell("")
        yield tell
        if self.live:
            self.out.write("\r\x1b[K")
        self.say(f"{what}: done in {time.monotonic() - began:.0f} s")

    def arrived(self, medium: str, code: int, text: str) -> None:
        """A contact went in, and what the vendor was answered."""
        first, good = " ".join(text.split())[:70], code < HTTPStatus.MULTIPLE_CHOICES
        self._print(
            f"    {medium:<10} -> {self._in(GREEN if good else RED, str(code))}  {self._in(DIM, first)}"
        )

    def health(self, told: Mapping[str, Any], only: Collection[str] = ()) -> None:
        """The health table with its evidence."""
        rows = []
        for path in told["paths"]:
            if only and path["path"] not in only:
                continue
            hard = path["evidence"].get("hard", {})
            rows.append(
                (
                    path["path"],
                    path["state"],
                    path["because"],
                    _evidence(hard),
                )
            )
        self.table(("path", "state", "because", "last evidence"), rows)

    def feed(self, ways: Mapping[str, str]) -> None:
        """What customers see."""
        self._print(
            "    front door: " + "   ".join(f"{way} {self._state(state)}" for way, state in ways.items())
        )

    def contacts(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Contacts, one a line."""
        columns = ("medium", "channel", "purpose", "state", "served_by")
        self.table(columns, [tuple(row[column] for column in columns) for row in rows])

    def decision(self, told: Mapping[str, Any]) -> None:
        """A decision with its reasons."""
        rejected = ", ".join(f"{r['desk']}: {r['reason']}" for r in told["rejected"])
        self.say(f"choice: {told['desk']} ({told['in_words']})   rejected: {rejected}")

    def balance(self, rows: Sequence[Mapping[str, Any]], handed: Sequence[str]) -> None:
        """The accounts."""
        states = Counter(f"{row['kind']} {row['state']}" for row in rows)
        self.table(("kept as", "rows"), sorted(states.items()))
        self.say(f"{len(handed)} hand-overs at the two webhook desks, none twice")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Columns as wide as they need be."""
        texts = [[str(cell if cell is not None else "-") for cell in row] for row in rows]
        widths = [max([len(name), *(len(row[i]) for row in texts)]) for i, name in enumerate(head)]
        self._print("    " + self._in(DIM, "  ".join(n.ljust(w) for n, w in zip(head, widths, strict=True))))
        for row in texts:
            self._print(
                "    " + "  ".join(self._state(c.ljust(w)) for c, w in zip(row, widths, strict=True)).rstrip()
            )

    def _state(self, word: str) -> str:
        return self._in(COLOURS.get(word.strip(), ""), word)

    def _in(self, colour: str, text: str) -> str:
        return f"{colour}{text}{OFF}" if self.live and colour else text

    def _print(self, text: str) -> None:
        print(text, file=self.out, flush=True)


def _evidence(hard: Mapping[str, Any]) -> str:
    """The last outcome, and for a bad one what it said."""
    outcome = str(hard.get("last_outcome") or "none yet")
    return outcome if outcome == "ok" else f"{outcome}: {hard.get('detail') or ''}".rstrip(": ")
