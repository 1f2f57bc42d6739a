"""docs/openapi.yaml says what the routes do: same routes, roles, parameters, closed lists and shapes."""

from pathlib import Path

import pytest
import yaml

from app import app
from chalicelib.domain.model import ContactKind, Direction, Medium, Outcome, row_key
from chalicelib.domain.orders import OrderKind
from chalicelib.domain.outbox import RowState
from chalicelib.domain.plan_diff.changes import ChangeKind
from chalicelib.domain.plan_schedule.schedule import Fate
from chalicelib.domain.planned_work.notices import NOTICES, NoticeState
from chalicelib.domain.planned_work.rules import MaintenanceRule
from chalicelib.domain.planned_work.windows import Effect
from chalicelib.domain.routing import Reason
from chalicelib.handlers.operate.decisions import FIELDS, OF_MANY
from chalicelib.handlers.operate.maintenance import FIELDS as WINDOW_FIELDS
from chalicelib.handlers.operate.supposing import KINDS as SUPPOSED_KINDS
from chalicelib.handlers.operate.supposing import STATES
from chalicelib.handlers.problems import TABLE
from chalicelib.service.operate.orders import GIVEN
from chalicelib.service.operate.roles import LEAST, Role
from tests.unit.operations_side import PLAN, Operations

DOCUMENT = yaml.safe_load((Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
METHODS = ("get", "put", "post", "delete", "patch")
TYPES = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
    "null": type(None),
}  # fmt: skip


def operations():
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def resolved(schema):
    while "$ref" in schema:
        found = DOCUMENT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def fits(value, schema, where="$"):
    """The part of JSON Schema that the document uses."""
    schema = resolved(schema)
    for one in schema.get("oneOf", ())[:1]:
        fits(value, one, where)
    if "enum" in schema:
        assert value in schema["enum"], where
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert any(isinstance(value, TYPES[name]) for name in names), f"{where}: {value!r} is none of {names}"
    if isinstance(value, dict):
        fits_object(value, schema, where)
    if isinstance(value, list):
        for number, one in enumerate(value):
            fits(one, schema.get("items", {}), f"{where}[{number}]")


def fits_object(value, schema, where):
    known, rest = schema.get("properties", {}), schema.get("additionalProperties")
    assert set(schema.get("required", ())) <= set(value), where
    if known and not isinstance(rest, dict):
        assert set(value) <= set(known), f"{where}: {set(value) - set(known)} is not described"
    for name, one in value.items():
        fits(one, known.get(name) or (rest if isinstance(rest, dict) else {}), f"{where}.{name}")


def answer_schema(method, path, code):
    responses = DOCUMENT["paths"][path][method.lower()]["responses"]
    content = resolved(responses[str(code)] if str(code) in responses else responses["default"])["content"]
    kinds = ("application/problem+json", "application/json")
    return next(content[kind] for kind in (kinds if code >= 400 else kinds[::-1]) if kind in content)


def test_the_document_has_exactly_the_routes_that_there_are():
    ours = {(m, p) for p, methods in app.routes.items() if p.startswith(("/v1", "/status")) for m in methods}

    assert {(method, path) for method, path, _ in operations()} == ours


def test_every_operation_names_its_least_role_and_the_public_one_needs_no_token():
    told = {(method, path): operation.get("x-role") for method, path, operation in operations()}

    assert told.pop(("GET", "/status")) is None
    assert DOCUMENT["paths"]["/status"]["get"]["security"] == []
    assert told == {route: role.value for route, role in LEAST.items()}


def test_operation_ids_are_unique_and_every_reference_leads_somewhere():
    ids = [operation["operationId"] for _, _, operation in operations()]

    def walk(node):
        if isinstance(node, dict):
            assert resolved(node) is not None
            node = list(node.values())
        for one in node if isinstance(node, list) else ():
            walk(one)

    walk(DOCUMENT)
    assert len(ids) == len(set(ids))


def test_path_parameters_are_all_described():
    for _, path, operation in operations():
        parameters = [resolved(one) for one in operation.get("parameters", ())]
        described = {one["name"] for one in parameters if one["in"] == "path"}

        assert described == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_closed_lists_are_the_codes_own():
    assert SCHEMAS["State"]["enum"] == [state.value for state in RowState]
    assert SCHEMAS["Rejected"]["properties"]["reason"]["enum"] == [reason.value for reason in Reason]
    assert set(SCHEMAS["OrderKind"]["enum"]) == {kind.value for kind in OrderKind if kind in GIVEN}
    assert SCHEMAS["Clash"]["properties"]["rule"]["enum"] == [rule.value for rule in MaintenanceRule]
    assert SCHEMAS["DueNotice"]["properties"]["notice"]["enum"] == list(NOTICES)
    assert SCHEMAS["Notice"]["properties"]["state"]["enum"] == [state.value for state in NoticeState]
    assert SCHEMAS["Window"]["properties"]["effect"]["enum"] == [effect.value for effect in Effect]
    assert set(SCHEMAS["WantedWindow"]["properties"]) == set(WINDOW_FIELDS)
    assert SCHEMAS["Caller"]["properties"]["role"]["enum"] == [role.value for role in Role]
    assert SCHEMAS["Trial"]["properties"]["medium"]["enum"] == [medium.value for medium in Medium]
    assert SCHEMAS["ContactLine"]["properties"]["kind"]["enum"] == [kind.value for kind in ContactKind]
    assert SCHEMAS["Attempt"]["properties"]["outcome"]["enum"] == [
        *(outcome.value for outcome in Outcome),
        None,
    ]
    assert SCHEMAS["Path"]["properties"]["direction"]["enum"] == [direction.value for direction in Direction]
    assert set(SCHEMAS["Trial"]["properties"]) == set(FIELDS)
    assert set(SCHEMAS["TrialOfMany"]["properties"]) == set(OF_MANY)
    assert SCHEMAS["SupposedOrders"]["items"]["properties"]["kind"]["enum"] == list(SUPPOSED_KINDS)
    assert SCHEMAS["SupposedHealth"]["additionalProperties"]["properties"]["state"]["enum"] == list(STATES)
    assert SCHEMAS["Change"]["properties"]["kind"]["enum"] == [kind.value for kind in ChangeKind]
    assert SCHEMAS["ScheduledPlan"]["properties"]["fate"]["enum"] == [fate.value for fate in Fate]


def test_every_problem_type_is_listed():
    listed = SCHEMAS["Problem"]["properties"]["type"]["description"]

    for _, name, _ in TABLE.values():
        assert name.replace("not-found", "unknown-") in listed


KEY = row_key("shop", "", "m1")
MATCH = {"if-match": '"1"'}
NONE = {"if-match": '"0"'}
ICS = "BEGIN:VCALENDAR\nEND:VCALENDAR\n"
CALENDAR = {"content-type": "text/calendar"}
WINDOW = {
    "title": "t", "scopes": ["desk:desk-a"], "start": 0, "end": 60, "alternatives": {"order": ["desk:desk-b"]},
    "reason": "r",
}  # fmt: skip
WORK = "/v1/maintenance"
SCHEDULED = "/v1/plan/scheduled"
YAML = {"content-type": "application/yaml"}
ORDER = {"kind": "drain", "scope": "desk:desk-a", "until": 5, "reason": "r"}
SWITCH = "/v1/switches/{switch}"
ASKED = [
    ("GET", "/v1/whoami", "/v1/whoami", None, {}),
    ("GET", "/v1/plan", "/v1/plan", None, {"accept": "application/json"}),
    ("PUT", "/v1/plan", "/v1/plan", PLAN, YAML | MATCH | {"x-reason": "r"}),
    ("PUT", "/v1/plan", "/v1/plan", "schema: 3", YAML | MATCH | {"x-reason": "r"}),
    ("PUT", "/v1/plan", "/v1/plan", PLAN, YAML | NONE | {"x-reason": "r"}),
    ("PUT", "/v1/plan", "/v1/plan", PLAN, YAML | {"x-reason": "r"}),
    ("POST", "/v1/plan/check", "/v1/plan/check", PLAN, YAML),
    ("GET", "/v1/plan/versions", "/v1/plan/versions", None, {}),
    ("GET", "/v1/plan/versions/1", "/v1/plan/versions/{version}", None, {"accept": "application/json"}),
    ("GET", "/v1/plan/versions/9", "/v1/plan/versions/{version}", None, {}),
    ("GET", "/v1/plan/diff", "/v1/plan/diff", None, {}),
    ("POST", "/v1/plan/diff", "/v1/plan/diff", PLAN.replace("4h", "2h"), YAML),
    ("POST", "/v1/plan/diff", "/v1/plan/diff", "schema: 3", YAML),
    ("POST", "/v1/plan/rollback", "/v1/plan/rollback", {"version": 1}, MATCH | {"x-reason": "r"}),
    ("POST", "/v1/plan/rollback", "/v1/plan/rollback", {"version": 9}, MATCH | {"x-reason": "r"}),
    ("GET", "/v1/plan/scheduled", "/v1/plan/scheduled", None, {}),
    ("POST", "/v1/plan/scheduled", "/v1/plan/scheduled", PLAN, YAML | MATCH | {"x-reason": "r"}),
    ("DELETE", "/v1/plan/scheduled/s9", "/v1/plan/scheduled/{entry}", None, {}),
    ("POST", "/v1/orders", "/v1/orders", ORDER, NONE),
    ("POST", "/v1/orders", "/v1/orders", ORDER | {"scope": "desk:desk-b"}, NONE),
    ("POST", "/v1/orders", "/v1/orders", ORDER | {"scope": "desk:no"}, NONE),
    ("PUT", "/v1/switches/automation", SWITCH, {"until": 5, "reason": "r"}, {}),
    ("PUT", "/v1/switches/belief", SWITCH, {"until": 5, "reason": "r"}, {}),
    ("POST", "/v1/break-glass", "/v1/break-glass", {"scope": "desk:desk-b", "reason": "r"}, {}),
    ("POST", "/v1/break-glass/g3/confirm", "/v1/break-glass/{request}/confirm", None, {}),
    ("POST", "/v1/orders/o1/renew", "/v1/orders/{order}/renew", {"until": 60}, MATCH),
    ("GET", "/v1/orders", "/v1/orders", None, {}),
    ("DELETE", "/v1/switches/automation", SWITCH, None, {}),
    ("DELETE", "/v1/break-glass/g3", "/v1/break-glass/{request}", None, {}),
    ("DELETE", "/v1/orders/o9", "/v1/orders/{order}", None, NONE),
    ("GET", WORK, WORK, None, {}),
    ("POST", WORK, WORK, WINDOW, NONE),
    ("POST", WORK, WORK, WINDOW | {"alternatives": {}}, NONE),
    ("POST", WORK, WORK, WINDOW | {"scopes": ["desk:no"]}, NONE),
    ("POST", f"{WORK}/check", f"{WORK}/check", WINDOW | {"alternatives": {}}, {}),
    ("PUT", f"{WORK}/calendar", f"{WORK}/calendar", ICS, NONE | CALENDAR),
    ("PUT", f"{WORK}/calendar", f"{WORK}/calendar", "x", NONE | CALENDAR),
    ("DELETE", f"{WORK}/w9", f"{WORK}/{{window}}", None, NONE),
    ("POST", f"{WORK}/w9/extend", f"{WORK}/{{window}}/extend", {"until": 9}, NONE),
    ("GET", "/v1/health", "/v1/health", None, {}),
    ("GET", "/v1/health/shop", "/v1/health/{channel}", None, {}),
    ("GET", "/v1/contacts", "/v1/contacts", None, {}),
    ("GET", f"/v1/contacts/{KEY}", "/v1/contacts/{key}", None, {}),
    ("GET", f"/v1/contacts/{KEY}/explain", "/v1/contacts/{key}/explain", None, {}),
    ("POST", f"/v1/contacts/{KEY}/redrive", "/v1/contacts/{key}/redrive", None, {}),
    ("POST", f"/v1/contacts/{KEY}/settle", "/v1/contacts/{key}/settle", {"went": True}, {}),
    ("GET", "/v1/dead-letters", "/v1/dead-letters", None, {}),
    ("POST", "/v1/dead-letters/redrive", "/v1/dead-letters/redrive", {"queue": "normal"}, {}),
    ("POST", "/v1/people/erase", "/v1/people/erase", {"address": "ann"}, {}),
    ("POST", "/v1/people/erase", "/v1/people/erase", {"address": "ann", "dry_run": True}, {}),
    ("POST", "/v1/people/erase", "/v1/people/erase", {"address": "ann", "channel": "none"}, {}),
    ("POST", "/v1/decisions", "/v1/decisions", {"channel": "shop"}, {}),
    ("POST", "/v1/decisions", "/v1/decisions", {}, {}),
    ("POST", "/v1/decisions/batch", "/v1/decisions/batch", {"health": {"box-a#out#world": "down"}}, {}),
    ("POST", "/v1/decisions/batch", "/v1/decisions/batch", {"last": 0}, {}),
    ("PUT", "/v1/desks/desk-a/load", "/v1/desks/{desk}/load", {"free": 2}, {}),
    ("GET", "/v1/evidence/box-a%23out%23world", "/v1/evidence/{path}", None, {}),
    ("GET", "/v1/evidence/none%23out%23world", "/v1/evidence/{path}", None, {}),
    ("POST", "/v1/evidence/box-a%23out%23world/verify", "/v1/evidence/{path}/verify", {"path": 1}, {}),
    ("POST", "/v1/evidence/box-a%23out%23world/verify", "/v1/evidence/{path}/verify", {"x": 1}, {}),
    ("POST", "/v1/evidence/box-a%23out%23world/tickets", "/v1/evidence/{path}/tickets", {"ticket": "T"}, {}),
    ("GET", "/v1/flips", "/v1/flips", None, {}),
    ("GET", "/v1/availability", "/v1/availability", None, {}),
]


@pytest.mark.parametrize(("method", "path", "route", "body", "headers"), ASKED)
def test_an_answer_has_the_shape_that_the_document_says(method, path, route, body, headers):
    api = Operations()
    api.world.say(id_="m1")
    api.world.wired.delivery.answer(KEY)
    api.world.wired.tick.flip()

    reply = api.ask(method, path, body, headers=headers)

    fits(reply.json, answer_schema(method, route, reply.code)["schema"])
    assert (reply.code < 400) == (reply.headers["Content-Type"] == "application/json")


def test_answers_in_every_state_of_things_have_their_shape():
    api = Operations()
    api.ask("PUT", "/v1/desks/desk-a/load", {"free": 2})
    api.ask("POST", "/v1/orders", ORDER | {"scope": "channel:box-a"}, headers=NONE)
    api.world.minute()
    at = {"at": ["2026-03-02T12:00:00Z"]}
    made = api.ask("POST", SCHEDULED, PLAN, headers=YAML | MATCH | {"x-reason": "r"}, query=at)
    fits(made.json, answer_schema("POST", SCHEDULED, 201)["schema"])

    api.ask("POST", WORK, WINDOW | {"scopes": ["channel:box-b"], "alternatives": {"order": ["channel:shop"]},
                                    "start": 120, "end": 180}, headers=NONE)  # fmt: skip

    for path in ("/v1/health", "/v1/orders", WORK, SCHEDULED):
        fits(api.ask("GET", path).json, answer_schema("GET", path, 200)["schema"])
    lifted = api.ask("DELETE", "/v1/orders/o1", headers=MATCH)
    fits(lifted.json, answer_schema("DELETE", "/v1/orders/{order}", 200)["schema"])
