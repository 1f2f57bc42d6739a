"""An export in object storage: parts of whole lines with their digests, a list of them, and how far it has come."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import Absent, calling
from infra.export_lines import text_of

FORMAT = 1
PART_BYTES = 4_000_000
"""Of a part: nothing else of an export is ever held in memory."""
Json = dict[str, Any]


class Corrupt(Exception):
    """What is stored is not what was exported."""


class Objects:
    """One bucket, as an export needs it. Methods raise Unavailable."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._s3, self.bucket = clients("s3"), bucket

    def put(self, key: str, body: bytes) -> None:
        """Write one object, encrypted by the bucket."""
        with calling("s3:PutObject"):
            self._s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def get(self, key: str) -> bytes:
        """One object's bytes. Raises Corrupt where it is missing."""
        try:
            with calling("s3:GetObject"):
                body: bytes = self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except Absent as absent:
            raise Corrupt(f"there is no {key} in {self.bucket}") from absent
        return body

    def find(self, key: str) -> bytes | None:
        """The same; None where there is none."""
        return self.get(key) if key in self.names(key) else None

    def names(self, prefix: str) -> Iterator[str]:
        """The keys under a prefix, in order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        with calling("s3:ListBucket"):
            found = [each["Key"] for page in pages for each in page.get("Contents", [])]
        yield from found

    def remove(self, key: str) -> None:
        """Delete one object."""
        with calling("s3:DeleteObject"):
            self._s3.delete_object(Bucket=self.bucket, Key=key)


class Reads(Protocol):
    """A bucket to read parts from."""

    def get(self, key: str) -> bytes:
        """One object's bytes."""
        ...


@dataclass(slots=True, kw_only=True)
class Course:
    """How far one table has come: its parts, the key to go on from (None: at its end or its beginning)."""

    parts: list[Json] = field(default_factory=list)
    after: Json | None = None
    done: bool = False

    @property
    def lines(self) -> int:
        """Lines written so far."""
        return sum(part["lines"] for part in self.parts)


@dataclass(slots=True, kw_only=True)
class Parts:
    """Writes one table's parts into the folder `prefix`, each as soon as it is longer than `longest` bytes."""

    objects: Objects
    prefix: str
    course: Course
    longest: int = PART_BYTES
    _lines: list[bytes] = field(default_factory=list)
    _size: int = 0

    def add(self, lines: Iterable[str]) -> None:
        """Keep a page's lines for the next part."""
        for line in lines:
            raw = line.encode() + b"\n"
            self._lines.append(raw)
            self._size += len(raw)

    def flush(self, after: Json | None, *, whole: bool) -> bool:
        """Write a part if enough has come together, or the table is `whole`; True when progress was made."""
        if not whole and self._size < self.longest:
            return False
        if self._lines:
            name, body = f"{self.prefix}/{len(self.course.parts) + 1:05}.jsonl", b"".join(self._lines)
            self.objects.put(name, body)
            digest = sha256(body).hexdigest()
            part = {"name": name, "lines": len(self._lines), "bytes": len(body), "sha256": digest}
            self.course.parts.append(part)
        self._lines, self._size = [], 0
        self.course.after, self.course.done = after, whole
        return True


def lines_of(objects: Reads, part: Json) -> list[str]:
    """A part's lines. Raises Corrupt unless they are those that were written."""
    body = objects.get(part["name"])
    if len(body) != part["bytes"] or sha256(body).hexdigest() != part["sha256"]:
        raise Corrupt(f"{part['name']} is not as it was exported")
    return body.decode().splitlines()


def manifest(tables: dict[str, Course], **about: Any) -> bytes:
    """The list of all parts, with a digest of itself."""
    document = {"format": FORMAT, **about, "tables": {name: _listed(one) for name, one in tables.items()}}
    digest = sha256(text_of(document).encode()).hexdigest()
    return json.dumps({**document, "digest": digest}, indent=1, sort_keys=True).encode()


def read_manifest(raw: bytes) -> Json:
    """A manifest. Raises Corrupt."""
    try:
        found: Json = json.loads(raw)
    except ValueError as odd:
        raise Corrupt("the manifest is no JSON") from odd
    digest = found.pop("digest", "")
    if sha256(text_of(found).encode()).hexdigest() != digest or found.get("format") != FORMAT:
        raise Corrupt("the manifest is not as it was written, or of another format")
    return found


def progress(courses: dict[str, Course]) -> bytes:
    """How far an export has come, to go on from."""
    return json.dumps({name: asdict(course) for name, course in courses.items()}).encode()


def read_progress(raw: bytes | None) -> dict[str, Course]:
    """`progress` undone; empty at the beginning."""
    return {name: Course(**course) for name, course in json.loads(raw or b"{}").items()}


def _listed(course: Course) -> Json:
    return {"lines": course.lines, "parts": course.parts}
