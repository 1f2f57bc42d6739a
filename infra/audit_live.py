"""A deployed stage's ledger and anchors as they are read to be verified: every item, and every version."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any

from chalicelib.aws.anchors import FOLDER, AwsAnchors, key_of
from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import calling
from chalicelib.aws.ledger import DynamoLedger
from chalicelib.aws.objects import Bucket
from chalicelib.aws.table import Table
from chalicelib.domain.audit.anchor import read_anchor
from chalicelib.domain.audit.faults import ANCHORS, Fault, Kind
from chalicelib.domain.audit.rows import Row
from chalicelib.domain.proof.chain import LIST
from chalicelib.domain.proof.dispatch import hours_between
from chalicelib.ports import Missing
from infra.audit_book import DiskNames
from infra.audit_export import stored_entry

Item = Mapping[str, Mapping[str, Any]]
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """One stage. `at_once` objects are read side by side."""

    clients: Clients
    table: str
    bucket: str
    key: str
    at_once: int = 16

    def public_key(self) -> bytes:
        """What the key service says: whoever wants to trust no account keeps it elsewhere and gives that."""
        return self._anchors().public_key()

    def anchors(self, doubts: Callable[[Fault], None], first: int = 1) -> Iterator[tuple[int, str]]:
        """Texts by number, in order, each in its first version; what was laid over one, or hides it, is a doubt."""
        versions = self._versions(doubts, first)
        while some := list(islice(versions, 4 * self.at_once)):
            if self.at_once == 1:
                yield from map(self._text, some)
            else:
                with ThreadPoolExecutor(self.at_once) as pool:
                    yield from pool.map(self._text, some)

    def first(self, since: datetime) -> int:
        """The number of the first anchor not before a time, by halving; one more than the newest when all are."""
        anchors, low = self._anchors(), 1
        try:
            high = anchors.newest()[0] + 1
        except Missing:
            return low
        while low < high:
            middle = (low + high) // 2
            if read_anchor(anchors.read(middle)).at < since:
                low = middle + 1
            else:
                high = middle
        return low

    def newest(self) -> str:
        """The last anchor's text. Raises Missing."""
        return self._anchors().newest()[1]

    def touched(self, last: datetime | None, now: datetime) -> frozenset[str]:
        """The chains that were added to since the last anchor."""
        ledger = DynamoLedger(Table(self.clients, self.table))
        since = (last or now) - HOUR
        return frozenset(name for hour in hours_between(since, now + HOUR) for name in ledger.touched(hour))

    def rows(self, wanted: Callable[[str], bool]) -> Iterator[Row]:
        """Every chain that has an item, in the order of names, whatever the lists beside the ledger say."""
        names = DiskNames()
        for item in self._pages("Scan", ProjectionExpression="pk"):
            names.add(str(item["pk"].get("S", "")))
        for name in names:
            if not name.startswith(LIST + "#") and wanted(name):
                asked = {
                    "KeyConditionExpression": "pk = :pk",
                    "ExpressionAttributeValues": {":pk": {"S": name}},
                }
                for item in self._pages("Query", **asked):
                    yield name, stored_entry({field: _bare(value) for field, value in item.items()})

    def _anchors(self) -> AwsAnchors:
        return AwsAnchors(self.clients, Bucket(self.clients, self.bucket), self.key)

    def _versions(self, doubts: Callable[[Fault], None], first: int) -> Iterator[tuple[int, str]]:
        """Number and id of the first version of each; a key's versions are listed side by side, the newest first."""
        for number, group in groupby(self._listed(first), lambda each: _number(each["Key"])):
            versions = list(group)
            if len(versions) > 1:
                doubts(Fault(kind=Kind.ANCHOR_COVERED, where=ANCHORS, number=number))
            kept = [each for each in versions if "Size" in each]
            if kept:
                yield number, kept[-1]["VersionId"]

    def _listed(self, first: int) -> Iterator[Mapping[str, Any]]:
        """Versions and the markers that hide them, by key."""
        asked = {"Bucket": self.bucket, "Prefix": FOLDER}
        asked |= {"KeyMarker": key_of(first - 1)} if first > 1 else {}
        pages = self.clients("s3").get_paginator("list_object_versions").paginate(**asked)
        with calling("s3:ListBucketVersions"):
            for page in pages:
                found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
                yield from sorted(found, key=lambda each: each["Key"])

    def _text(self, version: tuple[int, str]) -> tuple[int, str]:
        number, name = version
        with calling("s3:GetObject"):
            answer = self.clients("s3").get_object(Bucket=self.bucket, Key=key_of(number), VersionId=name)
            return number, answer["Body"].read().decode("utf-8", "replace")

    def _pages(self, operation: str, **asked: Any) -> Iterator[Item]:
        client = self.clients("dynamodb", patient=True)
        call = client.scan if operation == "Scan" else client.query
        asked |= {"TableName": self.table, "ConsistentRead": True}
        while True:
            with calling(f"dynamodb:{operation}"):
                answer = call(**asked)
            yield from answer.get("Items", [])
            if not (after := answer.get("LastEvaluatedKey")):
                return
            asked["ExclusiveStartKey"] = after


def _number(key: str) -> int:
    """The number in a key; -1 for one that is none of ours."""
    number = key.removeprefix(FOLDER).removesuffix(".json")
    return int(number) if number.isdecimal() and key_of(int(number)) == key else -1


def _bare(value: Mapping[str, Any]) -> Any:
    return next(iter(value.values()))
