"""Signatures of tokens and the keys for them, by PyJWT and cryptography: imported with the first signed token only."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

Key: TypeAlias = jwt.PyJWK
_OF = {("RSA", ""): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
"""What a key's type and curve are for. A symmetric key (`oct`) is for nothing: it would be known to all."""
_SHORTEST_RSA = 2048
_MOST_KEYS = 100


def read_keys(body: bytes) -> Mapping[tuple[str, str], Key]:
    """The usable keys of a key set document by (key id, algorithm); the others, and junk, are passed over."""
    try:
        listed = json.loads(body).get("keys")
    except (ValueError, AttributeError, RecursionError):
        return {}
    found: dict[tuple[str, str], Key] = {}
    for one in listed[:_MOST_KEYS] if isinstance(listed, list) else ():
        for name, key in _usable(one):
            found.setdefault(name, key)
    return found


def genuine(text: str, key: Key, algorithm: str) -> bool:
    """True when the token bears this key's signature by this algorithm and no other."""
    try:
        jwt.PyJWS().decode(text, key, algorithms=[algorithm])
    except (jwt.PyJWTError, ValueError, TypeError):
        return False
    return True


def _usable(one: Any) -> Iterator[tuple[tuple[str, str], Key]]:
    if not isinstance(one, dict) or one.get("use", "sig") != "sig" or not isinstance(one.get("kid"), str):
        return
    kind = str(one.get("kty"))
    algorithm = _OF.get((kind, "" if kind == "RSA" else str(one.get("crv"))))
    if algorithm is None or one.get("alg", algorithm) != algorithm:
        return
    public = {name: value for name, value in one.items() if name in ("kty", "crv", "n", "e", "x", "y", "kid")}
    try:
        key = jwt.PyJWK(public, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        return
    if not isinstance(key.key, RSAPublicKey) or key.key.key_size >= _SHORTEST_RSA:
        yield (one["kid"], algorithm), key
