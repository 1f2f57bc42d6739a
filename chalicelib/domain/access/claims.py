"""What the claims of a token with a good signature amount to (RFC 7519 §4.1), at a given time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from chalicelib.domain.access.doubts import Disbelieved, Doubt
from chalicelib.domain.access.issuer import Issuer, texts

LEEWAY = 60
"""Seconds by which two clocks may differ."""
MARK = "sso:"
"""How the ids of people with signed tokens begin; no API token's id has a colon."""
_YEAR_3000 = 32_503_680_000
_OPAQUE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a token says its bearer is. `markets` None: all; `subject` is the issuer's own word, `id` is ours.

    `email` is what the issuer's claim says, "" without one.
    """

    id: str
    subject: str
    name: str
    role: str
    markets: frozenset[str] | None
    expires: datetime
    email: str = ""


def identity_of(claims: Mapping[str, Any], issuer: Issuer, now: datetime) -> Identity:
    """The bearer at `now` (aware). Raises Disbelieved.

    `iss`, `aud`, `exp` and `sub` are required; `nbf` and `iat` must not lie ahead by more than the leeway.
    """
    if claims.get("iss") != issuer.issuer:
        raise Disbelieved(Doubt.WRONG_ISSUER)
    if issuer.audience not in texts({"aud": claims.get("aud")}, "aud"):
        raise Disbelieved(Doubt.WRONG_AUDIENCE)
    end = _stamp(claims, "exp")
    if end is None:
        raise Disbelieved(Doubt.MALFORMED)
    begins = [found for found in (_stamp(claims, name) for name in ("nbf", "iat")) if found is not None]
    if any(found > now.timestamp() + LEEWAY for found in begins):
        raise Disbelieved(Doubt.NOT_YET_VALID)
    if end <= now.timestamp() - LEEWAY:
        raise Disbelieved(Doubt.EXPIRED)
    return _identity(claims, issuer, end)


def caller_id(issuer: str, subject: str) -> str:
    """Our id of a subject: its own when that is opaque, else the first 16 hex of SHA-256 (issuer, line feed, subject).

    An id gets into logs and the ledger, where an address or a name must not be.
    """
    if _OPAQUE.fullmatch(subject):
        return MARK + subject
    digest = sha256(f"{issuer}\n{subject}".encode()).hexdigest()
    return f"{MARK}.{digest[:16]}"


def _identity(claims: Mapping[str, Any], issuer: Issuer, end: float) -> Identity:
    subject, role = claims.get("sub"), issuer.role_of(claims)
    if not isinstance(subject, str) or not subject:
        raise Disbelieved(Doubt.MALFORMED)
    if not role:
        raise Disbelieved(Doubt.UNKNOWN_ROLE)
    return Identity(
        id=caller_id(issuer.issuer, subject), subject=subject, role=role, markets=issuer.markets_of(claims),
        name=next(iter(texts(claims, issuer.name_claim)), "")[:200], expires=datetime.fromtimestamp(end, UTC),
        email=next(iter(texts(claims, issuer.email_claim)), ""),
    )  # fmt: skip


def _stamp(claims: Mapping[str, Any], name: str) -> float | None:
    """Seconds since 1970, None when the claim is not there. Raises Disbelieved for what is no such number."""
    if name not in claims:
        return None
    found = claims[name]
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < _YEAR_3000:
        raise Disbelieved(Doubt.MALFORMED)
    return float(found)
