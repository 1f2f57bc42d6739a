"""How often one caller may ask, and what the log tells of those who were let in, turned away or not believed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.access.bucket import MOST_KEPT, Buckets
from chalicelib.handlers.operations import VIEWS
from chalicelib.settings import Settings
from chalicelib.wiring import Wired
from tests.unit.operations_side import operator
from tests.unit.signed_side import SignedOperations, signed
from tests.unit.test_operations_api import CHANGING, concrete
from tests.world import SETTINGS

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def api(caplog):
    found = SignedOperations(caplog)
    world = found.world
    settings = replace(SETTINGS, caller_rate="2")
    world.wired = Wired(stores=world.ports, http=world.desks, clock=world.clock, settings=settings)
    found.ports.secrets.tokens["o2"] = operator("operator")
    return found


def test_a_caller_who_asks_too_often_is_told_when_to_ask_again_and_others_are_not(api):
    codes = [api.ask("GET", "/v1/whoami").code for _ in range(11)]
    refused = api.ask("GET", "/v1/whoami")

    assert codes == [200] * 10 + [429]
    assert (refused.code, refused.problem, refused.headers["Retry-After"]) == (429, "too-many-requests", "1")
    assert api.ask("GET", "/v1/whoami", role="o2").code == 200
    api.world.clock.advance(1)
    assert [api.ask("GET", "/v1/whoami").code for _ in range(3)] == [200, 200, 429]


def test_refused_requests_count_too_and_signed_tokens_likewise(api):
    token = signed(api.claims("viewer"))

    codes = [api.ask_with(token, "PUT", "/v1/plan", "x").code for _ in range(11)]

    assert codes == [403] * 10 + [429]


def test_a_bucket_fills_with_time_and_not_beyond_its_rim():
    buckets = Buckets(0.5, 2)

    assert [buckets.take("a", NOW) for _ in range(3)] == [0.0, 0.0, 2.0]
    assert buckets.take("a", NOW + timedelta(seconds=1)) == 1.0
    assert buckets.take("a", NOW + timedelta(seconds=2)) == 0.0
    later = NOW + timedelta(hours=1)
    assert [buckets.take("a", later) for _ in range(3)] == [0.0, 0.0, 2.0]


def test_a_clock_that_goes_back_gives_nothing():
    buckets = Buckets(1, 1)
    buckets.take("a", NOW)

    assert buckets.take("a", NOW - timedelta(hours=1)) == 1.0
    assert buckets.take("a", NOW) == 1.0


def test_only_so_many_callers_are_remembered():
    buckets = Buckets(1, 1)
    for number in range(MOST_KEPT + 1):
        buckets.take(str(number), NOW)

    assert len(buckets._left) == MOST_KEPT
    assert buckets.take(str(MOST_KEPT), NOW) == 1.0


def test_the_template_sets_the_rate_and_without_it_there_is_none():
    values = {f"BASCULE_{name.upper()}": name for name in Settings.__dataclass_fields__}

    assert Settings.from_env(values | {"BASCULE_CALLER_RATE": "20"}).calls_a_second == 20
    for none in ("", "0", "-3", "many"):
        assert Settings.from_env(values | {"BASCULE_CALLER_RATE": none}).calls_a_second == 0


@pytest.mark.parametrize("route", sorted(VIEWS))
@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_every_call_leaves_one_line_with_who_what_and_how_it_ended(caplog, route, role):
    api = SignedOperations(caplog)
    method, path = route

    reply = api.ask(method, concrete(path), {} if method in CHANGING else None, role=role)

    [line] = [one for one in caplog.records if one.getMessage().startswith("operation")]
    assert (line.method, line.route, line.code, line.who) == (method, path, reply.code, role[0] + "1")


def test_strangers_cannot_fill_the_log_and_what_was_left_out_is_counted(api):
    for number in range(100):
        api.at_the_door(f"bsc_nobody_{number:030}")
    api.world.clock.advance(5)
    api.at_the_door(signed(api.claims(aud="another")))

    lines = [one for one in api.caplog.records if one.getMessage() == "token not believed"]
    assert [one.because for one in lines] == ["unknown_token"] * 20 + ["wrong_audience"]
    assert lines[-1].untold == 80


def test_a_flood_of_false_tokens_closes_the_door_to_nobody(api):
    for number in range(1000):
        api.at_the_door(f"bsc_a1_{number:030}")

    assert api.at_the_door(signed(api.claims())).answer is not None
