"""Anchors in memory, signed by a key that everybody may know, and a short one: it proves nothing but the arithmetic."""

from chalicelib.domain.audit.rsa import key_bytes, padded
from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Missing, Stale

_EXPONENT = 65_537
_MODULUS = int(
    "c568b9f1b880e96816234f4c113b37517999ad9d548be8f75ea694a6bd552a30"
    "80362ae464c6737f99681bfb8cda0bafa6255918984658de47b853ee50f01e4b",
    16,
)
_SECRET = int(
    "1381c1be0d0950072508e0311812cde89327886c5f8a63beedef7008f9f48c72"
    "8a0406303b94ce286acf40f1612c2769dddd5cfe7d8e69fe0bbd7f985e88fac1",
    16,
)


class MemoryAnchors(MemoryPort):
    """Anchors. `texts` is what is kept, number 1 first."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def newest(self, *, remembered: bool = False) -> tuple[int, str]:  # noqa: ARG002 - it is always at hand
        """The last."""
        with self._open():
            if not self.texts:
                raise Missing("there is no anchor yet")
            return len(self.texts), self.texts[-1]

    def read(self, number: int) -> str:
        """One of them."""
        with self._open():
            if not 1 <= number <= len(self.texts):
                raise Missing(f"no anchor {number}")
            return self.texts[number - 1]

    def add(self, number: int, text: str) -> None:
        """The next number only."""
        with self._open():
            if number != len(self.texts) + 1:
                raise Stale(f"there is an anchor {number}")
            self.texts.append(text)

    def sign(self, message: bytes) -> bytes:
        """With our own key."""
        with self._open():
            size = (_MODULUS.bit_length() + 7) // 8
            return pow(int.from_bytes(padded(message, size)), _SECRET, _MODULUS).to_bytes(size)

    def public_key(self) -> bytes:
        """The other half."""
        with self._open():
            return key_bytes(_MODULUS, _EXPONENT)
