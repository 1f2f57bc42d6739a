"""The packaged functions write metrics as CloudWatch reads them; the local stack itself makes none of log lines."""

import pytest

from infra.local.scene import PEOPLE, until
from infra.watch_price import ALWAYS
from tests.e2e.watching import log_lines

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]


def lines(scene, function):
    """The lines of a function that tell metrics."""
    return [line for line in log_lines(scene, function) if "_aws" in line]


def names(scene, function):
    return {
        metric["Name"]
        for line in lines(scene, function)
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    }


def test_what_comes_in_what_is_handed_over_and_each_tick_is_told_in_numbers(scene):
    scene.contact("sms", PEOPLE["sms"], "to be counted")
    scene.tick()
    wanted = {"APIHandler": {"Accepted"}, "Deliver": {"Unserved"}, "Tick": set(ALWAYS)}

    until(lambda: all(wanted[each] <= names(scene, each) for each in wanted), "its numbers in the log", 60)

    [stage] = {line["stage"] for each in wanted for line in lines(scene, each)}
    for line in (line for each in wanted for line in lines(scene, each)):
        for directive in line["_aws"]["CloudWatchMetrics"]:
            [dimensions] = directive["Dimensions"]
            assert all(isinstance(line[name], str) and line[name] for name in dimensions)
            assert all(isinstance(line[metric["Name"]], int) for metric in directive["Metrics"])
    apis = scene.stack.client("apigateway").get_rest_apis()["items"]
    assert f"bascule-{stage}" in [api["name"] for api in apis]
