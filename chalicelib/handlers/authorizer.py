"""Says who is calling: the one authorizer of all /v1 routes. What they may do is the operations service's affair."""

from chalice.app import AuthRequest, AuthResponse, Blueprint

from chalicelib import wiring

routes = Blueprint(__name__)

TTL_SECONDS = 30
"""How long the gateway keeps an answer. It lets a revoked token through to the operations service for so long, which
looks the token up again itself, in a copy of the operators' document that is at most 30 seconds old."""


@routes.authorizer(name="authorizer", ttl_seconds=TTL_SECONDS)
def authorizer(request: AuthRequest) -> AuthResponse:
    """Let a known token through to every route, since the answer is kept by token and not by route.

    Raises Exception("Unauthorized"), the only thing that the gateway turns into a 401.
    """
    from chalicelib.handlers.admission import believed
    from chalicelib.service.operate.refusals import Unknown

    try:
        caller = believed(wiring.current(), request.token or "")
    except Unknown:
        raise Exception("Unauthorized") from None  # noqa: TRY002 - the gateway knows this very text only
    return AuthResponse(
        routes=["/v1/*"], principal_id=caller.id, context={"role": caller.role.value, "name": caller.name}
    )
