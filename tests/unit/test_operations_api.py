"""The operations API's door: who may do what, and that every refusal is a problem that says what to do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import app
from chalicelib.handlers import operations
from chalicelib.handlers.authorizer import TTL_SECONDS
from chalicelib.handlers.operations import VIEWS, view_of
from chalicelib.service.operate.roles import LEAST, Role, permitted
from chalicelib.wiring import use
from tests.unit.operations_side import ROLES, SECRET_PART, Operations, down, operator

ROOT = Path(__file__).resolve().parents[2]
CHANGING = ("PUT", "POST", "DELETE")
SAMPLES = {
    "{version}": "1",
    "{order}": "o1",
    "{channel}": "shop",
    "{key}": "0" * 32,
    "{desk}": "desk-a",
    "{window}": "w1",
}


@pytest.fixture
def api():
    return Operations()


def concrete(path):
    return "/".join(SAMPLES.get(part, part) for part in path.split("/"))


def authorize(api, header):
    arn = "arn:aws:execute-api:eu-west-3:123456789012:api/stage/GET/v1/plan"
    with use(api.world.wired):
        return app_authorizer()({"type": "TOKEN", "authorizationToken": header, "methodArn": arn}, None)


def app_authorizer():
    return app.routes["/v1/plan"]["GET"].authorizer


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", sorted(VIEWS))
def test_a_role_is_let_in_exactly_where_the_table_says_so(api, role, route):
    method, path = route

    reply = api.ask(method, concrete(path), {} if method in CHANGING else None, role=role)

    assert (reply.code == 403) == (not Role(role).reaches(LEAST[route]))
    assert reply.code != 403 or reply.problem == "forbidden"


@pytest.mark.parametrize("route", sorted(VIEWS))
def test_nobody_without_a_token_gets_past_a_route_even_if_the_gateway_lets_them(api, route):
    method, path = route

    for who in ("", "nobody"):
        reply = api.ask(method, concrete(path), {} if method in CHANGING else None, role=who)

        assert reply.code == 401
        assert reply.problem == "unauthorized"
        assert reply.headers["WWW-Authenticate"] == "Bearer"


def test_every_route_under_v1_has_an_authorizer_a_view_and_a_role():
    under = {(m, path) for path, methods in app.routes.items() if path.startswith("/v1") for m in methods}

    assert under == set(VIEWS) == set(LEAST)
    for method, path in under:
        assert app.routes[path][method].authorizer is operations.authorizer
        assert callable(view_of(VIEWS[method, path]))


def test_a_route_that_is_in_no_table_is_forbidden_to_everybody():
    assert not any(permitted(role, "GET", "/v1/anything") for role in Role)
    assert not any(permitted(role, "PATCH", "/v1/plan") for role in Role)


def test_the_authorizer_lets_a_known_token_through_to_every_route(api):
    answer = authorize(api, f"Bearer bsc_o1_{SECRET_PART}")

    assert answer["principalId"] == "o1"
    assert answer["context"] == {"role": "operator", "name": "Operator"}
    [statement] = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == ["arn:aws:execute-api:eu-west-3:123456789012:api/stage/*/v1/*"]


@pytest.mark.parametrize(
    "header",
    [
        "", "Bearer", "Bearer ", f"bsc_o1_{SECRET_PART}", f"Basic bsc_o1_{SECRET_PART}",
        f"Bearer bsc_o2_{SECRET_PART}", f"Bearer bsc_o1_{SECRET_PART}x", f"Bearer bsc__{SECRET_PART}",
        "Bearer bsc_o1_", f"Bearer bsc_old_{SECRET_PART}", f"Bearer bsc_endless_{SECRET_PART}",
        f"Bearer bsc_king_{SECRET_PART}", f"Bearer bsc_bare_{SECRET_PART}",
        f"Bearer bsc_o1_{'é' * 20}", f"Bearer bsc_o1_{'a' * 5000}", f"Bearer bsc_o1_{SECRET_PART}\n",
        "Bearer bsc_o1_\udcff" + "a" * 20,
    ],
)  # fmt: skip
def test_any_other_token_is_unauthorized_in_the_gateways_own_word(api, header):
    tokens = api.ports.secrets.tokens
    tokens["old"] = operator("admin", days=-1)
    tokens["endless"] = operator("admin") | {"expires": ""}
    tokens["king"] = operator("king")
    tokens["bare"] = {"role": "admin", "expires": tokens["a1"]["expires"]}

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(api, header)


def test_the_gateway_keeps_an_answer_for_half_a_minute_at_most():
    assert 0 <= TTL_SECONDS <= 30
    assert app_authorizer().config.ttl_seconds == TTL_SECONDS


def test_a_role_taken_away_counts_at_the_very_next_request(api):
    assert api.ask("GET", "/v1/plan", role="operator").code == 200

    api.ports.secrets.tokens["o1"]["role"] = "viewer"
    demoted = api.ask("PUT", "/v1/desks/desk-a/load", {"free": 1}, role="operator")
    del api.ports.secrets.tokens["o1"]
    gone = api.ask("GET", "/v1/plan", role="operator")

    assert demoted.code == 403
    assert gone.code == 401


def test_an_expired_token_is_refused_by_the_service_itself(api):
    api.world.clock.advance(31 * 86_400)

    assert api.ask("GET", "/v1/whoami").code == 401


def test_whoami_names_the_caller_and_when_the_token_ends(api):
    reply = api.ask("GET", "/v1/whoami", role="viewer")

    assert reply.json == {
        "id": "v1",
        "name": "Viewer",
        "role": "viewer",
        "expires": "2026-04-01T09:00:00.000Z",
        "markets": None,
        "routes": None,
    }
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("route", sorted(VIEWS))
def test_an_unknown_parameter_is_named_and_refused(api, route):
    method, path = route

    reply = api.ask(method, concrete(path), {} if method in CHANGING else None, query={"filtre": ["1"]})

    assert reply.code == 400
    assert {"path": "filtre", "message": "is no parameter of this route"} in reply.json["faults"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/orders"),
        ("POST", "/v1/decisions"),
        ("PUT", "/v1/desks/desk-a/load"),
        ("POST", "/v1/maintenance"),
        ("POST", "/v1/maintenance/check"),
        ("POST", "/v1/maintenance/w1/extend"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "null", "1", '"x"', "{}", '{"a":1}', '{"free":NaN}', '{"free":1e999}', '{"free":1,"free":2}',
        '{"channel":"\\ud800"}', '{"scope":"\\u0000"}', "[" * 60_000, '{"kind":["force_down"]}',
        '{"free":-1}', '{"free":1.5}', '{"free":true}', '{"traits":[1]}', '{"tried":"x"}', '{"until":1e300}',
        '{"channel":' + "9" * 5000 + "}",
    ],
)  # fmt: skip
def test_a_bad_body_is_answered_with_where_it_is_bad_and_never_with_a_500(api, method, path, body):
    reply = api.ask(method, path, body, headers={"if-match": '"0"'})

    assert reply.code == 400
    assert reply.problem == "bad-request"
    assert all(fault["message"] for fault in reply.json["faults"])
    assert reply.json["faults"]


@pytest.mark.parametrize(
    "route", sorted(route for route in VIEWS if route[0] == "POST" and "plan" not in route[1])
)
def test_null_is_no_body_for_any_route(api, route):
    method, path = route

    reply = api.ask(method, concrete(path), "null", headers={"if-match": '"0"'})

    assert reply.code in (400, 404)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "kind", "scope", "until", "reason", "channel", "text", "traits", "medium", "party", "plan", "tried",
    "free", "in_use", "title", "scopes", "start", "end", "zone", "repeat", "except", "alternatives",
    "drain_before", "reply",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), json_values, max_size=6))
def test_no_json_at_all_makes_a_route_fail(body):
    api = Operations()

    for method, path in (
        ("POST", "/v1/orders"),
        ("POST", "/v1/decisions"),
        ("PUT", "/v1/desks/desk-a/load"),
        ("PUT", "/v1/plan"),
        ("POST", "/v1/maintenance"),
        ("POST", "/v1/maintenance/check"),
        ("POST", "/v1/maintenance/w1/extend"),
        ("PUT", "/v1/maintenance/calendar"),
    ):
        reply = api.ask(method, path, json.dumps(body), headers={"if-match": '"0"'}, query=None)

        assert reply.code < 500


def test_a_body_beyond_the_limit_and_a_body_of_another_type_are_refused(api):
    large = api.ask("POST", "/v1/orders", '{"reason": "' + "a" * 70_000 + '"}', headers={"if-match": '"0"'})
    form = api.ask(
        "POST", "/v1/decisions", "channel=shop", headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert (large.code, large.problem) == (413, "too-large")
    assert (form.code, form.problem) == (415, "media-type")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "ten", "1e2", "", "٣"])
def test_a_limit_is_a_whole_number_from_1_to_200(api, limit):
    reply = api.ask("GET", "/v1/contacts", query={"limit": [limit]})

    assert reply.code == 400
    assert reply.json["faults"][0]["path"] == "limit"


@pytest.mark.parametrize("name", ["from", "until"])
@pytest.mark.parametrize(
    "far",
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0221-10-28T05:00:00Z", "9999-12-31T23:59:59Z"],
)
def test_times_beyond_all_use_are_refused_at_once(api, name, far):
    asked = [
        api.ask("GET", path, query={name: [far]}) for path in ("/v1/flips", "/v1/evidence/shop%23in%23fr")
    ]
    asked.append(api.ask("POST", "/v1/evidence/shop%23in%23fr/tickets", {"ticket": "T", name: far}))

    assert {one.code for one in asked} == {400}
    assert all(
        one.json["faults"] == [{"path": name, "message": "must be within 400 days of now"}] for one in asked
    )


@pytest.mark.parametrize("path", ["/v1/contacts", "/v1/plan/versions"])
@pytest.mark.parametrize("cursor", ["x", "é", "====", "a" * 3000, "MTA", "../..", "bm90LWEtbnVtYmVy"])
def test_a_cursor_that_is_not_ours_is_refused(api, path, cursor):
    reply = api.ask("GET", path, query={"cursor": [cursor]})

    assert reply.code in (200, 400)
    assert reply.code == 200 or reply.json["faults"] == [
        {"path": "cursor", "message": "is no cursor of this list"}
    ]


def test_a_parameter_given_twice_is_refused(api):
    reply = api.ask("GET", "/v1/contacts", query={"limit": ["1", "2"]})

    assert reply.json["faults"] == [{"path": "limit", "message": "is given twice"}]


def test_a_store_that_does_not_answer_is_told_without_its_inner_words(api):
    with down(api.ports.plans):
        reply = api.ask("GET", "/v1/plan")

    assert (reply.code, reply.problem) == (503, "unavailable")
    assert reply.json["detail"] == "try again in a moment"
    assert reply.headers["Retry-After"] == "5"


def test_the_status_page_is_public_and_lists_the_ways_in_of_a_market(api):
    page = api.ask("GET", "/status", role="", query={"language": ["en"]})
    nowhere = api.ask("GET", "/status", role="", query={"market": ["atlantis"]})

    assert page.code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.text.index("Shop") < page.text.index("Boutique")
    assert (nowhere.code, nowhere.problem) == (404, "unknown-market")


def test_log_lines_of_operations_hold_no_address_and_no_text(api, caplog):
    api.ask("POST", "/v1/decisions", {"channel": "shop", "party": "+33612345678", "text": "ma carte"})
    api.ask("GET", "/v1/contacts", query={"channel": ["shop"], "party": ["+33612345678"]})

    logged = str([vars(record) for record in caplog.records])
    assert "'/v1/decisions'" in logged
    assert "'/v1/contacts'" in logged
    assert "612345678" not in logged
    assert "ma carte" not in logged


def test_loading_the_app_for_the_intake_loads_nothing_that_only_operators_need():
    heavy = "('yaml', 'jwt', 'cryptography')"
    listing = f"import sys, app; print([m for m in sys.modules if '.operate' in m or '.access' in m or m in {heavy}])"

    answer = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert answer.stdout.strip() == "[]"


def test_a_token_of_ours_is_verified_without_what_signed_ones_need():
    asked = f"""
import sys
from datetime import datetime, timezone
from chalicelib.memory import MemorySecrets
from chalicelib.service.operate.verifier import Verifier
from chalicelib.service.operate.refusals import Unknown
try:
    Verifier(secrets=MemorySecrets(), http=None).caller("Bearer bsc_o1_{SECRET_PART}", datetime.now(timezone.utc))
except Unknown:
    print([m for m in sys.modules if m in ("jwt", "cryptography")])
"""

    answer = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert answer.stdout.strip() == "[]"
