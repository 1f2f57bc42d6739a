"""No token at all makes the authorizer or a route fail, and none that the issuer did not sign lets anybody in."""

import base64
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.access.doubts import Doubt
from tests.unit.signed_side import MAKERS, SignedOperations, signed

API = SignedOperations()
NOW = int(API.world.clock.now().timestamp())
GENUINE = {algorithm: signed(API.claims("viewer"), algorithm) for algorithm in MAKERS}
NAMES = (
    "iss", "aud", "exp", "iat", "nbf", "sub", "groups", "markets", "name", "alg", "kid", "typ", "jku", "jwk", "crit",
)  # fmt: skip
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["none", "HS256", "RS256", "ES256", "EdDSA", "RS256-1", "../x", "' OR 1=1", "*", "\ud800", NOW]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
objects = st.dictionaries(st.sampled_from(NAMES), odd, max_size=6)


def part(value):
    raw = json.dumps(value).encode() if not isinstance(value, bytes) else value
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def let_in(token):
    """The principal that the authorizer found; every refusal is its own 401, and routes refuse likewise."""
    turned = API.at_the_door(token)
    who = turned.answer["principalId"] if turned.answer else "sso:u-7"
    reply = API.ask_let_in(who, token, "GET", "/v1/whoami")
    assert reply.code == (200 if turned.answer else 401)
    if turned.answer is None:
        assert not any(doubt.value in reply.text for doubt in Doubt)
    return turned.answer and who


@settings(max_examples=150)
@given(objects, odd, st.binary(max_size=80))
def test_no_made_up_token_lets_anybody_in(header, claims, signature):
    assert let_in(f"{part(header)}.{part(claims)}.{part(signature)}") is None


@settings(max_examples=150)
@given(objects)
def test_odd_claims_that_the_issuer_did_sign_never_fail(changed):
    claims = {**API.claims(), **changed}

    who = let_in(signed(claims))

    assert who is None or who.startswith("sso:")


@settings(max_examples=150)
@given(st.sampled_from(sorted(MAKERS)), st.data())
def test_a_token_changed_anywhere_is_another_token(algorithm, data):
    genuine = GENUINE[algorithm]
    place = data.draw(st.integers(0, len(genuine) - 1))
    letter = data.draw(st.sampled_from("AQgw_-.9zé \n"))
    changed = genuine[:place] + letter + genuine[place + 1 :]

    who = let_in(changed)

    assert who is None or decoded(changed) == decoded(genuine)


def decoded(token):
    """Base64 has letters whose last bits say nothing: such a token is the same token."""
    return [base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)) for one in token.split(".")]


@settings(max_examples=100)
@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_no_text_at_all_is_a_token(text):
    assert let_in(text) is None


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["x", "[", '{"a":', "9", "\\u0000", "."]), st.integers(1_000, 400_000))
def test_a_huge_token_costs_little_and_lets_nobody_in(piece, count):
    assert let_in(f"{part((piece * count)[:400_000].encode())}.{part({})}.AA") is None
    assert let_in((piece * count)[:400_000]) is None
