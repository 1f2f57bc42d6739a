"""Whose signed tokens count, and what their claims make of a person: the `oidc` part of the operators' document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.access.scope import EVERYWHERE
from chalicelib.domain.plan_document.faults import Fault, Place

ALGORITHMS = ("RS256", "ES256", "EdDSA")
"""Signatures by a key that only the issuer has; none, and those by a shared secret, are no settings."""
ROLES = ("viewer", "operator", "admin")
_NAMES = (
    "issuer", "audience", "jwks_url", "algorithms", "role_claim", "roles", "markets_claim", "markets",
    "name_claim", "email_claim",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Settings. `roles` maps a claim's value to a role; without `markets_claim` everybody is for all markets."""

    issuer: str
    audience: str
    jwks_url: str
    algorithms: frozenset[str] = frozenset(ALGORITHMS)
    role_claim: str = "roles"
    roles: Mapping[str, str] = field(default_factory=dict)
    markets_claim: str = ""
    markets: Mapping[str, str] = field(default_factory=dict)
    name_claim: str = "name"
    email_claim: str = "email"

    def role_of(self, claims: Mapping[str, Any]) -> str:
        """The highest role that a value of the claim stands for; "" when none does."""
        found = {self.roles[value] for value in texts(claims, self.role_claim) if value in self.roles}
        return max(found, key=ROLES.index, default="")

    def markets_of(self, claims: Mapping[str, Any]) -> frozenset[str] | None:
        """The markets; None: all of them."""
        if not self.markets_claim:
            return None
        found = frozenset(self.markets.get(value, value) for value in texts(claims, self.markets_claim))
        return None if EVERYWHERE in found else found


def read_issuer(document: Mapping[str, Any]) -> tuple[Issuer | None, tuple[Fault, ...]]:
    """The settings, None when there are none or they have faults; every fault with its path."""
    place = Place(value=document.get("oidc"), path="oidc")
    if place.value is None:
        return None, ()
    place.entries(_NAMES)
    algorithms = [one.choice(ALGORITHMS, None) for one in place.at("algorithms").items()]
    named = {name: place.at(name).text(None, most=500) for name in ("issuer", "audience", "jwks_url")}
    claims = {
        name: place.at(name).text(most=200)
        for name in ("role_claim", "markets_claim", "name_claim", "email_claim")
    }
    roles = {value: one.choice(ROLES, None) for value, one in place.at("roles").entries().items()}
    markets = {value: one.text(None, most=64) for value, one in place.at("markets").entries().items()}
    if not roles:
        place.at("roles").fault("is required: which value of the claim stands for which role")
    if place.faults:
        return None, tuple(place.faults)
    given: dict[str, Any] = {**named, **{name: value for name, value in claims.items() if value}}
    if algorithms:
        given["algorithms"] = frozenset(algorithms)
    return Issuer(**given, roles=roles, markets=markets), ()


def texts(claims: Mapping[str, Any], name: str) -> Sequence[str]:
    """A claim's texts, one or a list; a name with dots may also lead inward (`realm_access.roles`)."""
    found: Any = claims.get(name)
    if name not in claims:
        found = claims
        for step in name.split("."):
            found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, str):
        return (found,)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else ()
