"""Objects in S3: read, and write on condition of what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import Absent, calling
from chalicelib.ports import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An object's text, its tag (for a conditional write) and the notes kept with it."""

    text: str
    tag: str
    notes: Mapping[str, str] = field(default_factory=dict)


class Bucket:
    """One bucket. Methods raise Unavailable."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self._name = name

    def read(self, key: str) -> Kept:
        """One object. Raises Missing; S3 calls an absent object denied where listing is: Unavailable."""
        try:
            with calling("s3:GetObject"):
                answer = self._clients("s3").get_object(Bucket=self._name, Key=key)
                text = answer["Body"].read().decode()
        except Absent as absent:
            raise Missing(f"no object {key}") from absent
        return Kept(text=text, tag=answer["ETag"], notes=answer.get("Metadata", {}))

    def write(self, key: str, text: str, **options: Any) -> str:
        """Write one object and return its tag; options as the API names them. Raises ConditionFailed."""
        with calling("s3:PutObject"):
            answer = self._clients("s3").put_object(Bucket=self._name, Key=key, Body=text.encode(), **options)
        return str(answer["ETag"])
