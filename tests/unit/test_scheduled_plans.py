"""Plans that are published at their time: by the one way there is, in their author's name, loudly when it cannot be."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.plan_schedule.schedule import GRACE, KEPT, MOST, Fate
from chalicelib.handlers import workers
from chalicelib.ports import Stale, Unavailable
from chalicelib.wiring import use
from tests.unit.operations_side import PLAN, Operations, down, give
from tests.unit.signed_side import OIDC

OTHER = PLAN.replace("fr: [desk-a, desk-b]", "fr: [desk-b, desk-a]")
SCHEDULED = "/v1/plan/scheduled"


@pytest.fixture
def api():
    return Operations()


def plan_for(api, minutes, text=OTHER, version='"1"', **more):
    at = (api.world.clock.now() + timedelta(minutes=minutes)).isoformat()
    query = {"at": [at], "reason": ["summer hours"]} | more.pop("query", {})
    headers = {"if-match": version, "content-type": "application/yaml"}
    return api.ask("POST", SCHEDULED, text, headers=headers, query=query, **more)


def fates(api):
    told = api.ask("GET", SCHEDULED, role="viewer").json["scheduled"]
    return {one["id"]: (one["fate"], one["published_as"]) for one in told}


def events(api):
    return [event.about for event in api.ports.events.published if event.type == "plan.scheduled"]


def test_a_scheduled_plan_is_published_at_its_time_in_its_authors_name_and_routes_from_then_on(api):
    made = plan_for(api, 5)
    for _ in range(4):
        api.world.minute()
    before = api.ports.plans.current().version, api.routed()

    for _ in range(2):
        api.world.minute()

    published = api.ports.plans.current()
    assert (made.code, made.json["id"], made.json["fate"], made.json["follows"]) == (201, "s1", "waiting", 1)
    assert before == (1, "desk-a")
    assert (published.version, published.text, published.author) == (2, OTHER, "a1")
    assert published.reason == "scheduled s1: summer hours"
    assert api.routed() == "desk-b"
    assert fates(api) == {"s1": ("published", 2)}
    [event] = events(api)
    assert (event["fate"], event["version"], event["loud"]) == ("published", 2, False)


def test_it_is_one_publication_however_often_the_minute_runs(api):
    plan_for(api, 1)
    for _ in range(4):
        api.world.minute()

    again = api.ports.ledger.entries("operations", api.world.clock.now())

    assert api.ports.plans.current().version == 2
    assert [entry.entry["what"] for entry in again].count("publish plan") == 1
    assert len(events(api)) == 1


def test_whoever_dies_after_publishing_leaves_the_rest_to_the_next_minute(api):
    """The version's own reason says whose it is: it is neither published twice nor called overtaken."""
    plan_for(api, 1, version="*")
    store, write = api.ports.schedule, api.ports.schedule.write

    def dying(_):
        store.write = write
        raise Unavailable("killed between the plan and its end")

    store.write = dying
    for _ in range(4):
        api.world.minute()

    assert api.ports.plans.current().version == 2
    assert fates(api) == {"s1": ("published", 2)}


def test_a_plan_that_changed_meanwhile_is_not_overwritten_and_people_hear_of_it(api):
    plan_for(api, 1)
    api.world.publish(PLAN.replace("deadline: 4h", "deadline: 2h"))

    for _ in range(3):
        api.world.minute()

    assert api.ports.plans.current().version == 2
    assert fates(api) == {"s1": ("refused", None)}
    [event] = events(api)
    assert event["loud"] is True
    assert "the current version is 2" in event["because"]
    assert "REFUSÉE" in event["text"]["fr"]


def test_one_that_is_to_follow_whatever_there_is_replaces_that(api):
    plan_for(api, 1, version="*")
    api.world.publish(PLAN.replace("deadline: 4h", "deadline: 2h"))

    for _ in range(3):
        api.world.minute()

    assert fates(api) == {"s1": ("published", 3)}
    assert api.ports.plans.current().text == OTHER


def test_safety_rules_and_secrets_are_asked_at_its_time_too(api):
    """When it was planned all was well: it counts how things are at its time."""
    one = PLAN.replace("[desk-a, desk-b]", "[desk-b]").replace("min_capacity: 4", "min_capacity: 0")
    plan_for(api, 1, one)
    plan_for(api, 2, OTHER)
    assert give(api, 0, scope="desk:desk-b").code == 201
    for _ in range(2):
        api.world.minute()
    api.ports.secrets.channels.pop("box-a")

    for _ in range(2):
        api.world.minute()

    unsafe, bare = (event["because"] for event in events(api))
    assert fates(api) == {"s1": ("refused", None), "s2": ("refused", None)}
    assert "would keep 0 permitted channels" in unsafe
    assert "lacks the secret" in bare
    assert api.ports.plans.current().version == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (None, "unknown_token"),
        ({"expires": "2026-03-02T09:00:30+00:00"}, "expired"),
        ({"role": "operator"}, "not for the role operator"),
        ({"markets": "fr"}, "for operators of all markets"),
        ({"routes": "/v1/health"}, "not among the routes of this token"),
    ],
)
def test_an_author_who_may_not_publish_any_more_does_not_and_people_hear_of_it(api, changed, why):
    plan_for(api, 2)
    tokens = api.ports.secrets.tokens
    tokens["a2"] = tokens.pop("a1")
    if changed:
        tokens["a1"] = tokens["a2"] | changed

    for _ in range(4):
        api.world.minute()

    told = api.ask("GET", SCHEDULED, role="a2").json["scheduled"]
    assert [(one["fate"], one["published_as"]) for one in told] == [("refused", None)]
    assert "a1 may not publish any more" in told[0]["because"]
    assert why in told[0]["because"]
    [event] = events(api)
    assert (event["fate"], event["loud"]) == ("refused", True)
    assert api.ports.plans.current().version == 1
    assert api.ports.schedule.text(told[0]["digest"]) == OTHER


def test_while_nobody_can_say_who_the_operators_are_it_waits_and_is_published_when_they_can(api, caplog):
    plan_for(api, 1)
    api.world.clock.advance(60)

    def nowhere():
        raise Unavailable("the operators' document does not answer")

    api.ports.secrets.operators = nowhere
    api.world.minute()
    del api.ports.secrets.operators
    waits = fates(api)
    api.world.minute()

    assert waits == {"s1": ("waiting", None)}
    assert "scheduled plans wait" in caplog.text
    assert fates(api) == {"s1": ("published", 2)}


@pytest.mark.parametrize(
    ("access", "fate"),
    [
        ({"oidc": OIDC}, Fate.PUBLISHED),
        ({"oidc": OIDC, "revoked": ["u-9"]}, Fate.PUBLISHED),
        ({"oidc": OIDC, "revoked": ["u-7"]}, Fate.REFUSED),
        ({"oidc": OIDC, "revoked": ["sso:u-7"]}, Fate.REFUSED),
        ({}, Fate.REFUSED),
    ],
)
def test_an_author_with_a_signed_token_counts_until_revoked_or_until_there_is_no_sign_on(api, access, fate):
    plan_for(api, 1)
    schedule = api.ports.schedule.read()
    theirs = replace(schedule.entries[0], author="sso:u-7")
    api.ports.schedule.write(schedule.put(theirs, api.world.clock.now()))
    api.ports.secrets.sign_on = access

    for _ in range(3):
        api.world.minute()

    [ended] = api.ports.schedule.read().entries
    assert ended.fate is fate


def test_what_was_missed_by_long_is_told_and_not_sprung_on_people(api):
    plan_for(api, 1)
    api.world.clock.advance(60 + GRACE.total_seconds())

    assert fates(api) == {"s1": ("missed", None)}, "ended at read time, whoever noticed"
    api.world.minute()

    [event] = events(api)
    assert (event["fate"], event["loud"]) == ("missed", True)
    assert api.ports.plans.current().version == 1
    api.world.clock.advance(KEPT.total_seconds() + 60)
    assert fates(api) == {}


def test_a_sick_store_puts_it_off_by_a_minute_and_a_deaf_queue_only_the_telling(api, caplog):
    plan_for(api, 1)
    api.world.clock.advance(60)
    with down(api.ports.plans), use(api.world.wired), pytest.raises(Unavailable):
        workers.tick({}, None)
    assert fates(api) == {"s1": ("waiting", None)}
    assert "scheduled plans wait" in caplog.text

    with down(api.ports.queues), use(api.world.wired), pytest.raises(Unavailable):
        workers.tick({}, None)
    assert (fates(api), events(api)) == ({"s1": ("published", 2)}, [])
    api.world.minute()

    assert len(events(api)) == 1
    assert api.ports.plans.current().version == 2


def test_permission_that_never_comes_to_rest_keeps_no_minute_from_its_work(api, caplog):
    class Restless:
        def __init__(self, genuine):
            self.read = genuine.read

        def write(self, seen, change):
            raise Stale("somebody was faster")

    plan_for(api, 1)
    api.world.minute()
    genuine, before = api.ports.permission, api.ports.snapshots.read()[0]
    object.__setattr__(api.ports, "permission", Restless(genuine))
    api.world.minute()
    meanwhile = fates(api), api.ports.snapshots.read()[0]
    object.__setattr__(api.ports, "permission", genuine)
    api.world.minute()

    assert meanwhile[0] == {"s1": ("waiting", None)}
    assert meanwhile[1] > before
    assert "scheduled plans wait" in caplog.text
    assert fates(api) == {"s1": ("published", 2)}


def test_it_can_be_cancelled_while_it_waits(api):
    plan_for(api, 2)

    gone = api.ask("DELETE", f"{SCHEDULED}/s1")
    again = api.ask("DELETE", f"{SCHEDULED}/s1")
    for _ in range(4):
        api.world.minute()

    assert (gone.code, gone.json["id"]) == (200, "s1")
    assert (again.code, again.problem) == (404, "unknown-scheduled-plan")
    assert api.ports.plans.current().version == 1


def test_a_bad_text_or_time_is_refused_when_it_is_planned(api):
    assert (plan_for(api, 5, "schema: 9").code, plan_for(api, 5, "schema: 9").problem) == (422, "bad-plan")
    assert plan_for(api, -1).json["faults"][0]["path"] == "at"
    assert plan_for(api, 60 * 24 * 91).json["faults"][0]["path"] == "at"
    assert plan_for(api, 5, version='"7"').problem == "overtaken"
    assert plan_for(api, 5, role="operator").code == 403
    for wrong in ({"reason": [""]}, {"at": ["tomorrow"]}, {"at": []}, {"more": ["1"]}):
        assert plan_for(api, 5, query=wrong).code == 400
    assert fates(api) == {}


def test_at_most_so_many_wait_and_what_has_ended_makes_room(api):
    for number in range(MOST):
        assert plan_for(api, 1 if number == 0 else 60).code == 201

    full = plan_for(api, 60)
    for _ in range(2):
        api.world.minute()

    assert (full.code, full.problem) == (409, "unfit")
    assert plan_for(api, 60, version='"2"').code == 201


def test_long_texts_stay_out_of_the_item_and_their_words_out_of_the_list(api):
    text = OTHER + "".join(f"# line {number}\n" for number in range(20_000))

    plan_for(api, 1, text)
    told = api.ask("GET", SCHEDULED).text
    for _ in range(3):
        api.world.minute()

    assert "line 19999" not in told
    assert len(told) < 1_000
    assert json.loads(told)["version"] == 1
    assert api.ports.plans.current().text == text
