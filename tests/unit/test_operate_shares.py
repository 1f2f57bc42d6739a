"""/v1/shares and orders on shares: what is read, what is refused, who may, and what is told of a decision."""

import pytest

from chalicelib.domain.model import row_key
from tests.unit.operations_side import operator
from tests.unit.shares_side import SCOPE, Sharing, shared_plan
from tests.unit.test_operations_openapi import answer_schema, fits


@pytest.fixture
def api():
    return Sharing()


def test_planned_and_present_shares_are_told_with_what_the_desks_look_like(api):
    api.minutes(1, box_a=api.doubt)
    api.doubt("box-a")
    api.refresh()

    told = api.ask("GET", "/v1/shares", role="viewer")

    fits(told.json, answer_schema("GET", "/v1/shares", 200))
    (route,) = told.json["shares"]
    assert (route["scope"], route["by"], route["order"]) == (SCOPE, "shift", None)
    assert route["desks"] == [
        {"desk": "desk-a", "planned": 70, "now": 60, "looks": "troubled"},
        {"desk": "desk-b", "planned": 30, "now": 40, "looks": "well"},
    ]
    assert (route["stepped_at"], route["next_step_after"]) == (
        "2026-03-02T09:00:03.000Z",
        "2026-03-02T09:10:03.000Z",
    )
    assert told.json["figures"] == {
        "step": 10, "every_seconds": 600, "floor": 10, "ceiling": 90, "well_for_seconds": 900, "slow_seconds": None,
    }  # fmt: skip


def test_an_order_and_a_switch_are_told_beside_the_shares(api):
    given = api.fix()
    api.ask("PUT", "/v1/switches/automation", {"until": 60, "reason": "storm"})

    told = api.ask("GET", "/v1/shares").json

    assert given.json["order"]["shares"] == {"desk-a": 20, "desk-b": 80}
    assert [one["now"] for one in told["shares"][0]["desks"]] == [20, 80]
    assert told["shares"][0]["order"] == {
        "id": "o1", "until": "2026-03-02T10:00:03.000Z", "owner": "o1", "reason": "training",
    }  # fmt: skip
    assert told["automation_off_until"] == "2026-03-02T10:00:03.000Z"


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        ({"shares": None}, 400, "shares"),
        ({"shares": {"desk-a": 20, "desk-b": 79}}, 400, "shares"),
        ({"shares": {"desk-a": 0, "desk-b": 100}}, 400, "shares.desk-a"),
        ({"shares": {"desk-a": 100}}, 400, "shares.desk-a"),
        ({"shares": {"desk-a": 20, "desk-c": 80}}, 400, "shares.desk-c"),
        ({"shares": [20, 80]}, 400, "shares"),
        ({"scope": "desk:desk-a"}, 400, "kind"),
        ({"kind": "drain"}, 400, "kind"),
        ({"kind": "drain", "scope": "desk:desk-a"}, 400, "shares"),
    ],
)
def test_an_order_on_shares_that_is_wrong_is_named(api, changed, code, path):
    refused = api.fix(**changed)

    assert (refused.code, refused.json["faults"][0]["path"]) == (code, path)


@pytest.mark.parametrize("scope", ["route:order#uk", "route:bill#fr", "route:order", "route:"])
def test_a_route_that_nobody_shares_has_no_shares_to_fix(api, scope):
    assert api.fix(scope=scope).problem == "unknown-scope"


def test_whoever_is_there_for_other_markets_fixes_no_shares(api):
    api.ports.secrets.tokens["u1"] = operator("operator") | {"markets": "uk"}

    assert api.fix(role="u1").problem == "forbidden"
    assert api.fix(role="viewer").problem == "forbidden"
    assert api.ask("GET", "/v1/shares", role="u1").code == 200


def test_without_shares_the_list_is_empty():
    assert Sharing(shared_plan("fr: [desk-a, desk-b, desk-c]")).ask("GET", "/v1/shares").json["shares"] == []


def test_an_order_is_written_down_listed_renewed_and_lifted_like_any_other(api):
    assert api.fix().code == 201
    headers = {"if-match": '"1"'}

    renewed = api.ask("POST", "/v1/orders/o1/renew", {"until": 120}, headers=headers)
    api.world.clock.advance(10)
    lifted = api.ask("DELETE", "/v1/orders/o1", headers={"if-match": '"2"'})

    assert (renewed.json["order"]["shares"], lifted.code) == ({"desk-a": 20, "desk-b": 80}, 200)
    assert api.route()["by"] == "plan"
    written = [one.entry["what"] for one in api.ports.ledger.entries("operations", api.world.clock.now())]
    assert written == ["give order", "renew order", "lift order"]


def explained(api, id_, language, **query):
    asked = {"language": [language], **{name: [value] for name, value in query.items()}}
    return api.ask("GET", f"/v1/contacts/{row_key('shop', '', id_)}/explain", query=asked).json["lines"]


def test_which_draw_chose_is_explained_in_both_languages(api):
    api.world.say(id_="m1")
    api.fix()
    api.refresh()
    api.world.say(id_="m2")

    english, french = explained(api, "m1", "en"), explained(api, "m2", "fr")

    assert (
        english[1]
        == "On arrival desk-a was chosen: the draw by shares gave it this contact, and it was able."
    )
    assert english[2] == (
        "Desks share this purpose by the plan's shares (desk-a 70 %, desk-b 30 %); the draw on this contact puts them "
        "in the order desk-a, desk-b."
    )
    assert french[2] == (
        "Ce motif est réparti entre plusieurs bureaux selon les parts fixées par un opérateur (desk-a 20 %, "
        "desk-b 80 %) ; le tirage propre à cette demande donne l'ordre : desk-b, desk-a."
    )
    why_not = explained(api, "m1", "en", desk="desk-b")
    assert why_not[0] == "On arrival desk-b was rejected: a better one was able."
    assert "in the order desk-a, desk-b" in why_not[1]


def test_a_decision_tells_its_draw_and_what_is_supposed_of_shares_is_drawn_by(api):
    asked = {"channel": "shop", "provider_id": "m5"}

    as_it_is = api.ask("POST", "/v1/decisions", asked).json
    supposed = api.ask("POST", "/v1/decisions", asked | {"shares": {SCOPE: {"desk-a": 1, "desk-b": 99}}}).json

    fits(as_it_is, answer_schema("POST", "/v1/decisions", 200))
    assert as_it_is["decision"]["because"] == "drawn"
    assert as_it_is["decision"]["draw"]["by"] == "plan"
    assert (supposed["decision"]["draw"]["by"], supposed["supposed"]) == ("shift", ["shares"])
    assert supposed["decision"]["draw"]["shares"][0] == {"desk": "desk-b", "share": 99}
    assert as_it_is["decision"]["in_words"] == "the draw by shares gave it this contact, and it was able"
