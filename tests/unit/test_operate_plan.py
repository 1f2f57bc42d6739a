"""Publishing a plan: all faults at once, one winner, nothing that needs a secret we lack, nothing unsafe."""

import json

import pytest

from chalicelib.ports import PlanVersion, Stale
from tests.unit.operations_side import PLAN, Operations, down

YAML = {"content-type": "application/yaml; charset=utf-8"}
WHY = {"x-reason": "a second box"}


@pytest.fixture
def api():
    return Operations()


def put(api, text, version, **more):
    headers = YAML | WHY | {"if-match": f'"{version}"'} | more.pop("headers", {})
    return api.ask("PUT", "/v1/plan", text, headers=headers, **more)


def test_the_plan_comes_back_as_it_was_published_with_its_comments(api):
    text = f"# owned by the night shift\n{PLAN}"
    put(api, text, 1)

    plain = api.ask("GET", "/v1/plan")
    told = api.ask("GET", "/v1/plan", headers={"accept": "application/json"})

    assert plain.text == text
    assert plain.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert plain.headers["ETag"] == told.headers["ETag"] == '"2"'
    assert told.json["text"] == text
    assert (told.json["author"], told.json["reason"], told.json["version"]) == ("a1", "a second box", 2)


def test_a_published_plan_is_stored_compiled_written_down_and_rung(api):
    reply = put(api, PLAN, 1)

    stored = api.ports.plans.current()
    [entry] = api.ports.ledger.entries("operations", api.world.clock.now())
    assert reply.code == 200
    assert reply.json["announced"] is True
    assert json.loads(stored.compiled)["market"] == "fr"
    assert entry.entry == {
        "what": "publish plan",
        "who": "a1",
        "role": "admin",
        "version": "2",
        "digest": stored.digest,
    }
    assert [note.queue for note in api.ports.queues.notes] == ["flips"]


def test_a_new_plan_changes_routing_after_the_flip(api):
    assert api.routed() == "desk-a"

    put(api, PLAN.replace("fr: [desk-a, desk-b]", "fr: [desk-b, desk-a]"), 1)
    api.refresh()

    assert api.routed() == "desk-b"


def test_a_change_must_say_which_version_it_is_meant_for(api):
    blind = api.ask("PUT", "/v1/plan", PLAN, headers=YAML | WHY)
    odd = put(api, PLAN, 1, headers={"if-match": "1"})

    assert (blind.code, blind.problem) == (428, "version-required")
    assert (odd.code, odd.json["faults"][0]["path"]) == (400, "If-Match")


def test_of_two_operators_publishing_at_once_one_wins_and_the_other_gets_the_current_version(api):
    first = put(api, PLAN, 1)
    second = put(api, PLAN, 1)

    assert first.code == 200
    assert (second.code, second.problem, second.json["current"]) == (412, "overtaken", 2)
    assert second.headers["ETag"] == '"2"'


def test_losing_the_race_within_the_store_is_told_likewise(api):
    genuine = api.ports.plans.publish

    def overtaken(plan: PlanVersion) -> None:
        genuine(plan)
        raise Stale("somebody wrote first")

    api.ports.plans.publish = overtaken

    assert put(api, PLAN, 1).json["current"] == 2


def test_the_first_plan_is_published_with_if_none_match(api):
    api.ports.plans._versions.clear()

    first = api.ask("PUT", "/v1/plan", PLAN, headers=YAML | WHY | {"if-none-match": "*"})
    again = api.ask("PUT", "/v1/plan", PLAN, headers=YAML | WHY | {"if-none-match": "*"})

    assert (first.code, first.headers["ETag"]) == (201, '"1"')
    assert (again.code, again.json["current"]) == (412, 1)


def test_without_any_plan_there_is_none_to_read(api):
    api.ports.plans._versions.clear()

    assert api.ask("GET", "/v1/plan").problem == "unknown-plan"
    assert api.ask("GET", "/v1/plan/versions").json == {"versions": [], "next": None}


def test_a_bad_plan_is_refused_with_all_its_faults_at_once_and_changes_nothing(api):
    bad = (
        PLAN.replace("kind: webhook, provider: alpha", "kind: webhok")
        .replace("desk-b]", "desk-z]")
        .replace("4h", "soon")
    )

    reply = put(api, bad, 1)

    assert (reply.code, reply.problem) == (422, "bad-plan")
    assert {"channels.box-a.kind", "purposes.order.routes.fr[1]", "purposes.order.deadline"} <= {
        f["path"] for f in reply.json["faults"]
    }
    assert api.ports.plans.current().version == 1


def test_a_plan_whose_channels_lack_settings_or_secrets_is_refused_naming_each(api):
    new = '  new-a: {kind: webhook, settings: {url: "https://n.example"}}\n'
    pages = '  pages: {kind: messenger, account: "1"}\n'
    text = PLAN.replace("desks:", f"{new}{pages}desks:")

    reply = put(api, text, 1)

    assert reply.code == 422
    told = {(fault["path"], fault["message"].split("(")[0]) for fault in reply.json["faults"]}
    assert ("channels.new-a", "lacks the secret 'secret' ") in told
    assert {path for path, _ in told} >= {"channels.pages"}
    assert "set new-a.secret in the stage's channel secrets" in reply.text


def test_a_secret_written_a_moment_ago_is_found_by_reading_again(api):
    text = PLAN.replace("desks:", '  new-a: {kind: webhook, settings: {url: "https://n.example"}}\ndesks:')
    genuine = api.ports.secrets.refresh

    def refresh(channel: str) -> bool:
        api.ports.secrets.channels["new-a"] = api.ports.secrets.channels["shop"]
        return genuine(channel)

    api.ports.secrets.refresh = refresh

    assert put(api, text, 1).code == 200


def test_a_plan_that_breaks_a_safety_rule_together_with_tonights_orders_is_refused(api):
    api.ask(
        "POST",
        "/v1/orders",
        {"kind": "drain", "scope": "desk:desk-b", "until": 60, "reason": "training"},
        headers={"if-match": '"0"'},
    )

    smaller = put(api, PLAN.replace("concurrent: 10", "concurrent: 3"), 1)

    assert (smaller.code, smaller.problem) == (409, "unsafe")
    assert smaller.json["rules"][0]["path"] == "safety[0]"


def test_checking_tells_faults_and_warnings_and_stores_nothing(api):
    good = api.ask("POST", "/v1/plan/check", PLAN, headers=YAML, role="viewer")
    bad = api.ask("POST", "/v1/plan/check", "schema: 2", headers=YAML, role="viewer")

    assert good.json["valid"] is True
    assert {
        "path": "purposes.order.routes",
        "message": "has no 'world': contacts of other markets have no desk",
    } in good.json["warnings"]
    assert bad.json["valid"] is False
    assert len(bad.json["faults"]) > 1
    assert api.ports.plans.current().version == 1


def test_a_plan_may_be_json(api):
    compiled = api.ports.plans.current().compiled

    assert put(api, compiled, 1, headers={"content-type": "application/json"}).code == 200


@pytest.mark.parametrize("reason", [None, "", " ", "a" * 201, "two\x07bells"])
def test_a_plan_needs_a_reason(api, reason):
    query = {"reason": [reason]} if reason is not None else None

    reply = api.ask("PUT", "/v1/plan", PLAN, headers=YAML | {"if-match": '"1"'}, query=query)

    assert reply.code == 400
    assert reply.json["faults"][0]["path"] == "reason"


def test_a_reason_with_accents_goes_into_the_query(api):
    reply = api.ask(
        "PUT", "/v1/plan", PLAN, headers=YAML | {"if-match": '"1"'}, query={"reason": ["équipe de nuit"]}
    )

    assert reply.json["reason"] == "équipe de nuit"


@pytest.mark.parametrize(
    "text", ["", "\ufeff", "[", "a: &a [*a]", "x" * 100, "{" * 50_000, "schema: 1\n---\nschema: 1"]
)
def test_a_text_that_is_no_plan_is_refused_with_faults(api, text):
    reply = put(api, text, 1)

    assert reply.code == 422
    assert reply.json["faults"]


def test_a_plan_that_is_not_utf8_or_too_large_is_refused(api):
    latin = put(api, "# \udce9", 1)
    large = put(api, "#" * (4 * 1024 * 1024 + 1), 1)

    assert latin.code == 400
    assert large.code == 413


def test_versions_are_listed_newest_first_page_by_page(api):
    for version in (1, 2, 3, 4):
        put(api, PLAN, version)

    first = api.ask("GET", "/v1/plan/versions", query={"limit": ["3"]})
    second = api.ask("GET", "/v1/plan/versions", query={"limit": ["3"], "cursor": [first.json["next"]]})

    assert [one["version"] for one in first.json["versions"] + second.json["versions"]] == [5, 4, 3, 2, 1]
    assert second.json["next"] is None
    assert set(first.json["versions"][0]) == {"version", "digest", "author", "reason", "at"}


@pytest.mark.parametrize(
    ("number", "code"),
    [("1", 200), ("2", 404), ("0", 404), ("-1", 404), ("one", 404), ("²", 404), ("9" * 40, 404)],
)
def test_an_earlier_version_is_read_by_its_number(api, number, code):
    assert api.ask("GET", f"/v1/plan/versions/{number}").code == code


def test_publishing_stands_even_while_the_ledger_and_the_queue_are_down(api):
    with down(api.ports.ledger, api.ports.queues):
        reply = put(api, PLAN, 1)

    assert reply.code == 200
    assert reply.json["announced"] is False
