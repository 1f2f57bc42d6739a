"""Two credentials of one person are one person, whatever each of them calls itself; who is not known is no second."""

import pytest

from chalicelib.domain.access.owner import mark_of, marks_of
from chalicelib.domain.permission.glass import against, person_of
from chalicelib.domain.permission.record import Glass
from tests.unit.operations_side import operator
from tests.unit.signed_side import OIDC, SignedOperations, signed
from tests.world import START

SAME = "both tokens are of the same person"
UNTOLD = "nobody can tell whether these are two persons"
SCOPE = {"scope": "desk:desk-b", "reason": "agents answer strangers", "minutes": 30}


@pytest.fixture
def api():
    return SignedOperations()


def owned(api, person):
    api.ports.secrets.tokens["o1"] = operator("operator") | {"name": "Night desk"}
    del api.ports.secrets.tokens["o1"]["person"]
    if person is not None:
        api.ports.secrets.tokens["o1"]["person"] = person


def by_sign_on(api, method, path, body=None, **claims):
    """Somebody with a signed token asks."""
    token = signed(api.claims(**claims))
    who = api.at_the_door(token).answer["principalId"]
    headers = {"authorization": f"Bearer {token}"}
    return api.ask(method, path, body, role=who, headers=headers)


def confirmed(api, person, **claims):
    """Asked with a token of this owner, confirmed by single sign-on: the answer's words, "" where it was confirmed."""
    owned(api, person)
    assert api.ask("POST", "/v1/break-glass", SCOPE, role="operator").code == 201
    said = by_sign_on(api, "POST", "/v1/break-glass/g1/confirm", **claims)
    return "" if said.code == 200 else said.json["detail"]


@pytest.mark.parametrize(
    ("person", "claims", "why"),
    [
        ("ada@shop.example", {"email": "Ada@Shop.example "}, SAME),
        ("u-7", {}, SAME),
        ("u-7, ada@shop.example", {"email": "another@shop.example"}, SAME),
        ("ada@shop.example", {"sub": "ada@shop.example"}, SAME),
        ("bob@shop.example", {"email": "ada@shop.example"}, ""),
        ("u-8", {}, ""),
        ("bob@shop.example", {}, UNTOLD),
    ],
)
def test_a_token_and_single_sign_on_are_two_persons_only_where_their_owners_are_known_to_differ(
    api, person, claims, why
):
    said = confirmed(api, person, **claims)

    assert said.startswith(why)
    assert bool(said) is bool(why)


@pytest.mark.parametrize("person", [None, "", " , "])
def test_a_token_of_nobody_is_told_at_once_that_it_cannot_ask_and_cannot_confirm_either(api, person):
    owned(api, person)

    asked = api.ask("POST", "/v1/break-glass", SCOPE, role="operator")
    by_sign_on(api, "POST", "/v1/break-glass", SCOPE, email="ada@shop.example")
    confirmed = api.ask("POST", "/v1/break-glass/g1/confirm", role="operator")

    assert (asked.code, asked.problem, confirmed.code) == (409, "unfit", 403)
    assert "does not say whose it is" in asked.json["detail"]


def test_it_is_the_same_the_other_way_round(api):
    owned(api, "ada@shop.example")
    assert by_sign_on(api, "POST", "/v1/break-glass", SCOPE, email="ada@shop.example").code == 201

    same = api.ask("POST", "/v1/break-glass/g1/confirm", role="operator")
    owned(api, "bob@shop.example")
    other = api.ask("POST", "/v1/break-glass/g1/confirm", role="operator")

    assert (same.code, other.code) == (403, 200)


def test_another_claim_may_hold_the_address(api):
    api.ports.secrets.sign_on = {"oidc": {**OIDC, "email_claim": "upn"}}

    assert confirmed(api, "ada@shop.example", upn="ada@shop.example").startswith(SAME)


def test_two_tokens_with_other_names_and_one_owner_are_one_person(api):
    for id_, name in (("o1", "Ada"), ("o2", "Night desk")):
        api.ports.secrets.tokens[id_] = operator("operator") | {"name": name, "person": "ada@shop.example"}
    api.ask("POST", "/v1/break-glass", SCOPE, role="operator")

    assert api.ask("POST", "/v1/break-glass/g1/confirm", role="o2").code == 403


def test_what_an_earlier_release_asked_for_has_no_owner_and_is_asked_anew():
    old = Glass(
        id="g1", scope="s", owner="o1", name=person_of("o1", "Ada").name, reason="r", since=START, until=START,
        minutes=5,
    )  # fmt: skip

    assert against(old, person_of("o2", "Bea", marks_of(["bea@shop.example"]))).startswith(UNTOLD)


def test_no_address_is_kept_where_requests_are():
    owner = person_of("o1", "Ada", marks_of(["ada@shop.example"]))

    assert "ada@" not in owner.written
    assert mark_of("ada@shop.example") in owner.written
