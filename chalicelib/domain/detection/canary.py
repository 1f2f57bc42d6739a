"""A canary's mark: a short word that only this stage can make, and that stands for one channel and one moment."""

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from chalicelib.domain.model import row_key

PREFIX = "canary-"
_STAMP, _PROOF = 5, 10
"""Bytes: seconds since the epoch, and as much of the HMAC-SHA256 (80 bits) as an SMS has room for beside it."""
_MARK = re.compile(PREFIX + "([a-z2-7]{24})(?![a-z2-7])", re.IGNORECASE)
MOST_MARKS = 4


def mark(channel: str, at: datetime, key: bytes) -> str:
    """The word of a channel's canary of this second: 31 letters, digits and a dash, which e-mail and SMS keep."""
    stamp = int(at.timestamp()).to_bytes(_STAMP)
    return PREFIX + b32encode(stamp + _proof(channel, stamp, key)).decode().lower()


def recognised(channel: str, text: str, keys: Sequence[bytes]) -> datetime | None:
    """The moment of the canary of this channel whose mark stands in a text; None when no mark in it is ours."""
    for found in _MARK.findall(text[:4096])[:MOST_MARKS]:
        raw = b32decode(found.upper())
        stamp, proof = raw[:_STAMP], raw[_STAMP:]
        if any(hmac.compare_digest(_proof(channel, stamp, key), proof) for key in keys):
            return datetime.fromtimestamp(int.from_bytes(stamp), UTC)
    return None


def canary_key(channel: str, at: datetime) -> str:
    """The key of a canary's row: the same second's canary can be sent only once."""
    return row_key(channel, "", f"canary:{int(at.timestamp())}")


def slot(at: datetime, seconds: int) -> datetime:
    """The beginning of the span of so many seconds that a moment lies in: one canary in each at most."""
    stamp = int(at.timestamp())
    return datetime.fromtimestamp(stamp - stamp % seconds, UTC)


def _proof(channel: str, stamp: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"canary:" + stamp + channel.encode(), sha256)[:_PROOF]
