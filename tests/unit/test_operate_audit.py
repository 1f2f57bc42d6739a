"""/v1/audit for people: what was done, the anchors, and what shows of an hour that somebody tampered with."""

import json
from dataclasses import replace

import pytest

from chalicelib.domain.audit.faults import Kind
from chalicelib.domain.audit.rsa import read_key
from infra.audit import main
from tests.unit.audit_side import rechained
from tests.unit.operations_side import Operations, down, give
from tests.unit.test_operations_openapi import DOCUMENT, SCHEMAS, fits
from tests.world import START

HOUR, ACTS = f"{START:%Y-%m-%dT%H}", f"operations#{START:%Y-%m-%dT%H}"


@pytest.fixture
def api():
    api = Operations()
    for version in range(3):
        assert give(api, version).code == 201
        api.world.minute()
    return api


def verdict(api, hour=HOUR):
    reply = api.ask("POST", "/v1/audit/verify", {"hour": hour})
    assert reply.code == 200, reply.text
    fits(reply.json, SCHEMAS["AuditVerdict"])
    return reply.json


def test_operators_acts_are_listed_in_their_order_with_who_did_them(api):
    reply = api.ask("GET", "/v1/audit", query={"hour": [HOUR]})

    fits(reply.json, SCHEMAS["AuditEntries"])
    assert [entry["seq"] for entry in reply.json["entries"]] == [1, 2, 3]
    assert {entry["entry"]["who"] for entry in reply.json["entries"]} == {"o1"}
    assert "operations" in reply.json["streams"]
    assert reply.json["next"] is None


def test_pages_follow_each_other_without_a_gap(api):
    first = api.ask("GET", "/v1/audit", query={"hour": [HOUR], "limit": ["2"]}).json
    second = api.ask(
        "GET", "/v1/audit", query={"hour": [HOUR], "limit": ["2"], "cursor": [first["next"]]}
    ).json

    assert [entry["seq"] for entry in first["entries"] + second["entries"]] == [1, 2, 3]
    assert second["next"] is None


def test_without_an_hour_it_is_this_one(api):
    assert api.ask("GET", "/v1/audit").json["hour"] == HOUR


def test_anchors_are_listed_newest_first(api):
    first = api.ask("GET", "/v1/audit/anchors", query={"limit": ["2"]}).json
    rest = api.ask("GET", "/v1/audit/anchors", query={"cursor": [first["next"]]}).json

    fits(first, SCHEMAS["Anchors"])
    numbers = [one["anchor"] for one in first["anchors"] + rest["anchors"]]
    assert numbers == list(range(len(api.ports.anchors.texts), 0, -1))
    assert rest["next"] is None


def test_before_the_first_anchor_there_is_nothing_to_list_and_nothing_wrong():
    api = Operations()

    assert api.ask("GET", "/v1/audit/anchors").json == {"anchors": [], "next": None}
    assert verdict(api)["whole"] is True


def test_an_honest_hour_is_whole(api):
    found = verdict(api)

    assert (found["whole"], found["faults"], found["rows"]) == (True, [], 3)
    assert found["anchors"] == len(api.ports.anchors.texts)


def test_an_act_that_was_changed_and_chained_anew_is_found(api):
    chain = api.ports.ledger._chains[ACTS]
    chain[1] = replace(chain[1], entry={**chain[1].entry, "who": "somebody else"})
    chain[:] = rechained(ACTS, chain)

    [fault] = verdict(api)["faults"]

    assert (fault["kind"], fault["stream"], fault["hour"], fault["number"]) == (
        "rewritten",
        "operations",
        HOUR,
        2,
    )


def test_an_hour_that_is_gone_is_found_even_when_it_is_in_no_list_any_more(api):
    api.ports.ledger._chains.clear()
    api.ports.ledger._touched.clear()

    assert [(fault["kind"], fault["number"]) for fault in verdict(api)["faults"]] == [("dropped", 3)]


def test_what_the_api_lists_is_verified_without_us(api, tmp_path, capsys):
    file, key = tmp_path / "listed.jsonl", tmp_path / "key.der"
    anchors = api.ask("GET", "/v1/audit/anchors", query={"limit": ["200"]}).json["anchors"]
    entries = api.ask("GET", "/v1/audit", query={"hour": [HOUR]}).json["entries"]
    file.write_text("\n".join(json.dumps(line) for line in [*anchors[::-1], *entries]))
    key.write_bytes(api.ports.anchors.public_key())

    assert read_key(key.read_bytes())
    assert main(["--export", str(file), "--key", str(key)]) == 0
    assert capsys.readouterr().out == "whole\n"


@pytest.mark.parametrize("role", ["viewer", "operator"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/audit"), ("GET", "/v1/audit/anchors"), ("POST", "/v1/audit/verify")]
)
def test_it_is_for_admins(api, role, method, path):
    assert api.ask(method, path, {"hour": HOUR} if method == "POST" else None, role=role).code == 403


@pytest.mark.parametrize(
    "query",
    [
        {"hour": ["2026-11-21"]}, {"hour": ["2026-1-2T3"]}, {"hour": ["x" * 99]}, {"hour": [""]}, {"stream": [""]},
        {"stream": ["x" * 301]}, {"stream": ["chains"]}, {"cursor": ["-1"]}, {"limit": ["0"]}, {"what": ["x"]},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(api, query):
    assert api.ask("GET", "/v1/audit", query=query).problem == "bad-request"


@pytest.mark.parametrize("body", [{}, {"hour": None}, {"hour": 7}, {"hour": "now"}, {"hour": HOUR, "x": 1}])
def test_a_verification_wants_one_hour(api, body):
    assert api.ask("POST", "/v1/audit/verify", body).problem == "bad-request"


def test_without_the_bucket_there_is_no_verdict(api):
    with down(api.ports.anchors):
        assert api.ask("POST", "/v1/audit/verify", {"hour": HOUR}).code == 503


def test_the_documents_kinds_are_ours():
    kinds = SCHEMAS["AuditVerdict"]["properties"]["faults"]["items"]["properties"]["kind"]["enum"]

    assert kinds == [kind.value for kind in Kind]
    assert DOCUMENT["paths"]["/v1/audit/verify"]["post"]["x-role"] == "admin"
