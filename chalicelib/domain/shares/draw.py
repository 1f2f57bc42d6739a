"""The draw: which of the desks that share a route a contact is for, and in which order the others follow. Pure."""

from collections.abc import Mapping
from hashlib import blake2b
from math import log

_SPREAD = float(2**64)


def drawn_order(shares: Mapping[str, int], key: str) -> tuple[tuple[str, int], ...]:
    """The desks with their shares in the order in which this contact meets them, always the same for one key.

    Weighted rendezvous (Thaler and Ravishankar 1998, with the weights of Schindelhauer and Schomaker 2005): each desk
    gets an exponential number of its own, divided by its share; the smallest comes first. So a desk is first for its
    share of all keys; among those that are left the same holds again, in proportion; and when one share changes,
    no contact moves but to or from that desk.
    """
    if len(shares) < 2:  # noqa: PLR2004 - one desk needs no draw
        return tuple(shares.items())
    return tuple(sorted(shares.items(), key=lambda pair: (_number(pair[0], key) / pair[1], pair[0])))


def put_first(shares: Mapping[str, int], desk: str) -> tuple[tuple[str, int], ...]:
    """The order of contacts that are drawn for this desk, the others by their shares."""
    return tuple(sorted(shares.items(), key=lambda pair: (pair[0] != desk, -pair[1], pair[0])))


def _number(desk: str, key: str) -> float:
    salted = f"share:{desk}:{key}".encode("utf-8", "surrogatepass")
    return -log((int.from_bytes(blake2b(salted, digest_size=8).digest(), "big") + 1) / _SPREAD)
