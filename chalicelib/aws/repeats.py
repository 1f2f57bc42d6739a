"""Requests that may come again: small items in the contacts table, sk "i", which end by themselves."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from chalicelib.aws.errors import ConditionFailed, understanding
from chalicelib.aws.table import Plain, Table
from chalicelib.domain.access.repeats import KEPT, RUNNING, Kept
from chalicelib.domain.upgrade.schema import stamped, understood
from chalicelib.domain.upgrade.times import millis

_FREE = "attribute_not_exists(#pk) OR #until <= :now"
_OURS = "#since = :since AND #code = :none"


class DynamoRepeats:
    """RepeatStore. `until` (milliseconds) is when the key is free again; the table's own end comes much later."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @understanding("a remembered request")
    def claim(self, key: str, request: str, now: datetime) -> Kept | None:
        """One conditional PutItem. A retry of our own write whose answer was lost finds it stored: that is a claim."""
        writer = os.urandom(8).hex()
        item = stamped({
            "pk": key, "sk": "i", "request": request, "since": millis(now), "until": millis(now + RUNNING), "code": 0,
            "writer": writer, "expires_at": millis(now + 2 * KEPT) // 1000,
        })  # fmt: skip
        try:
            self._table.put(item, _FREE, now=millis(now))
        except ConditionFailed as taken:
            return None if taken.item.get("writer") == writer else _kept(taken.item)
        return None

    def keep(self, key: str, kept: Kept, now: datetime) -> None:
        """One conditional UpdateItem."""
        values: Plain = {
            "code": kept.code,
            "headers": json.dumps(dict(kept.headers)),
            "until": millis(now + KEPT),
        }
        if kept.text is not None:
            values["text"] = kept.text
        self._change(key, "SET " + ", ".join(f"#{name} = :{name}" for name in values), now, values)

    def release(self, key: str, now: datetime) -> None:
        """Likewise: no function may delete from this table."""
        self._change(key, "SET #until = :until", now, {"until": 0})

    def _change(self, key: str, change: str, now: datetime, values: Plain) -> None:
        with suppress(ConditionFailed):  # it ran out, and another has it
            self._table.update({"pk": key, "sk": "i"}, change, _OURS, since=millis(now), none=0, **values)


def _kept(item: Mapping[str, Any]) -> Kept:
    known = understood(item)
    return Kept(
        request=known["request"], code=known["code"], text=known.get("text"),
        headers=json.loads(known.get("headers", "{}")),
    )  # fmt: skip
