"""A route on its way out says so in every answer, a year ahead and with what to use instead."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from chalicelib.handlers import deprecation
from chalicelib.handlers.deprecation import NOTICE, RETIRED, Retired, retiring
from chalicelib.handlers.operations import VIEWS
from tests.unit.operations_side import Operations

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
EXAMPLE = {
    ("GET", "/v1/flips"): Retired(since=SINCE, sunset=SINCE + timedelta(days=366), successor="/v1/health")
}


def test_the_headers_of_a_route_on_its_way_out():
    headers = retiring("GET", "/v1/flips", EXAMPLE)

    assert headers["Deprecation"] == f"@{int(SINCE.timestamp())}"
    assert parsedate_to_datetime(headers["Sunset"]) == SINCE + timedelta(days=366)
    assert headers["Link"] == '</v1/health>; rel="successor-version"'


def test_a_route_that_stays_says_nothing():
    assert retiring("GET", "/v1/health", EXAMPLE) == {}
    assert not {"Deprecation", "Sunset"} & Operations().ask("GET", "/v1/health").headers.keys()


@pytest.mark.parametrize(("path", "code"), [("/v1/flips", 200), ("/v1/flips?limit=x", 400)])
def test_answers_and_refusals_of_such_a_route_both_say_so(path, code):
    deprecation.RETIRED.update(EXAMPLE)
    try:
        query = {"limit": ["x"]} if "?" in path else None
        reply = Operations().ask("GET", path.partition("?")[0], query=query)
    finally:
        deprecation.RETIRED.clear()

    assert reply.code == code
    assert reply.headers["Sunset"].endswith("GMT")


def test_every_route_in_the_table_exists_and_had_a_years_notice():
    assert set(RETIRED) <= set(VIEWS)
    assert timedelta(days=365) <= NOTICE
    assert all(
        one.sunset - one.since >= NOTICE and one.successor for one in [*RETIRED.values(), *EXAMPLE.values()]
    )
