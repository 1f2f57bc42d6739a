"""The snapshot in the plans table with a copy in S3; the front door's documents in a public bucket."""

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.objects import Bucket
from chalicelib.aws.table import Table
from chalicelib.ports import Missing, Stale, Unavailable

_KEY = {"pk": "snapshot", "version": 0}
_OBJECT = "snapshot.json"
# An item ends at 400 KB: a longer snapshot is read from S3 by everyone.
_LONGEST = 300_000
_TRIES = 4
_TYPES = {
    "json": "application/json; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}


class AwsSnapshots:
    """SnapshotStore: the item decides who is the newest, the object follows and never goes back."""

    def __init__(self, table: Table, state: Bucket, front_door: Bucket) -> None:
        self._table = table
        self._state = state
        self._front_door = front_door
        self._tag = ""

    def publish(self, version: int, text: str) -> None:
        """One conditional PutItem, then one conditional PutObject."""
        kept = text if len(text.encode()) <= _LONGEST else ""
        try:
            item = {**_KEY, "revision": version, "text": kept}
            self._table.put(item, "attribute_not_exists(#pk) OR #revision < :revision", revision=version)
        except ConditionFailed as refused:
            if refused.item.get("revision") != version or refused.item.get("text") != kept:
                raise Stale(
                    f"snapshot {version} is not newer than {refused.item.get('revision')}"
                ) from refused
        self._follow(version, text)

    def read(self) -> tuple[int, str]:
        """One consistent GetItem."""
        item = self._table.get(_KEY)
        if not item:
            raise Missing("no snapshot was published")
        return (item["revision"], item["text"]) if item["text"] else self.fallback()

    def fallback(self) -> tuple[int, str]:
        """One GetObject."""
        kept = self._state.read(_OBJECT)
        return int(kept.notes.get("version", "0")), kept.text

    def feed(self, name: str, text: str) -> None:
        """One PutObject; browsers and caches may keep it for 15 seconds."""
        kind = _TYPES.get(name.rpartition(".")[2], "text/plain; charset=utf-8")
        self._front_door.write(name, text, ContentType=kind, CacheControl="public, max-age=15")

    def read_feed(self, name: str) -> str:
        """One GetObject."""
        return self._front_door.read(name).text

    def _follow(self, version: int, text: str) -> None:
        for _ in range(_TRIES):
            condition = {"IfMatch": self._tag} if self._tag else {"IfNoneMatch": "*"}
            try:
                self._tag = self._state.write(
                    _OBJECT, text, ContentType=_TYPES["json"], Metadata={"version": str(version)}, **condition
                )
            except ConditionFailed:
                kept = self._state.read(_OBJECT)
                self._tag = kept.tag
                if int(kept.notes.get("version", "0")) >= version:
                    return
            else:
                return
        raise Unavailable("the snapshot object is written by too many at once")
