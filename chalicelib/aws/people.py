"""The people table: a tombstone or an export's key per person, under a keyed digest; the key of digests; a mark."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.objects import Bucket
from chalicelib.aws.table import Table
from chalicelib.domain.people.digest import person_digest
from chalicelib.domain.upgrade.times import millis, moment

DIGESTS = {"pk": "key-of-digests"}
_MARK = {"pk": "mark"}
TOMBSTONES = "erased/"
"""Where the state bucket has a second copy of each tombstone: a restored people table may be older than them."""
KEPT = 400 * 86_400
"""Seconds that a tombstone lasts: longer than rows, their backups and their exports together."""


class AwsPeople:
    """PeopleStore."""

    def __init__(self, table: Table, state: Bucket, clock: Callable[[], float]) -> None:
        self._table, self._state, self._clock = table, state, clock
        self._key = b""

    def erase(self, party: str, now: datetime) -> str:
        """A PutObject, then an UpdateItem that drops the key; a GetItem (and a PutItem, once) before."""
        digest = self.digest(party)
        tombstone = json.dumps({"erased_at": millis(now)})
        self._state.write(f"{TOMBSTONES}{digest}.json", tombstone, ContentType="application/json")
        change = "SET #erased_at = :at, #expires_at = :end REMOVE #export_key"
        self._table.update(key_of(digest), change, at=millis(now), end=int(self._clock()) + KEPT)
        return digest

    def erased(self, parties: Iterable[str]) -> Mapping[str, datetime]:
        """One GetItem for each, or BatchGetItem for many; none where nobody was ever erased nor exported."""
        wanted = list(dict.fromkeys(parties))
        key = self._known_key() if wanted else b""
        if not key:
            return {}
        by_digest = {person_digest(key, party): party for party in wanted}
        keys = [key_of(digest) for digest in by_digest]
        found = self._table.gather(keys) if len(keys) > 1 else [self._table.get(keys[0])]
        dead = [item for item in found if item.get("erased_at")]
        return {by_digest[digest_of(item["pk"])]: moment(item["erased_at"]) for item in dead}

    def mark(self) -> str:
        """One GetItem."""
        return str(self._table.get(_MARK).get("cursor", ""))

    def keep_mark(self, cursor: str) -> None:
        """One PutItem."""
        self._table.put({**_MARK, "cursor": cursor})

    def digest(self, party: str) -> str:
        """A person's digest, by the stage's key, which is made at first use."""
        return person_digest(self._known_key() or self._made_key(), party)

    def _known_key(self) -> bytes:
        if not self._key:
            self._key = self._table.get(DIGESTS).get("secret", b"")
        return self._key

    def _made_key(self) -> bytes:
        made = os.urandom(32)
        try:
            self._table.put({**DIGESTS, "secret": made}, "attribute_not_exists(#pk)")
        except ConditionFailed as known:
            made = known.item["secret"]
        self._key = made
        return made


def key_of(digest: str) -> dict[str, str]:
    """The item of a person."""
    return {"pk": f"person#{digest}"}


def digest_of(key: str) -> str:
    """The digest in the key of a person's item; "" for any other item."""
    return key.removeprefix("person#") if key.startswith("person#") else ""
