"""Seals a person's items for an export: AES-256-GCM under the person's own key, tied to the item it belongs to."""

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
KEY = 32


class Sealed(Exception):
    """A box that this key does not open, or that somebody changed."""


def seal(key: bytes, text: str, place: str) -> str:
    """Base64 of nonce and ciphertext; `place` is the item's key, and the box opens nowhere else.

    A nonce is random: one key seals a person's few thousand items, far below the 2^32 at which that wears out.
    """
    nonce = os.urandom(NONCE)
    return b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())).decode()


def unseal(key: bytes, box: str, place: str) -> str:
    """The text. Raises Sealed."""
    try:
        raw = b64decode(box, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], place.encode()).decode()
    except (InvalidTag, NotBase64, ValueError) as shut:
        raise Sealed(f"the box of {place} does not open: {type(shut).__name__}") from shut


def name_of(key: bytes) -> str:
    """A key's name: 16 hexadecimal characters that say nothing of it."""
    return sha256(b"name of a key" + key).hexdigest()[:16]
