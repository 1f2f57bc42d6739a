"""The pages of a plan: read, refused with every fault, written back."""

import json
from datetime import timedelta

import pytest

from chalicelib.domain.plan_document.reader import PlanRefused, dump_plan, read_plan
from chalicelib.pages import formats
from tests.unit.test_plan_reader import EXAMPLE


def plan_with(**changes):
    document = json.loads(dump_plan(read_plan(EXAMPLE, 1)))
    document["pages"]["meta"] |= changes
    return json.dumps(document)


def faults(text):
    with pytest.raises(PlanRefused) as refused:
        read_plan(text, 1, formats=formats())
    return {fault.path: fault.message for fault in refused.value.faults}


def test_the_documented_pages_are_read():
    plan = read_plan(EXAMPLE, 1, formats=formats())

    meta, twilio = plan.pages["meta"], plan.pages["twilio"]
    assert (meta.format, meta.every, meta.frozen_after) == (
        "metastatus",
        timedelta(minutes=2),
        timedelta(days=7),
    )
    assert meta.components == {"Messenger Platform": ("messenger-fr",)}
    assert (twilio.hosts, twilio.markets) == (("gpkpyklzq55q.statuspage.io",), {"Europe": "fr"})


def test_pages_are_written_back_as_they_were_read():
    plan = read_plan(EXAMPLE, 1)

    assert read_plan(dump_plan(plan), 1) == plan


def test_a_plan_without_pages_has_the_digest_that_it_always_had():
    document = json.loads(dump_plan(read_plan(EXAMPLE, 1)))
    del document["pages"]

    plan = read_plan(json.dumps(document), 1)

    assert plan.pages == {}
    assert "pages" not in json.loads(dump_plan(plan))


@pytest.mark.parametrize(
    ("field", "value", "path", "message"),
    [
        ("format", "statuspag", "format", "did you mean 'statuspage'?"),
        ("format", None, "format", "is required"),
        ("url", None, "url", "is required"),
        ("url", "http://metastatus.com/x", "url", "https://"),
        ("url", "https://user:word@metastatus.com/x", "url", "without user"),
        ("url", "https://", "url", "https://"),
        ("url", "https://[::1/", "url", "is no address"),
        ("url", "https://a.example/a b", "url", "spaces"),
        ("hosts", ["HTTPS://a.example"], "hosts[0]", "host name"),
        ("hosts", "a.example", "hosts", "must be a list"),
        ("every", "30s", "every", "from 60s to 5m"),
        ("every", "6m", "every", "from 60s to 5m"),
        ("every", "often", "every", "a whole number and a unit"),
        ("frozen_after", "90d", "frozen_after", "at most 30d"),
        ("components", None, "components", "is required"),
        ("components", {}, "components", "is required"),
        ("components", {"API": []}, "components.API", "at least one channel"),
        ("components", {"API": ["nope"]}, "components.API[0]", "there is no channel 'nope'"),
        ("components", {"API": ["partner", "partner"]}, "components.API", "twice"),
        ("components", {" ": ["partner"]}, "components.[' ']", "the name must be"),
        ("markets", {"Europe": "f r"}, "markets.Europe", "letters, digits"),
        ("indicator", True, "indicator", ""),
    ],
)
def test_a_fault_is_told_with_its_place(field, value, path, message):
    found = faults(plan_with(**{field: value}))

    [(place, told)] = [(place, told) for place, told in found.items() if place.startswith("pages.meta")]
    assert place.replace("components[' ']", "components.[' ']") == f"pages.meta.{path}"
    assert message in told


def test_all_faults_are_told_at_once():
    found = faults(plan_with(format="x", url="y", every="1s", components={"A": ["z"]}))

    assert set(found) == {
        "pages.meta.format", "pages.meta.url", "pages.meta.every", "pages.meta.components.A[0]",
    }  # fmt: skip
