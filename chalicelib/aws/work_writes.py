"""Writes a row's work under compare-and-set: sk "w", or "w#TERM" where several regions take turns."""

import os
from collections.abc import Callable

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.table import Plain, Table
from chalicelib.aws.works import first_work, work_item
from chalicelib.domain.outbox import Work
from chalicelib.ports import Stale

_NEW = "attribute_not_exists(#pk)"
_TERM = 10**6
"""More versions than a row goes through in one term."""


class WorkWrites:
    """The part of a ContactStore that saves."""

    def __init__(self, table: Table, clock: Callable[[], float], kept: int) -> None:
        self._table, self._clock, self._kept = table, clock, kept

    def save(self, key: str, work: Work) -> None:
        """Store the next version of the work of its term. Raises Stale."""
        writer = os.urandom(8).hex()
        try:
            self._write(key, work, writer, _NEW if work.version == 1 else "#version = :before")
        except ConditionFailed as refused:
            # A retry of our own write whose answer was lost finds it stored: that is success, not Stale.
            if refused.item.get("writer") == writer:
                return
            if refused.item or work.term or self._first_version(key) != work.version - 1:
                raise Stale(f"version {work.version} of {key} is not the next one") from refused
            self._write_after_first(key, work, writer)

    def _write(self, key: str, work: Work, writer: str, only_if: str) -> None:
        values: Plain = {**work_item(work), "writer": writer, "expires_at": int(self._clock()) + self._kept}
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        if ":before" in only_if:
            values["before"] = work.version - 1
        self._table.update({"pk": key, "sk": work_name(work.term)}, change, only_if, **values)

    def _write_after_first(self, key: str, work: Work, writer: str) -> None:
        try:
            self._write(key, work, writer, _NEW)
        except ConditionFailed as refused:
            if refused.item.get("writer") != writer:
                raise Stale(f"version {work.version} of {key} is not the next one") from refused

    def _first_version(self, key: str) -> int:
        item = self._table.get({"pk": key, "sk": "c"})
        return first_work(item).version if item else -1


def work_name(term: str) -> str:
    """The sort key of the work of a term."""
    return f"w#{term}" if term else "w"


def stamp(work: Work) -> int:
    """By which what a later version says of the due time holds, also across terms, each of which begins at 1."""
    return int(work.term.partition("@")[0]) * _TERM + work.version if work.term else work.version
