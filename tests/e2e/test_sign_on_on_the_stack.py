"""Signed tokens and repeated requests through the gateway: who gets in, and that four at once do one thing."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from infra.local.fakes.server import HOST, Listening
from infra.local.fakes.vendors import Signed, post
from infra.local.fakes.wire import Reply
from infra.local.scene import Scene, until
from tests.unit.signed_side import MAKERS, OIDC, claims_at, public, signed

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

KEYS = json.dumps({"keys": [public(algorithm) for algorithm in MAKERS]}).encode()
CACHED = 75
"""Seconds: the operators' document is read again after 30, the issuer's keys after 60."""


def token(role="operator", algorithm="ES256", **changed):
    return signed(claims_at(datetime.now(UTC), role, **changed), algorithm)


def ask(scene, shown, method="GET", path="/v1/whoami", body="", **headers):
    named = {"Authorization": f"Bearer {shown}", "Content-Type": "application/json", **headers}
    return post(Signed(url=scene.stack.api_url + path, method=method, body=body.encode(), headers=named))


@pytest.fixture(scope="module")
def signing(scene) -> Iterator[Scene]:
    """The scene with an issuer on loopback, once the functions know of it; afterwards there is none."""
    client, name = scene.stack.client("secretsmanager"), scene.stack.outputs["OperatorSecrets"]
    before = client.get_secret_value(SecretId=name)["SecretString"]
    issuer = Listening(0, lambda _: Reply(code=200, headers={"Content-Type": "application/json"}, body=KEYS))
    oidc = {**OIDC, "jwks_url": f"http://{HOST}:{issuer.server_port}/keys"}
    client.put_secret_value(
        SecretId=name, SecretString=json.dumps({**json.loads(before), "oidc": oidc, "revoked": ["u-taken"]})
    )
    try:
        until(lambda: ask(scene, token()).code == 200, "a signed token lets in", CACHED)
        yield scene
    finally:
        client.put_secret_value(SecretId=name, SecretString=before)
        issuer.stop()


@pytest.mark.parametrize("algorithm", MAKERS)
def test_a_signed_token_lets_in_with_its_role(signing, algorithm):
    reply = ask(signing, token("viewer", algorithm))

    told = json.loads(reply.text)
    assert (reply.code, told["id"], told["role"]) == (200, "sso:u-7", "viewer")


def test_a_role_that_does_not_reach_is_told_so(signing):
    refused = ask(signing, token("viewer"), "POST", "/v1/orders", "{}", **{"If-Match": '"0"'})
    narrowed = ask(signing, token("admin", markets=["uk"]), "PUT", "/v1/plan", "x", **{"If-Match": '"0"'})

    assert [json.loads(one.text)["type"] for one in (refused, narrowed)] == ["/problems/forbidden"] * 2


@pytest.mark.parametrize(
    "false",
    [
        lambda: token(exp=int(datetime.now(UTC).timestamp()) - 61),
        lambda: token(aud="another"),
        lambda: token(iss="https://evil.example"),
        lambda: token(sub="u-taken"),
        lambda: token(groups=["everybody"]),
        lambda: token(algorithm="RS256").rpartition(".")[0] + ".AAAA",
        lambda: signed(claims_at(datetime.now(UTC)), name="2"),
        lambda: "eyJhbGciOiJub25lIn0.e30.",
        lambda: "a.b.c" * 1600,
    ],
)
def test_every_other_token_is_a_401_in_the_gateways_words_and_never_a_500(signing, false):
    refused = ask(signing, false())

    assert refused.code == 401
    assert json.loads(refused.text) == {"message": "Unauthorized"}


def test_of_four_copies_of_a_request_one_is_done_and_the_others_get_its_answer_or_wait(planning, signing):
    version, meet = planning.ops("GET", "/v1/orders").headers["etag"], Barrier(4)
    order = json.dumps({"kind": "drain", "scope": "desk:nantes", "until": 5, "reason": "a test"})
    headers = {"If-Match": version, "Idempotency-Key": f"four-{datetime.now(UTC).timestamp()}"}

    def give(_):
        meet.wait(30)
        return ask(signing, signing.tokens["operator"], "POST", "/v1/orders", order, **headers)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(give, range(4)))
    again = give_once(signing, order, headers)

    done = [one for one in answers if one.code == 201]
    first = [one for one in done if "idempotency-replayed" not in one.headers]
    waited = [json.loads(one.text)["type"] for one in answers if one.code == 409]
    assert len(first) == 1
    assert {one.text for one in done} == {first[0].text} == {again.text}
    assert set(waited) <= {"/problems/still-running"}
    assert len(done) + len(waited) == 4
    assert len(planning.read("/v1/orders")["orders"]) == 1


def give_once(scene, order, headers):
    reply = ask(scene, scene.tokens["operator"], "POST", "/v1/orders", order, **headers)
    assert reply.headers["idempotency-replayed"] == "true"
    return reply
