"""An anchor: the heads of the ledger's chains at one moment, numbered, tied to the anchor before, signed."""

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

FORM = 1
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FIRST = "bascule anchors of "


class Unreadable(ValueError):
    """A text that is no anchor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far a chain had come: the number of its last entry, which is how many there are, and its digest."""

    seq: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One anchor. `before` is the digest of the text of the one before; `heads` are those of the chains in sight.

    `broken` names chains that did not follow from what was anchored of them; `left` those not looked at this time.
    `key` is the fingerprint of the public key that proves `signature`.
    """

    number: int
    at: datetime
    stage: str
    before: str
    heads: Mapping[str, Head] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    key: str = ""
    signature: bytes = b""

    def signed(self) -> bytes:
        """What is signed: a few words and the digest of all but the signature, as canonical JSON."""
        return b"bascule anchor " + sha256(_text(self._document()).encode()).hexdigest().encode()

    def text(self) -> str:
        """As it is kept."""
        return _text({**self._document(), "signature": b64encode(self.signature).decode()})

    def _document(self) -> dict[str, Any]:
        return {
            "form": FORM,
            "number": self.number,
            "at": self.at.isoformat(),
            "stage": self.stage,
            "before": self.before,
            "heads": {name: [head.seq, head.digest] for name, head in self.heads.items()},
            "broken": list(self.broken),
            "left": list(self.left),
            "key": self.key,
        }


def read_anchor(text: str) -> Anchor:
    """The anchor in a text. Raises Unreadable, also for a text that `Anchor.text` would have written otherwise."""
    try:
        found = json.loads(text)
        anchor = Anchor(
            number=found["number"],
            at=datetime.fromisoformat(found["at"]),
            stage=found["stage"],
            before=found["before"],
            heads={name: _head(*one) for name, one in found["heads"].items()},
            broken=tuple(found["broken"]),
            left=tuple(found["left"]),
            key=found["key"],
            signature=b64decode(found["signature"], validate=True),
        )
        exact = anchor.text() == text and anchor.at.utcoffset() is not None and type(anchor.number) is int
    except (KeyError, TypeError, AttributeError, ValueError, NotBase64, RecursionError) as odd:
        raise Unreadable(f"no anchor: {type(odd).__name__}") from odd
    if not exact:
        raise Unreadable("no anchor as we write it")
    return anchor


def digest_of(text: str) -> str:
    """SHA-256 of an anchor's text, which the next anchor holds as `before`."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def beginning(stage: str) -> str:
    """What the first anchor of a stage holds as `before`."""
    return digest_of(_FIRST + stage)


def _head(seq: int, digest: str) -> Head:
    if type(seq) is not int or seq < 1 or not _DIGEST.fullmatch(digest):
        raise Unreadable("no head")
    return Head(seq=seq, digest=digest)


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
