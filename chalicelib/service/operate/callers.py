"""Operators' tokens: `bsc_<id>_<secret>`, of which we keep only the SHA-256 of the secret, with a role and an end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from chalicelib.domain.access.doubts import Doubt
from chalicelib.domain.access.owner import marks_of
from chalicelib.domain.access.scope import EVERYWHERE
from chalicelib.service.operate.refusals import Unknown
from chalicelib.service.operate.roles import Role, for_some_markets, permitted

TOKEN = re.compile(r"bsc_([A-Za-z0-9-]{1,64})_([A-Za-z0-9_-]{16,128})", re.ASCII)
BEARER = "bearer "
Operators = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An operator: the token's id, the name behind it, the role, and when the token ends (aware).

    `markets` None: for all of them. `routes`: beginnings of the only addresses that may be asked; None: all.
    `owners` are marks of the person whose token it is, as far as they are known.
    """

    id: str
    name: str
    role: Role
    expires: datetime
    markets: frozenset[str] | None = None
    routes: tuple[str, ...] | None = None
    owners: frozenset[str] = frozenset()


def barred(caller: Caller, method: str, route: str, place: str) -> str:
    """Why a caller may not ask a route, at its place (the address with its ids); "" where they may."""
    if not permitted(caller.role, method, route):
        return f"not for the role {caller.role.value}"
    if caller.markets is not None and not for_some_markets(method, route):
        return "for operators of all markets"
    if caller.routes is not None and not place.startswith(caller.routes):
        return "not among the routes of this token"
    return ""


def digest_of(secret: str) -> str:
    """What is stored of a token's secret part."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def bearer(header: str) -> str:
    """The token of an Authorization header. Raises Unknown."""
    scheme, token = header[: len(BEARER)], header[len(BEARER) :]
    if scheme.lower() != BEARER or not token:
        raise Unknown("show a token: Authorization: Bearer ...", Doubt.NO_TOKEN)
    return token


def caller_of(header: str, operators: Operators, now: datetime) -> Caller:
    """The operator behind an Authorization header with a token of ours. Raises Unknown, which never says why.

    An unknown id costs the same comparison as a known one.
    """
    found = TOKEN.fullmatch(bearer(header))
    if found is None:
        raise Unknown("show a token: Authorization: Bearer ...", Doubt.MALFORMED)
    name, secret = found.groups()
    stored = operators.get(name, {}).get("hash", "")
    genuine = compare_digest(digest_of(secret).encode(), stored.lower().encode("utf-8", "replace"))
    if not genuine:
        raise Unknown("this token is not valid", Doubt.SIGNATURE if stored else Doubt.UNKNOWN_TOKEN)
    return known_caller(name, operators, now)


def known_caller(name: str, operators: Operators, now: datetime) -> Caller:
    """The operator with this id, as the stored document has it now. Raises Unknown.

    Whatever is amiss in the document (no end, no such role) counts against the token. `markets`, `routes` and
    `person` there are lists, kept here as texts with commas.
    """
    entry = operators.get(name, {})
    try:
        role, expires = Role(entry.get("role", "")), datetime.fromisoformat(entry.get("expires", ""))
    except ValueError:
        raise Unknown(
            "this token is not valid", Doubt.UNKNOWN_ROLE if entry else Doubt.UNKNOWN_TOKEN
        ) from None
    if expires.tzinfo is None or expires <= now:
        raise Unknown("this token is not valid", Doubt.EXPIRED)
    markets = frozenset(_listed(entry, "markets")) if "markets" in entry else None
    routes = _listed(entry, "routes") if "routes" in entry else None
    return Caller(
        id=name, name=entry.get("name", ""), role=role, expires=expires, routes=routes,
        markets=None if markets and EVERYWHERE in markets else markets,
        owners=marks_of(_listed(entry, "person")),
    )  # fmt: skip


def _listed(entry: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in entry.get(name, "").split(",") if part.strip())
