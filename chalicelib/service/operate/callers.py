"""Operators' tokens: `bsc_<id>_<secret>`, of which we keep only the SHA-256 of the secret, with a role and an end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from chalicelib.service.operate.refusals import Unknown
from chalicelib.service.operate.roles import Role

TOKEN = re.compile(r"bsc_([A-Za-z0-9-]{1,64})_([A-Za-z0-9_-]{16,128})", re.ASCII)
BEARER = "bearer "
Operators = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An operator: the token's id, the name behind it, the role, and when the token ends (aware)."""

    id: str
    name: str
    role: Role
    expires: datetime


def digest_of(secret: str) -> str:
    """What is stored of a token's secret part."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def caller_of(header: str, operators: Operators, now: datetime) -> Caller:
    """The operator behind an Authorization header. Raises Unknown, which never says what was wrong.

    An unknown id costs the same comparison as a known one.
    """
    scheme, token = header[: len(BEARER)], header[len(BEARER) :]
    found = TOKEN.fullmatch(token)
    if found is None or scheme.lower() != BEARER:
        raise Unknown("show a token: Authorization: Bearer bsc_...")
    name, secret = found.groups()
    stored = operators.get(name, {}).get("hash", "")
    genuine = compare_digest(digest_of(secret).encode(), stored.lower().encode("utf-8", "replace"))
    if not genuine:
        raise Unknown("this token is not valid")
    return known_caller(name, operators, now)


def known_caller(name: str, operators: Operators, now: datetime) -> Caller:
    """The operator with this id, as the stored document has it now. Raises Unknown.

    Whatever is amiss in the document (no end, no such role) counts against the token.
    """
    entry = operators.get(name, {})
    try:
        role, expires = Role(entry.get("role", "")), datetime.fromisoformat(entry.get("expires", ""))
    except ValueError:
        raise Unknown("this token is not valid") from None
    if expires.tzinfo is None or expires <= now:
        raise Unknown("this token is not valid")
    return Caller(id=name, name=entry.get("name", ""), role=role, expires=expires)
