"""What a table shows of documents: columns by the fields' names, each with the form that its values have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from bascule_cli.answers import at, text
from bascule_cli.faults import spoken
from bascule_cli.speech import Words
from bascule_cli.times import lasting, shown

MOST_SECONDS = 1e12
GAP = "  "
WRAPPED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`field` is where the value lies (names with dots), `form` what it is; a `fixed` column is never wrapped."""

    field: str
    form: str
    fixed: bool

    @property
    def head(self) -> str:
        """The catalogue's key of the column's title."""
        return "column." + self.field.replace(".", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns and the objects that they show. `empty` is the catalogue's key of what is said when there is none."""

    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    empty: str = "say.none"


def columns(wanted: str) -> tuple[Column, ...]:
    """Columns from a line such as ``"path! state:state because age_seconds:length"``; ``!`` is for fixed ones."""
    made = []
    for one in wanted.split():
        field, _, form = one.partition(":")
        made.append(
            Column(
                field=field.rstrip("!"),
                form=form or "text",
                fixed=field.endswith("!") or form in ("time", "state"),
            )
        )
    return tuple(made)


def cell(column: Column, row: Mapping[str, Any], words: Words, zone: tzinfo | None) -> str:
    """A value as its form has it; what is of another type is shown as it is."""
    value = at(row, *column.field.split("."))
    return " ".join(FORMS[column.form](value, words, zone).split())


def narrowest(columns: Sequence[Column], heads: Sequence[str], cells: Sequence[Sequence[str]]) -> int:
    """The least width at which a table can still be read: fixed columns as they are, others wrapped to a dozen."""
    total = (len(columns) - 1) * len(GAP)
    for place, column in enumerate(columns):
        widest = max([len(heads[place]), *(len(row[place]) for row in cells)])
        total += widest if column.fixed else min(widest, WRAPPED)
    return total


def records(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """Each row as lines `title  value`, with a blank line between two rows."""
    width = max(map(len, heads))
    return "\n".join(
        "".join(f"{head.ljust(width)}{GAP}{value}\n" for head, value in zip(heads, row, strict=True))
        for row in cells
    )


def _time(value: Any, words: Words, zone: tzinfo | None) -> str:
    del words
    return text(shown(value, zone)) if isinstance(value, str) else text(value)


def _length(value: Any, words: Words, zone: tzinfo | None) -> str:
    del words, zone
    return lasting(value) if _number(value) and 0 <= value < MOST_SECONDS else text(value)


def _state(value: Any, words: Words, zone: tzinfo | None) -> str:
    del zone
    return words.known(f"state.{value}", text(value)) if isinstance(value, str) else text(value)


def _share(value: Any, words: Words, zone: tzinfo | None) -> str:
    del words, zone
    return f"{value * 100:.4g} %" if _number(value) and abs(value) < MOST_SECONDS else text(value)


def _fault(value: Any, words: Words, zone: tzinfo | None) -> str:
    del zone
    return spoken(text(value), words.language)


def _text(value: Any, words: Words, zone: tzinfo | None) -> str:
    del zone
    if isinstance(value, bool):
        return words("say.yes" if value else "say.no")
    return text(value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


FORMS: Mapping[str, Callable[[Any, Words, tzinfo | None], str]] = {
    "text": _text,
    "time": _time,
    "length": _length,
    "state": _state,
    "share": _share,
    "fault": _fault,
}
