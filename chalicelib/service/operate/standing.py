"""Whether somebody who is not asking now could still ask: the author of what was planned, when its time has come."""

from datetime import datetime

from chalicelib.domain.access.claims import MARK, caller_id
from chalicelib.domain.access.issuer import read_issuer
from chalicelib.ports import Secrets
from chalicelib.service.operate.callers import barred, known_caller
from chalicelib.service.operate.refusals import Forbidden, Unknown

ROUTE = ("POST", "/v1/plan/scheduled")
"""What they asked then, and would have to be let in for now."""


def require_author(author: str, secrets: Secrets, now: datetime) -> None:
    """Raises Forbidden unless the author may still publish, and Unavailable while the document is out of reach.

    Of people with signed tokens nobody but their issuer knows whether they are still there: those count until single
    sign-on is taken away, or they are written down as `revoked`.
    """
    if author.startswith(MARK):
        _require_signed(author, secrets)
        return
    try:
        caller = known_caller(author, secrets.operators(), now)
    except Unknown as gone:
        raise Forbidden(f"its author {author} may not publish any more: {gone.doubt.value}") from None
    why = barred(caller, *ROUTE, ROUTE[1])
    if why:
        raise Forbidden(f"its author {author} may not publish any more: {' '.join(ROUTE)} is {why}")


def _require_signed(author: str, secrets: Secrets) -> None:
    access = secrets.access()
    issuer, _ = read_issuer(access)
    if issuer is None:
        raise Forbidden(f"its author {author} may not publish any more: there is no single sign-on")
    listed = access.get("revoked")
    revoked = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    if author in revoked or author in {caller_id(issuer.issuer, one) for one in revoked}:
        raise Forbidden(f"its author {author} may not publish any more: revoked")
