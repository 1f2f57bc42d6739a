"""The one verifier: who is behind an Authorization header, an API token of ours or a signed token of the issuer's."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.access.claims import MARK, Identity, identity_of
from chalicelib.domain.access.compact import Compact, take_apart
from chalicelib.domain.access.doubts import Disbelieved, Doubt
from chalicelib.domain.access.issuer import Issuer, read_issuer
from chalicelib.domain.access.owner import marks_of
from chalicelib.http_types import Http
from chalicelib.ports import Secrets
from chalicelib.service.operate.callers import Caller, bearer, caller_of, known_caller
from chalicelib.service.operate.refusals import Unknown
from chalicelib.service.operate.roles import Role

if TYPE_CHECKING:
    from chalicelib.service.operate.key_set import KeySet


class Verifier:
    """Verifies tokens by the operators' document; `keys` are the issuer's, once a signed token was seen."""

    def __init__(self, *, secrets: Secrets, http: Http) -> None:
        self._secrets, self._http = secrets, http
        self.keys: KeySet | None = None

    def caller(self, header: str, now: datetime) -> Caller:
        """The operator behind a header. Raises Unknown with its doubt, and Unavailable."""
        token = bearer(header)
        if token.count(".") and not token.startswith("bsc_"):
            return self._signed(token, now)
        return caller_of(header, self._secrets.operators(), now)

    def again(self, who: str, header: str, now: datetime) -> Caller:
        """The operator whom the authorizer found (`who`), as things are now. Raises Unknown, Unavailable.

        An API token is looked up again by its id; a signed token is verified again as a whole, so that no role ever
        comes from anything but a token that was just verified.
        """
        if not who.startswith(MARK):
            return known_caller(who, self._secrets.operators(), now)
        caller = self.caller(header, now)
        if caller.id != who:
            raise Unknown("this token is not valid", Doubt.MALFORMED)
        return caller

    def _signed(self, token: str, now: datetime) -> Caller:
        try:
            compact, access = take_apart(token), self._secrets.access()
            issuer = _issuer(access)
            self._require_genuine(compact, issuer, now)
            identity = identity_of(compact.claims, issuer, now)
            _require_standing(identity, access)
        except Disbelieved as why:
            raise Unknown("this token is not valid", why.doubt) from None
        return _caller(identity)

    def _require_genuine(self, compact: Compact, issuer: Issuer, now: datetime) -> None:
        if compact.algorithm not in issuer.algorithms:
            raise Disbelieved(Doubt.ALGORITHM)
        from chalicelib.service.operate.signatures import genuine  # noqa: PLC0415 - signed tokens alone need it

        try:
            key = self._keys(issuer.jwks_url).find(compact.key, compact.algorithm, now)
        except LookupError:
            raise Disbelieved(Doubt.KEYS_OUT_OF_REACH) from None
        if key is None:
            raise Disbelieved(Doubt.UNKNOWN_KEY)
        if not genuine(compact.text, key, compact.algorithm):
            raise Disbelieved(Doubt.SIGNATURE)

    def _keys(self, url: str) -> "KeySet":
        from chalicelib.service.operate.key_set import KeySet  # noqa: PLC0415 - signed tokens alone need it

        if self.keys is None or self.keys.url != url:
            self.keys = KeySet(self._http, url)
        return self.keys


def _issuer(access: Mapping[str, Any]) -> Issuer:
    issuer, _ = read_issuer(access)
    if issuer is None:
        raise Disbelieved(Doubt.NOT_CONFIGURED)
    return issuer


def _require_standing(identity: Identity, access: Mapping[str, Any]) -> None:
    """A signed token counts until it ends, unless its subject, or our id of it, was taken out."""
    listed = access.get("revoked")
    if isinstance(listed, list) and (identity.id in listed or identity.subject in listed):
        raise Disbelieved(Doubt.REVOKED)


def _caller(identity: Identity) -> Caller:
    return Caller(
        id=identity.id, name=identity.name, role=Role(identity.role), expires=identity.expires,
        markets=identity.markets, owners=marks_of((identity.subject, identity.email)),
    )  # fmt: skip
