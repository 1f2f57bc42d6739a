"""The issuer's side of signed tokens: its keys, its key set, what it signs; and the API as its people ask it."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from app import app
from chalicelib.wiring import use
from tests.unit.operations_side import Operations, event, reply

HOST = "login.example"
ISSUER, AUDIENCE = f"https://{HOST}", "bascule"
OIDC = {
    "issuer": ISSUER, "audience": AUDIENCE, "jwks_url": f"{ISSUER}/keys", "role_claim": "groups",
    "roles": {"contact-view": "viewer", "contact-ops": "operator", "contact-admin": "admin"},
    "markets_claim": "markets", "markets": {"France": "fr"},
}  # fmt: skip
GROUPS = {"viewer": "contact-view", "operator": "contact-ops", "admin": "contact-admin"}
MAKERS = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}
ARN = "arn:aws:execute-api:eu-west-3:123456789012:api/stage/GET/v1/plan"


@cache
def key_of(algorithm, name="1"):
    """A private key; another name, another key."""
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=1024 if name == "short" else 2048)


def public(algorithm, name="1", **more):
    """A key as a key set lists it."""
    found = MAKERS[algorithm].to_jwk(key_of(algorithm, name).public_key(), as_dict=True)
    return {**found, "kid": f"{algorithm}-{name}", "use": "sig", "alg": algorithm, **more}


def claims_at(now, role="operator", **changed):
    """Good claims, some of them changed; a value of None takes a claim out."""
    start = int(now.timestamp())
    made = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "u-7", "name": "Ada", "iat": start, "exp": start + 600,
        "groups": [GROUPS[role], "everybody"], "markets": ["*"],
    }  # fmt: skip
    return {name: value for name, value in {**made, **changed}.items() if value is not None}


def signed(claims, algorithm="RS256", name="1", *, headers=None, key=None):
    kid = {"kid": f"{algorithm}-{name}"}
    key = key_of(algorithm, name) if key is None else key
    return jwt.PyJWS().encode(json.dumps(claims).encode(), key, algorithm, headers={**kid, **(headers or {})})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """What the authorizer did with a token: the answer, None for a 401, and what it told the log."""

    answer: dict | None
    because: str = ""
    lines: list = field(default_factory=list)


@contextmanager
def suppress_unauthorized():
    """The one text that the gateway turns into a 401; anything else would be its 500."""
    try:
        yield
    except Exception as refused:
        if str(refused) != "Unauthorized":
            raise


class SignedOperations(Operations):
    """The API of a world whose operators' document names an issuer with one key of each algorithm."""

    def __init__(self, caplog=None):
        super().__init__()
        self.caplog = caplog
        self.ports.secrets.sign_on = {"oidc": dict(OIDC), "revoked": []}
        self.publishes(*(public(algorithm) for algorithm in MAKERS))

    def publishes(self, *keys):
        self.world.desks.bodies[HOST] = json.dumps({"keys": keys}).encode()

    @property
    def fetched(self):
        return sum(call.url == OIDC["jwks_url"] for call in self.world.desks.calls)

    def claims(self, role="operator", **changed):
        return claims_at(self.world.clock.now(), role, **changed)

    def at_the_door(self, token):
        """As the gateway asks the authorizer."""
        asked = {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": ARN}
        seen = len(self.caplog.records) if self.caplog else 0
        answer = None
        with use(self.world.wired), suppress_unauthorized():
            answer = app.routes["/v1/plan"]["GET"].authorizer(asked, None)
        lines = self.caplog.records[seen:] if self.caplog else []
        because = [one.because for one in lines if one.getMessage() == "token not believed"]
        return Turned(answer=answer, because=because[-1] if because else "", lines=lines)

    def ask_with(self, token, method, path, body=None, *, headers=None, query=None):
        """Through the authorizer, then the route; None when the authorizer refuses."""
        turned = self.at_the_door(token)
        if turned.answer is None:
            return None
        who = turned.answer["principalId"]
        return self.ask_let_in(who, token, method, path, body, headers=headers, query=query)

    def ask_let_in(self, who, token, *asked, headers=None, query=None):
        """A request (method, path, body) whose token the gateway let through, perhaps by an answer that it kept."""
        shown = {"authorization": f"Bearer {token}", **(headers or {})}
        with use(self.world.wired):
            return reply(app(event(*asked, who=who, query=query, headers=shown), None))
