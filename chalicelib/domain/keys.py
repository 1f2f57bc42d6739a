"""Arithmetic on keys: the due shard of a row, and a key as an opaque cursor and back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from zlib import crc32

_LONGEST = 1_024


def due_shard(key: str, shards: int) -> int:
    """The shard (0..shards-1) of the due index that a row's key belongs to, the same for ever."""
    return crc32(key.encode("utf-8", "surrogatepass")) % shards


def cursor_of(*parts: str) -> str:
    """The parts of a key as text that is safe in a URL."""
    return urlsafe_b64encode("\n".join(parts).encode()).decode().rstrip("=")


def parts_of(cursor: str, count: int) -> tuple[str, ...]:
    """The parts behind a cursor. Raises ValueError unless `cursor_of` made it from `count` parts."""
    try:
        padded = cursor[:_LONGEST] + "=" * (-len(cursor) % 4)
        parts = tuple(urlsafe_b64decode(padded).decode().split("\n"))
    except (ValueError, NotBase64) as unreadable:
        raise ValueError("not a cursor of this list") from unreadable
    if len(parts) != count or not all(parts) or cursor_of(*parts) != cursor:
        raise ValueError("not a cursor of this list")
    return parts
