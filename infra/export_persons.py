"""The people table's side of an export: everybody's key, made at their first export, and whose an item is."""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.objects import Bucket
from chalicelib.aws.people import DIGESTS, AwsPeople, digest_of, key_of
from chalicelib.aws.table import Plain, Table
from chalicelib.domain.upgrade.times import moment
from infra.export_lines import ROW, SEND, Item, Owner, emptied, is_work, plain_line, row_key_of, sealed_line
from infra.sealing import KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the people table; `erased_at` is None for who never was."""

    digest: str
    key: bytes
    erased_at: datetime | None = None


class Persons:
    """Keys by person, written before they are used: a crash leaves a key too many, never a box without one."""

    def __init__(self, clients: Clients, table: str, state_bucket: str) -> None:
        self._table = Table(clients, table)
        self._people = AwsPeople(self._table, Bucket(clients, state_bucket), time.time)

    def key_of_digests(self) -> bytes:
        """The stage's key of digests, made when there is none."""
        self._people.digest("")
        return bytes(self._table.get(DIGESTS)["secret"])

    def of(self, parties: Iterable[str]) -> dict[str, Person]:
        """The persons of parties, each with a key."""
        digests = {party: self._people.digest(party) for party in parties}
        found = {digest_of(i["pk"]): i for i in self._table.gather(key_of(d) for d in digests.values())}
        return {party: self._person(digest, found.get(digest, {})) for party, digest in digests.items()}

    def items(self) -> Iterator[Plain]:
        """All that the table has but the sweep's mark."""
        return (
            item for item in self._table.everything() if item["pk"] == DIGESTS["pk"] or digest_of(item["pk"])
        )

    def _person(self, digest: str, item: Plain) -> Person:
        if "export_key" not in item:
            item = self._keyed(digest)
        erased_at = item.get("erased_at")
        return Person(
            digest=digest, key=item["export_key"], erased_at=moment(erased_at) if erased_at else None
        )

    def _keyed(self, digest: str) -> Plain:
        """A new key, unless another export was first; a tombstone beside it stays."""
        new, change = os.urandom(KEY), "SET #export_key = :new REMOVE #expires_at"
        try:
            before = self._table.update(key_of(digest), change, "attribute_not_exists(#export_key)", new=new)
        except ConditionFailed as known:
            return dict(known.item)
        return {**before, "export_key": new}


def contact_lines(page: list[Item], table: Table, persons: Persons, now: datetime) -> Iterator[str]:
    """The lines of one page of the contacts table; a work without its row is left out."""
    rows = _rows(page, table)
    known = persons.of({_party(row) for row in rows.values() if "erased_at" not in row})
    for item in page:
        row = rows.get(row_key_of(item))
        if row is None or "erased_at" in row:
            yield from _of_nobody(item, now, orphan=row is None)
            continue
        person, at = known[_party(row)], moment(row["received_at"])
        if person.erased_at is not None and at <= person.erased_at:
            yield plain_line(emptied(item, person.erased_at))
        else:
            yield sealed_line(item, Owner(digest=person.digest, key=person.key, at=at), now)


def _of_nobody(item: Item, now: datetime, *, orphan: bool) -> Iterator[str]:
    if orphan and is_work(item["sk"]):
        return
    yield plain_line(emptied(item, now) if item["sk"].startswith(SEND) else item)


def _rows(page: list[Item], table: Table) -> dict[str, Item]:
    """The accepted rows that a page's items belong to, by key."""
    rows = {item["pk"]: item for item in page if item["sk"] == ROW}
    missing = {key for item in page if (key := row_key_of(item)) and key not in rows}
    return rows | {item["pk"]: item for item in table.gather({"pk": key, "sk": ROW} for key in missing)}


def _party(row: Item) -> str:
    return str(row.get("party") or f"row:{row['pk']}")
