"""Anchors: one object each in a bucket that keeps them locked, signed by a key that never leaves its service."""

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import ConditionFailed, calling
from chalicelib.aws.objects import Bucket
from chalicelib.ports import Missing, Stale

FOLDER = "anchors/"
_ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256"


def key_of(number: int) -> str:
    """The object's key: twelve digits, so that keys stand in the order of numbers."""
    return f"{FOLDER}{number:012}.json"


class AwsAnchors:
    """Anchors. Where the newest is, is remembered; a container that starts anew finds it in some 40 reads."""

    def __init__(self, clients: Clients, bucket: Bucket, key: str) -> None:
        self._clients, self._bucket, self._key = clients, bucket, key
        self._last: tuple[int, str] | None = None
        self._behind = False
        self._public: bytes = b""

    def newest(self, *, remembered: bool = False) -> tuple[int, str]:
        """One GetObject for the number after the last one known, when nobody else wrote any; none if remembered."""
        if remembered and self._last and not self._behind:
            return self._last
        low = self._last or self._found(1)
        if low is None:
            raise Missing("there is no anchor yet")
        step = 1
        while (further := self._found(low[0] + step)) is not None:
            low, step = further, 2 * step
        while step > 1:
            step //= 2
            low = self._found(low[0] + step) or low
        self._last, self._behind = low, False
        return low

    def read(self, number: int) -> str:
        """One GetObject. Whoever may not list the bucket gets Unavailable for one that is not there."""
        return self._bucket.read(key_of(number)).text

    def add(self, number: int, text: str) -> None:
        """One conditional PutObject; the bucket's own rule locks it. A lock wants a checksum."""
        try:
            self._bucket.write(
                key_of(number),
                text,
                IfNoneMatch="*",
                ContentType="application/json",
                ChecksumAlgorithm="SHA256",
            )
        except ConditionFailed as taken:
            self._behind = True
            raise Stale(f"there is an anchor {number}") from taken
        self._last = (number, text)

    def sign(self, message: bytes) -> bytes:
        """One Sign of the key service."""
        with calling("kms:Sign"):
            answer = self._clients("kms").sign(
                KeyId=self._key, Message=message, MessageType="RAW", SigningAlgorithm=_ALGORITHM
            )
        return bytes(answer["Signature"])

    def public_key(self) -> bytes:
        """One GetPublicKey in a container's life."""
        if not self._public:
            with calling("kms:GetPublicKey"):
                self._public = bytes(self._clients("kms").get_public_key(KeyId=self._key)["PublicKey"])
        return self._public

    def _found(self, number: int) -> tuple[int, str] | None:
        try:
            return number, self.read(number)
        except Missing:
            return None
