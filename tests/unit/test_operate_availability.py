"""/v1/flips and /v1/availability: departures with their returns, and the share of time against the promise."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from chalicelib.domain.model import Outcome, Signal
from chalicelib.domain.proof.blame import Because, Segment
from chalicelib.domain.proof.sequential import Said
from tests.unit.evidence_side import PATH, Mails
from tests.unit.operations_side import down

SCHEMAS = yaml.safe_load((Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml").read_text())[
    "components"
]["schemas"]


@pytest.fixture
def api():
    return Mails()


def goes(api, path=PATH):
    while api.ports.health.read([path]).get(path) is None or not away(api, path):
        learn(api, path, Outcome.OUTAGE)


def comes_back(api, path=PATH):
    for _ in range(600):
        if not away(api, path):
            return
        learn(api, path, Outcome.OK)
        api.world.clock.advance(9)
        api.world.wired.believer.elapse(api.ports.health.everything().values(), api.world.clock.now())
    raise AssertionError("it never came back")


def learn(api, path, outcome):
    api.world.clock.advance(1)
    known = api.ports.health.read([path]).get(path)
    api.world.wired.believer.learn(path, Signal(outcome=outcome, at=api.world.clock.now()), known)


def away(api, path):
    return any(cls.state.value != "closed" for cls in api.ports.health.read([path])[path].classes.values())


def later(api, **span):
    api.world.clock.advance(timedelta(**span).total_seconds())
    return api.world.clock.now()


def measured(api, path=PATH):
    [found] = api.ask("GET", "/v1/availability", query={"path": [path]}).json["paths"]
    return found


def test_a_departure_is_listed_with_its_return_and_how_long_it_lasted(api):
    goes(api)
    opened = api.world.clock.now()
    comes_back(api)
    closed = api.world.clock.now()
    later(api, hours=1)

    [flip] = api.ask("GET", "/v1/flips", role="viewer").json["flips"]

    assert (flip["path"], flip["class"], flip["because"], flip["planned"]) == (
        PATH,
        "hard",
        "failures",
        False,
    )
    assert flip["seconds"] == pytest.approx((closed - opened).total_seconds(), abs=10)
    assert flip["trials"] >= 1


def test_one_that_lasts_has_no_return_and_runs_on(api):
    goes(api)
    later(api, minutes=5)

    [flip] = api.ask("GET", "/v1/flips", query={"path": [PATH]}).json["flips"]

    assert (flip["closed_at"], flip["seconds"]) == (None, pytest.approx(300, abs=1))
    assert api.ask("GET", "/v1/flips", query={"path": ["box#out#world"]}).json["flips"] == []


def test_only_flips_of_the_time_asked_for_are_listed(api):
    goes(api)
    comes_back(api)
    quiet = later(api, hours=2).isoformat()
    later(api, hours=1)

    assert api.ask("GET", "/v1/flips", query={"from": [quiet]}).json["flips"] == []
    assert len(api.ask("GET", "/v1/flips", query={"until": [quiet]}).json["flips"]) == 1


def test_availability_is_measured_against_the_promise(api):
    later(api, days=2)
    before = measured(api)
    goes(api)
    later(api, hours=1)
    after = measured(api)

    assert (before["promised_percent"], before["windows"]["24h"]["percent"]) == (99.9, 100.0)
    assert before["windows"]["24h"]["promise_kept"] is True
    day = after["windows"]["24h"]
    assert day["percent"] == pytest.approx(100 * 23 / 24, abs=0.01)
    assert (day["promise_kept"], day["weighted_by"]) == (False, "time")
    assert after["windows"]["30d"]["percent"] == pytest.approx(100 * 719 / 720, abs=0.01)


def test_contacts_weigh_where_there_are_any(api):
    later(api, minutes=30)
    for number in range(20):
        api.send(number)
    later(api, hours=5)
    goes(api)
    later(api, hours=1)

    windows = measured(api)["windows"]

    assert windows["24h"]["weighted_by"] == "contacts"
    assert windows["24h"]["percent"] > 99
    assert windows["30d"]["weighted_by"] == "time"


def test_a_path_that_went_before_the_ledger_began_is_away_all_the_same(api):
    goes(api)
    api.ports.ledger._chains.clear()
    later(api, hours=12)

    assert measured(api)["windows"]["24h"]["percent"] == pytest.approx(50, abs=0.1)


def test_without_a_path_every_probed_one_is_told(api):
    goes(api, "box#out#world")

    told = {one["path"]: one for one in api.ask("GET", "/v1/availability", role="viewer").json["paths"]}

    assert {"mail#out#world", "post#out#world", "box#out#world", "shop#in#fr"} <= set(told)
    assert told["box#out#world"]["promised_percent"] is None
    assert told["box#out#world"]["windows"]["24h"]["promise_kept"] is None


def test_planned_time_is_told_with_and_without(api):
    until = (api.world.clock.now() + timedelta(hours=2)).isoformat()
    api.ask(
        "POST",
        "/v1/maintenance",
        {
            "title": "work", "scopes": ["channel:box"], "start": 0, "end": until, "reason": "r",
            "alternatives": {"order": ["desk:desk-mail"], "box": ["reply"]},
            "reply": {"fr": "Bientôt.", "en": "Soon."},
        },
        headers={"if-match": '"0"'},
    )  # fmt: skip
    api.refresh()
    goes(api, "box#out#world")
    later(api, hours=1)

    day = measured(api, "box#out#world")["windows"]["24h"]

    assert day["percent"] < 96
    assert (day["percent_without_planned"], day["planned_seconds"]) == (100.0, pytest.approx(3600, abs=5))


@pytest.mark.parametrize("route", ["/v1/flips", "/v1/availability"])
def test_unknown_paths_and_parameters_are_refused(api, route):
    assert api.ask("GET", route, query={"path": ["nobody#out#world"]}).code == 404
    assert api.ask("GET", route, query={"page": ["2"]}).code == 400


def test_more_than_a_month_of_flips_is_refused(api):
    assert api.ask("GET", "/v1/flips", query={"from": ["2025-01-01T00:00:00Z"]}).code == 400


@pytest.mark.parametrize("route", ["/v1/flips", "/v1/availability"])
def test_without_the_ledger_there_is_no_answer_and_without_health_there_is(api, route):
    with down(api.ports.ledger):
        assert api.ask("GET", route).code == 503
    with down(api.ports.health):
        assert api.ask("GET", route).code == 200


def test_the_closed_lists_in_the_document_are_the_codes_own():
    blame, verdict = SCHEMAS["Blame"]["properties"], SCHEMAS["Verdict"]["properties"]

    assert blame["segment"]["enum"] == [one.value for one in Segment]
    assert blame["because"]["enum"] == [one.value for one in Because]
    assert verdict["says"]["enum"] == [one.value for one in Said]
