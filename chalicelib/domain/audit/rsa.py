"""RSA signatures, checked by the standard library alone: RFC 8017, section 8.2.2, with SHA-256.

Checking needs no secret, so nothing here has to be constant in time. Making one is the key service's work.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import sha256

_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""The DigestInfo of SHA-256, before the digest itself: RFC 8017, section 9.2, note 1."""
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
"""The AlgorithmIdentifier of rsaEncryption: RFC 3279, section 2.3.1."""
_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
_LONG, _SHORTEST = 0x80, 62


class NoKey(ValueError):
    """These bytes are no RSA public key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """Modulus, exponent, and a fingerprint: SHA-256 of the DER form."""

    modulus: int
    exponent: int
    fingerprint: str

    def proves(self, signature: bytes, message: bytes) -> bool:
        """True when the holder of the private key signed this message (PKCS #1 v1.5, SHA-256)."""
        size = (self.modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature)
        if len(signature) != size or number >= self.modulus:
            return False
        return pow(number, self.exponent, self.modulus).to_bytes(size) == padded(message, size)


def padded(message: bytes, size: int) -> bytes:
    """EMSA-PKCS1-v1_5 of a message for a modulus of so many bytes."""
    if size < _SHORTEST:
        raise NoKey("the modulus is too short for SHA-256")
    said = _SHA256 + sha256(message).digest()
    return b"\x00\x01" + b"\xff" * (size - len(said) - 3) + b"\x00" + said


def read_key(raw: bytes) -> PublicKey:
    """A SubjectPublicKeyInfo in DER or PEM. Raises NoKey."""
    der = _unwrapped(raw) if raw.lstrip().startswith(b"-----BEGIN") else raw
    whole, rest = _part(der, _SEQUENCE)
    if rest or not whole.startswith(_RSA):
        raise NoKey("not an RSA public key")
    bits, rest = _part(whole[len(_RSA) :], _BITS)
    if rest or not bits.startswith(b"\x00"):
        raise NoKey("not an RSA public key")
    numbers, rest = _part(bits[1:], _SEQUENCE)
    modulus, numbers = _part(numbers, _INTEGER)
    exponent, numbers = _part(numbers, _INTEGER)
    if rest or numbers or len(modulus) < _SHORTEST:
        raise NoKey("not an RSA public key")
    return PublicKey(
        modulus=int.from_bytes(modulus),
        exponent=int.from_bytes(exponent),
        fingerprint=sha256(der).hexdigest(),
    )


def key_bytes(modulus: int, exponent: int) -> bytes:
    """The SubjectPublicKeyInfo of a key, in DER."""
    numbers = _wrapped(_INTEGER, _signed(modulus)) + _wrapped(_INTEGER, _signed(exponent))
    return _wrapped(_SEQUENCE, _RSA + _wrapped(_BITS, b"\x00" + _wrapped(_SEQUENCE, numbers)))


def _unwrapped(pem: bytes) -> bytes:
    lines = [line.strip() for line in pem.strip().splitlines()]
    try:
        return b64decode(b"".join(lines[1:-1]), validate=True)
    except NotBase64 as odd:
        raise NoKey("not a PEM file") from odd


def _part(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first element, which must have this tag, and what follows it."""
    if len(der) < 2 or der[0] != tag:  # noqa: PLR2004 - a tag and a length
        raise NoKey("not a key in DER")
    length, begin = der[1], 2
    if length >= _LONG:
        begin += length - _LONG
        length = int.from_bytes(der[2:begin])
    if len(der) < begin + length:
        raise NoKey("a key that is cut short")
    return der[begin : begin + length], der[begin + length :]


def _wrapped(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < _LONG:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, _LONG + len(length)]) + length + content


def _signed(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1)
