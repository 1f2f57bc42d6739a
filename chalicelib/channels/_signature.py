"""Proofs that several vendors share: keyed digests, comparison in constant time, age of a time stamp."""

import hmac
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime

from chalicelib.channels import Forged
from chalicelib.http_types import Request

LONGEST_HEADER = 4096
TOLERANCE = 300
_LONGEST_STAMP = 15
_MILLISECONDS_FROM = 10**12


def as_bytes(value: bytes | str) -> bytes:
    """The value's UTF-8 bytes; lone surrogates are kept, so that no header can make this raise."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def same(a: bytes | str, b: bytes | str) -> bool:
    """Are both equal? Takes the same time wherever they differ; never raises, also not on non-ASCII text."""
    return hmac.compare_digest(as_bytes(a), as_bytes(b))


def hmac_bytes(secret: bytes | str, body: bytes | str, algorithm: str = "sha256") -> bytes:
    """The keyed digest (RFC 2104) of `body` under `secret`, as raw bytes."""
    return hmac.digest(as_bytes(secret), as_bytes(body), algorithm)


def hmac_hex(secret: bytes | str, body: bytes | str, algorithm: str = "sha256") -> str:
    """The keyed digest in lower-case hexadecimal."""
    return hmac_bytes(secret, body, algorithm).hex()


def hmac_base64(secret: bytes | str, body: bytes | str, algorithm: str = "sha256") -> str:
    """The keyed digest in base64 (standard alphabet, padded)."""
    return b64encode(hmac_bytes(secret, body, algorithm)).decode("ascii")


def header(request: Request, name: str, longest: int = LONGEST_HEADER) -> str:
    """The value of the header `name` (lower case), stripped. Forged if missing, empty or too long."""
    value = request.headers.get(name, "").strip()
    if not value:
        raise Forged(f"the header {name} is missing")
    if len(value) > longest:
        raise Forged(f"the header {name} is too long")
    return value


def require(given: bytes | str, expected: Iterable[bytes | str]) -> None:
    """Forged unless `given` equals one of `expected`; every candidate is compared, so time tells nothing."""
    found = False
    for candidate in expected:
        found |= same(given, candidate)
    if not found:
        raise Forged("the signature does not match any of the secrets")


def require_fresh(stamp: str, now: datetime, tolerance: float = TOLERANCE) -> None:
    """Forged unless `stamp` (Unix seconds, or milliseconds from 10**12) is `tolerance` seconds old or new."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= _LONGEST_STAMP):
        raise Forged("the time stamp is unreadable")
    seconds = int(stamp)
    if seconds >= _MILLISECONDS_FROM:
        seconds //= 1000
    if abs(now.timestamp() - seconds) > tolerance:
        raise Forged("the time stamp is too old or too new")
