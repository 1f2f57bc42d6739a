"""Signed tokens of an issuer: which are believed, why the others are not, and what becomes of its keys."""

import base64
import hmac
import json
from datetime import datetime

import pytest
from cryptography.hazmat.primitives import serialization

from chalicelib.domain.access.doubts import Doubt
from chalicelib.domain.access.issuer import read_issuer
from chalicelib.http_types import MaybeSent
from tests.unit.signed_side import HOST, ISSUER, MAKERS, OIDC, SignedOperations, key_of, public, signed

MINUTE, HOUR = 60, 3600


@pytest.fixture
def api(caplog):
    return SignedOperations(caplog)


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", MAKERS)
@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
def test_a_good_token_of_each_algorithm_lets_in_with_the_role_of_its_claim(api, algorithm, role):
    reply = api.ask_with(signed(api.claims(role), algorithm), "GET", "/v1/whoami")

    told = reply.json
    assert (reply.code, told["id"], told["name"], told["role"]) == (200, "sso:u-7", "Ada", role)
    assert told["expires"] == "2026-03-02T09:10:03.000Z"


def spelled(claims):
    """A token of this very text, unsigned."""
    text = base64.urlsafe_b64encode(claims.encode()).decode().rstrip("=")
    return f"{part({'alg': 'RS256', 'kid': 'RS256-1'})}.{text}.AA"


def shared_secret(api):
    """Key confusion: the issuer's public key, known to all, used as a shared secret."""
    shared = (
        key_of("RS256")
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    text = f"{part({'alg': 'HS256', 'kid': 'RS256-1'})}.{part(api.claims('admin'))}"
    proof = base64.urlsafe_b64encode(hmac.digest(shared, text.encode(), "sha256")).decode().rstrip("=")
    return f"{text}.{proof}"


def unsigned(api):
    return f"{part({'alg': 'none', 'kid': 'RS256-1'})}.{part(api.claims())}.AA"


def bare(api):
    return f"{part({'alg': 'none', 'kid': 'RS256-1'})}.{part(api.claims())}."


def changed_claims(api):
    header, _, signature = signed(api.claims("viewer")).split(".")
    return f"{header}.{part(api.claims('admin'))}.{signature}"


FALSE = {
    "expired": lambda api: signed(api.claims(exp=int(api.world.clock.now().timestamp()) - 60)),
    "not_yet_valid, by nbf": lambda api: signed(api.claims(nbf=int(api.world.clock.now().timestamp()) + 62)),
    "not_yet_valid, by iat": lambda api: signed(api.claims(iat=int(api.world.clock.now().timestamp()) + 62)),
    "wrong_audience": lambda api: signed(api.claims(aud="another")),
    "wrong_audience, a list": lambda api: signed(api.claims(aud=["another", 7, None])),
    "wrong_audience, none": lambda api: signed(api.claims(aud=None)),
    "wrong_issuer": lambda api: signed(api.claims(iss=f"{ISSUER}.evil.example")),
    "wrong_issuer, a slash": lambda api: signed(api.claims(iss=f"{ISSUER}/")),
    "algorithm, none": unsigned,
    "algorithm, shared secret": shared_secret,
    "malformed, no signature": bare,
    "unknown_key": lambda api: signed(api.claims(), name="2"),
    "unknown_key, a path": lambda api: signed(api.claims(), headers={"kid": "../../etc/passwd"}),
    "unknown_key, SQL": lambda api: signed(api.claims(), headers={"kid": "' OR 1=1 --"}),
    "unknown_key, of another algorithm": lambda api: signed(api.claims(), "ES256", headers={"kid": "RS256-1"}),
    "signature, another key": lambda api: signed(api.claims(), key=key_of("RS256", "2")),
    "signature, changed claims": changed_claims,
    "too_long": lambda api: signed(api.claims(filler="x" * 8192)),
    "malformed, no parts": lambda _: "a.b",
    "malformed, no base64": lambda _: "a.b.c",
    "malformed, junk": lambda _: "....",
    "malformed, an extension": lambda api: signed(api.claims(), headers={"crit": ["x"], "x": 1}),
    "malformed, no end": lambda api: signed(api.claims(exp=None)),
    "malformed, an end in words": lambda api: signed(api.claims(exp="tomorrow")),
    "malformed, an end beyond all bounds": lambda api: signed(api.claims(exp=10**19)),
    "malformed, an end that is true": lambda api: signed(api.claims(exp=True)),
    "malformed, nobody": lambda api: signed(api.claims(sub=None)),
    "malformed, names doubled": lambda _: spelled('{"a":1,"a":2}'),
    "malformed, NaN": lambda _: spelled('{"exp":NaN}'),
    "malformed, endless": lambda _: spelled('{"exp":1e999}'),
    "malformed, half a surrogate": lambda _: spelled('{"sub":"\\ud800"}'),
    "malformed, nested deeply": lambda _: spelled("[" * 5000),
    "unknown_role": lambda api: signed(api.claims(groups=["everybody"])),
    "unknown_role, none": lambda api: signed(api.claims(groups=None)),
    "unknown_role, odd": lambda api: signed(api.claims(groups={"contact-admin": True})),
}  # fmt: skip


@pytest.mark.parametrize("case", FALSE)
def test_any_other_token_is_a_401_whose_reason_only_the_log_has(api, case):
    turned = api.at_the_door(FALSE[case](api))

    assert turned.answer is None
    assert turned.because == case.partition(",")[0]


def test_every_reason_that_a_signed_token_can_have_is_among_these():
    elsewhere = {"no_token", "unknown_token", "not_configured", "keys_out_of_reach", "revoked"}

    assert {case.partition(",")[0] for case in FALSE} | elsewhere == {doubt.value for doubt in Doubt}


def test_the_log_says_no_word_of_the_token(api):
    token = signed(api.claims(sub="ada@shop.example", aud="another"))

    turned = api.at_the_door(token)

    told = str([vars(line) for line in turned.lines])
    assert "wrong_audience" in told
    assert "ada" not in told
    assert token.split(".")[2] not in told


def test_two_clocks_may_differ_by_a_minute(api):
    now = int(api.world.clock.now().timestamp())

    late = api.at_the_door(signed(api.claims(exp=now - 59)))
    early = api.at_the_door(signed(api.claims(nbf=now + 59, iat=now + 59)))

    assert late.answer is not None
    assert early.answer is not None


def test_without_settings_or_with_faulty_ones_no_signed_token_counts(api):
    for settings in (
        {},
        {"oidc": {**OIDC, "algorithms": ["HS256"]}},
        {"oidc": {**OIDC, "roles": {}}},
        {"oidc": []},
    ):
        api.ports.secrets.sign_on = settings

        assert api.at_the_door(signed(api.claims())).because == "not_configured"


def test_faults_of_the_settings_are_told_with_their_paths():
    _, faults = read_issuer({"oidc": {**OIDC, "algorithms": ["none"], "isuer": "x", "roles": {"a": "king"}}})

    assert {fault.path for fault in faults} == {"oidc.algorithms[0]", "oidc.isuer", "oidc.roles.a"}


def test_an_algorithm_that_the_settings_leave_out_does_not_count(api):
    api.ports.secrets.sign_on = {"oidc": {**OIDC, "algorithms": ["ES256"]}}

    assert api.at_the_door(signed(api.claims(), "RS256")).because == "algorithm"
    assert api.at_the_door(signed(api.claims(), "ES256")).answer is not None


def test_keys_are_fetched_once_in_ten_minutes(api):
    for _ in range(3):
        api.at_the_door(signed(api.claims()))
    assert api.fetched == 1

    api.world.clock.advance(10 * MINUTE)
    api.at_the_door(signed(api.claims()))

    assert api.fetched == 2


def test_a_rotation_story(api):
    api.at_the_door(signed(api.claims()))
    api.publishes(public("RS256"), public("RS256", "2"))

    too_soon = api.at_the_door(signed(api.claims(), name="2"))
    api.world.clock.advance(MINUTE)
    new = api.at_the_door(signed(api.claims(), name="2"))
    old = api.at_the_door(signed(api.claims()))
    api.publishes(public("RS256", "2"))
    api.world.clock.advance(10 * MINUTE)
    gone = api.at_the_door(signed(api.claims()))

    assert too_soon.because == "unknown_key"
    assert new.answer is not None
    assert old.answer is not None
    assert gone.because == "unknown_key"


def test_random_key_ids_do_not_make_us_ask_more_than_once_a_minute(api):
    for number in range(120):
        api.at_the_door(signed(api.claims(), headers={"kid": f"random-{number}"}))
        api.world.clock.advance(1)

    assert api.fetched == 2


@pytest.mark.parametrize("trouble", [503, MaybeSent("lost"), "junk", "empty"])
def test_the_last_keys_count_for_a_day_while_the_issuer_gives_none(api, trouble):
    api.at_the_door(signed(api.claims()))
    api.world.clock.advance(10 * MINUTE)
    if isinstance(trouble, str):
        api.world.desks.bodies[HOST] = {"junk": b"<html>", "empty": b'{"keys": []}'}[trouble]
    else:
        api.world.desks.fault[HOST] = trouble

    stale = api.at_the_door(signed(api.claims()))
    api.world.clock.advance(24 * HOUR - 10 * MINUTE - 1)
    nearly = api.at_the_door(signed(api.claims()))
    api.world.clock.advance(1)
    over = api.at_the_door(signed(api.claims()))

    [said] = [line for line in stale.lines if line.getMessage() == "issuer's keys"]
    assert "cannot be" in said.because
    assert datetime.fromisoformat(said.stale_since) == api.world.clock.now().replace(day=2, hour=9, minute=10)
    assert stale.answer is not None
    assert nearly.answer is not None
    assert (over.answer, over.because) == (None, "keys_out_of_reach")


def test_an_issuer_that_never_answered_is_asked_once_a_minute_and_nobody_gets_in(api):
    api.world.desks.fault[HOST] = MaybeSent("lost")

    for _ in range(60):
        assert api.at_the_door(signed(api.claims())).because in ("keys_out_of_reach", "")
        api.world.clock.advance(1)

    assert api.fetched == 1


def test_keys_that_are_no_public_keys_for_signatures_are_passed_over(api):
    short = public("RS256", "short")
    symmetric = {"kty": "oct", "kid": "RS256-1", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"}
    api.publishes(
        symmetric, public("RS256", use="enc"), public("RS256", alg="HS256"), short, {"kty": []}, None, 7,
        {**public("ES256"), "x": "AAAA"}, {**public("RS256", "broken"), "n": "!"}, public("EdDSA"),
    )  # fmt: skip

    assert api.at_the_door(signed(api.claims())).because == "unknown_key"
    assert api.at_the_door(signed(api.claims(), headers={"kid": "RS256-short"})).because == "unknown_key"
    assert api.at_the_door(signed(api.claims(), "ES256")).because == "unknown_key"
    assert api.at_the_door(signed(api.claims(), "EdDSA")).answer is not None


def test_a_subject_that_is_taken_out_is_refused_at_the_next_request_though_the_gateway_lets_it_through(api):
    token = signed(api.claims("admin"))
    assert api.ask_with(token, "GET", "/v1/plan").code == 200

    for named in ("u-7", "sso:u-7"):
        api.ports.secrets.sign_on["revoked"] = [named]

        assert api.at_the_door(token).because == "revoked"
        assert api.ask_let_in("sso:u-7", token, "GET", "/v1/plan").code == 401


def test_a_token_that_ends_while_the_gateway_still_knows_it_is_refused_by_the_service(api):
    token = signed(api.claims("admin"))
    api.world.clock.advance(600 + 60)

    assert api.ask_let_in("sso:u-7", token, "GET", "/v1/plan").code == 401


def test_a_role_comes_from_the_verified_token_and_from_nothing_else(api):
    viewer, admin = signed(api.claims("viewer")), signed(api.claims("admin", sub="u-8"))

    assert api.ask_let_in("sso:u-7", viewer, "PUT", "/v1/plan", "x").code == 403
    assert api.ask_let_in("sso:u-7", admin, "GET", "/v1/plan").code == 401
    assert api.ask_let_in("sso:u-7", changed_claims(api), "GET", "/v1/plan").code == 401
    assert api.ask_let_in("sso:u-7", "", "GET", "/v1/plan").code == 401


def test_the_highest_of_several_roles_counts_and_a_claim_may_lie_deeper(api):
    api.ports.secrets.sign_on = {"oidc": {**OIDC, "role_claim": "realm.roles"}}
    claims = api.claims(realm={"roles": ["contact-view", "contact-admin", "contact-ops"]})

    assert api.ask_with(signed(claims), "GET", "/v1/whoami").json["role"] == "admin"


def test_an_address_as_subject_reaches_neither_log_nor_ledger(api):
    token = signed(api.claims("admin", sub="ada@shop.example"))

    done = api.ask_with(token, "PUT", "/v1/desks/desk-a/load", {"free": 2})
    given = api.ask_with(
        token, "POST", "/v1/orders",
        {"kind": "drain", "scope": "desk:desk-a", "until": 5, "reason": "r"}, headers={"if-match": '"0"'},
    )  # fmt: skip

    hour = api.world.clock.now()
    written = str(api.ports.ledger.entries("operations", hour)) + str(
        [vars(line) for line in api.caplog.records]
    )
    assert (done.code, given.code) == (200, 201)
    assert given.json["order"]["owner"].startswith("sso:.")
    assert "shop.example" not in written
