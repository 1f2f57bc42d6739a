"""What a caller may ask: each role on each route, by a token of ours and by a signed one; markets and routes."""

from datetime import UTC, datetime

import pytest

from app import app
from chalicelib.domain.access.scope import EVERYWHERE, markets_of
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.handlers.operations import VIEWS
from chalicelib.service.operate.roles import LEAST, NARROWED, Role, for_some_markets
from infra.token import main, mint
from tests.unit.operations_side import PLAN, ROLES, Operations, operator
from tests.unit.signed_side import SignedOperations, signed
from tests.unit.test_operations_api import CHANGING, concrete

DESKS = """desks:
  desk-a: {channel: box-a, target: {queue: sales}}
  desk-b: {channel: box-b, target: {queue: sales}}
"""
UK = """
  shop-uk: {kind: webhook, market: uk, settings: {url: "https://uk.example/in"}}
  box-c: {kind: webhook, provider: gamma, settings: {url: "https://c.example/in"}}
"""
TWO = (
    PLAN.replace("  box-a:", f"{UK.strip(chr(10))}\n  box-a:")
    .replace("desk-b:", "desk-c: {channel: box-c, target: {queue: uk}}\n  desk-b:", 1)
    .replace("{fr: [desk-a, desk-b]}", "{fr: [desk-a], uk: [desk-c], world: [desk-b]}")
    .split("safety:")[0]
)
MATCH = {"if-match": '"0"'}
WINDOW = {"title": "t", "start": 60, "end": 120, "alternatives": {}, "reason": "r"}


@pytest.fixture(scope="module")
def signing():
    return SignedOperations()


@pytest.fixture
def api():
    found = Operations(TWO)
    for market in ("fr", "uk"):
        found.ports.secrets.tokens[market] = {**operator("operator"), "markets": market}
    return found


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", sorted(VIEWS))
def test_a_signed_token_opens_a_route_exactly_where_the_table_says_so(signing, role, route):
    method, path = route
    token = signed(signing.claims(role))

    reply = signing.ask_with(token, method, concrete(path), {} if method in CHANGING else None)

    assert (reply.code == 403) == (not Role(role).reaches(LEAST[route]))
    assert reply.code != 401


@pytest.mark.parametrize("route", sorted(VIEWS))
def test_an_expired_token_of_either_kind_opens_no_route(signing, route):
    method, path = route
    body = {} if method in CHANGING else None
    signing.ports.secrets.tokens["late"] = operator("admin", days=-1)
    ended = signed(signing.claims("admin", exp=int(signing.world.clock.now().timestamp()) - 61))

    assert signing.ask_with(ended, method, concrete(path), body) is None
    assert signing.ask_let_in("sso:u-7", ended, method, concrete(path), body).code == 401
    assert signing.ask(method, concrete(path), body, role="late").code == 401


@pytest.mark.parametrize("route", sorted(VIEWS))
def test_an_admin_of_one_market_is_let_in_where_a_viewer_is_or_where_the_service_looks_at_markets(
    signing, route
):
    method, path = route
    token = signed(signing.claims("admin", markets=["uk"]))

    reply = signing.ask_with(token, method, concrete(path), {} if method in CHANGING else None)

    if not for_some_markets(method, path):
        assert (reply.code, reply.problem) == (403, "forbidden")
    elif LEAST[route] is Role.VIEWER:
        assert reply.code != 403


def test_what_is_narrowed_are_routes_that_there_are():
    assert set(LEAST) >= NARROWED
    assert not for_some_markets("PUT", "/v1/plan")
    assert not for_some_markets("POST", "/v1/anything")


@pytest.mark.parametrize(
    ("scope", "markets"),
    [
        ("desk:desk-a", {"fr"}), ("desk:desk-c", {"uk"}), ("desk:desk-b", {EVERYWHERE}), ("desk:none", {EVERYWHERE}),
        ("channel:shop", {"fr"}), ("channel:shop-uk", {"uk"}), ("channel:box-a", {"fr"}),
        ("channel:box-b", {EVERYWHERE}), ("channel:none", {EVERYWHERE}), ("path:shop#in#fr", {"fr"}),
        ("path:box-a#out#world", {"fr"}), ("path:box-b#out#uk", {"uk"}), ("path:box-b#out#world", {EVERYWHERE}),
        ("posture:alert", {EVERYWHERE}), ("", {EVERYWHERE}), ("path:x", {EVERYWHERE}),
    ],
)  # fmt: skip
def test_a_scope_concerns_markets(scope, markets):
    assert markets_of(read_plan(TWO, 1), scope) == markets


@pytest.mark.parametrize(
    ("scope", "free"), [("desk:desk-a", "fr"), ("channel:shop-uk", "uk"), ("path:shop#in#fr", "fr")]
)
def test_an_operator_of_a_market_orders_there_and_nowhere_else(api, scope, free):
    order = {"kind": "drain", "scope": scope, "until": 5, "reason": "r"}
    other = {"fr": "uk", "uk": "fr"}[free]

    refused = api.ask("POST", "/v1/orders", order, role=other, headers=MATCH)
    given = api.ask("POST", "/v1/orders", order, role=free, headers=MATCH)
    not_lifted = api.ask("DELETE", "/v1/orders/o1", role=other, headers={"if-match": '"1"'})
    lifted = api.ask("DELETE", "/v1/orders/o1", role=free, headers={"if-match": '"1"'})

    assert (refused.code, refused.problem, given.code) == (403, "forbidden", 201)
    assert (not_lifted.code, lifted.code) == (403, 200)


def test_what_concerns_every_market_is_for_operators_of_all(api):
    order = {"kind": "drain", "scope": "desk:desk-b", "until": 5, "reason": "r"}

    assert api.ask("POST", "/v1/orders", order, role="fr", headers=MATCH).code == 403
    assert api.ask("PUT", "/v1/maintenance/calendar", "x", role="fr", headers=MATCH).code == 403
    assert api.ask("POST", "/v1/orders", order, role="operator", headers=MATCH).code == 201


def test_planned_work_of_another_market_is_neither_planned_nor_changed(api):
    ours = WINDOW | {"scopes": ["desk:desk-a"], "alternatives": {"order": ["desk:desk-b"]}}
    theirs = ours | {"scopes": ["desk:desk-c"]}

    refused = [
        api.ask("POST", "/v1/maintenance", theirs, role="fr", headers=MATCH),
        api.ask("POST", "/v1/maintenance/check", theirs, role="fr"),
    ]
    planned = api.ask("POST", "/v1/maintenance", ours, role="fr", headers=MATCH)
    refused += [
        api.ask("DELETE", "/v1/maintenance/w1", role="uk", headers={"if-match": '"1"'}),
        api.ask("POST", "/v1/maintenance/w1/extend", {"until": 9}, role="uk", headers={"if-match": '"1"'}),
    ]

    assert planned.code == 201
    assert [one.code for one in refused] == [403] * 4
    assert api.ask("DELETE", "/v1/maintenance/w1", role="fr", headers={"if-match": '"1"'}).code == 200


def test_contacts_loads_evidence_and_lists_of_another_market_are_left_alone(api):
    api.world.say(id_="m1")
    [row] = api.ask("GET", "/v1/contacts").json["contacts"]
    asked = [
        ("POST", f"/v1/contacts/{row['key']}/redrive", {}),
        ("POST", f"/v1/contacts/{row['key']}/settle", {"went": True}),
        ("PUT", "/v1/desks/desk-a/load", {"free": 1}),
        ("POST", "/v1/channels/shop/catch-up", {}),
        ("GET", "/v1/evidence/shop%23in%23fr", None),
        ("POST", "/v1/evidence/shop%23in%23fr/verify", {}),
        ("POST", "/v1/evidence/shop%23in%23fr/tickets", {"ticket": "T"}),
    ]

    codes = {role: [api.ask(*one, role=role).code for one in asked] for role in ("uk", "fr")}

    assert codes["uk"] == [403] * len(asked)
    assert 403 not in codes["fr"]


def test_every_narrowed_route_asks_for_the_market():
    """Each route of the table is refused above for the other market."""
    shown = {
        "/v1/orders", "/v1/orders/{order}", "/v1/maintenance", "/v1/maintenance/check", "/v1/maintenance/{window}",
        "/v1/maintenance/{window}/extend", "/v1/contacts/{key}/redrive", "/v1/contacts/{key}/settle",
        "/v1/desks/{desk}/load", "/v1/channels/{channel}/catch-up", "/v1/evidence/{path}",
        "/v1/evidence/{path}/verify", "/v1/evidence/{path}/tickets",
    }  # fmt: skip

    assert {path for _, path in NARROWED} == shown


def test_a_machines_token_opens_the_routes_that_it_names_and_no_other(api):
    api.ports.secrets.tokens["m1"] = {**operator("operator"), "routes": "/v1/desks/desk-a/,/v1/whoami"}

    codes = [
        api.ask("PUT", f"/v1/desks/{desk}/load", {"free": 1}, role="m1").code for desk in ("desk-a", "desk-b")
    ]

    assert codes == [200, 403]
    assert api.ask("GET", "/v1/whoami", role="m1").code == 200
    assert api.ask("GET", "/v1/contacts", role="m1").code == 403


def test_a_token_for_no_market_and_no_route_reads_nothing_and_changes_nothing(api):
    api.ports.secrets.tokens["m2"] = {**operator("admin"), "routes": ""}
    api.ports.secrets.tokens["m3"] = {**operator("admin"), "markets": ""}
    order = {"kind": "drain", "scope": "desk:desk-a", "until": 5, "reason": "r"}

    assert api.ask("GET", "/v1/whoami", role="m2").code == 403
    assert api.ask("GET", "/v1/whoami", role="m3").json["markets"] == []
    assert api.ask("POST", "/v1/orders", order, role="m3", headers=MATCH).code == 403


def test_whoami_tells_the_markets_and_the_routes(api):
    assert api.ask("GET", "/v1/whoami", role="fr").json["markets"] == ["fr"]
    assert api.ask("GET", "/v1/whoami", role="viewer").json["markets"] is None


def test_a_minted_token_may_be_for_some_markets_and_routes(capsys):
    code = main(
        ["--name", "Ada", "--role", "operator", "--market", "fr", "--market", "uk", "--route", "/v1/desks/"]
    )

    assert code == 0
    assert '"markets": [\n      "fr",\n      "uk"\n    ]' in capsys.readouterr().out


def test_a_token_minted_for_everything_says_nothing_of_markets():
    _, entry = mint("Ada", "admin", datetime(2026, 3, 2, tzinfo=UTC))

    assert {"markets", "routes"}.isdisjoint(*entry.values())


def test_every_route_has_the_one_authorizer():
    assert {app.routes[path][method].authorizer.name for method, path in VIEWS} == {"authorizer"}
