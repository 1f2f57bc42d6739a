"""The Standard Webhooks proof: https://www.standardwebhooks.com, specification 1.0 (symmetric, `v1`)."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib.channels import Forged
from chalicelib.channels._json import clean
from chalicelib.channels._signature import as_bytes, header, hmac_base64, require_fresh, same
from chalicelib.http_types import Request

_PREFIX = "whsec_"


def key(secret: str) -> bytes:
    """The raw key of a `whsec_` secret (base64, padding optional). ValueError when it is none."""
    words = secret.removeprefix(_PREFIX)
    try:
        raw = b64decode(words + "=" * (-len(words) % 4), validate=True)
    except NotBase64 as odd:
        raise ValueError("a webhook secret is whsec_ followed by base64") from odd
    if not raw:
        raise ValueError("a webhook secret must not be empty")
    return raw


def sign(keys: Iterable[bytes], identity: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of an outgoing webhook; one signature for each key, so that receivers can rotate."""
    stamp = str(int(now.timestamp()))
    return {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signatures(keys, identity, stamp, body)),
    }


def verify(request: Request, keys: Iterable[bytes], now: datetime) -> None:
    """Forged unless one `v1` signature fits one key and the stamp is within five minutes of now.

    Other versions in the list are passed over. The same headers under the name `svix-` are taken too.
    """
    family = _family(request)
    given = header(request, f"{family}-signature")
    stamp = header(request, f"{family}-timestamp")
    expected = _signatures(keys, header(request, f"{family}-id"), stamp, request.body)
    if not any([same(one, other) for one in given.split(" ") for other in expected]):  # noqa: C419 - constant time
        raise Forged("the signature does not match any of the secrets")
    require_fresh(stamp, now)


def identity(request: Request) -> str:
    """The sender's id of this webhook, equal in each repetition of it; "" when there is none."""
    return clean(request.headers.get(f"{_family(request)}-id", "").strip())


def _family(request: Request) -> str:
    return "webhook" if "webhook-id" in request.headers else "svix"


def _signatures(keys: Iterable[bytes], identity: str, stamp: str, body: bytes) -> Sequence[str]:
    signed = as_bytes(f"{identity}.{stamp}.") + body
    return [f"v1,{hmac_base64(one, signed)}" for one in keys]
