"""The loss report over the real gateway, tables and ledger: a desk refuses, is named, and the proof holds."""

import json
from urllib.parse import quote

import pytest

from infra.local.fakes.vendors import post
from tests.e2e import sides
from tests.e2e.watching import in_the_end, served

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

PATH = "box-a#out#world"
ADDRESS = f"/v1/evidence/{quote(PATH, safe='')}"


def states(scene):
    return {one["path"]: one["state"] for one in scene.read("/v1/health/box-a")["paths"]}


def test_a_desk_that_refuses_is_named_and_the_report_is_verified_on_the_stack(breaking):
    breaking.fakes.set("desk-a", "down")
    people = [sides.person("form") for _ in range(6)]
    for person in people:
        assert post(sides.form(breaking, sides.fresh("shop"), person, "Bonjour")).code == 202
    for person in people:
        served(breaking, "shop", person)
    in_the_end(breaking, lambda: states(breaking)[PATH] == "down", "the path of the dead desk is down", 30)

    report = breaking.read(ADDRESS)

    assert report["counts"]["refused"] >= 5
    assert (report["blame"]["segment"], report["blame"]["because"]) == ("desk", "desk_refused")
    assert [one["class"] for one in report["incidents"]][-1] == "hard"
    assert [chain["chain"][:6] for chain in report["ledger"]].count("flips#") >= 1

    whole = breaking.ops("POST", f"{ADDRESS}/verify", report)
    changed = breaking.ops(
        "POST", f"{ADDRESS}/verify", {**report, "counts": {**report["counts"], "refused": 0}}
    )
    ticket = breaking.ops("POST", f"{ADDRESS}/tickets", {"ticket": "INC-1", "digest": report["digest"]})
    page = breaking.ops("GET", f"{ADDRESS}?format=html&language=en")

    assert (whole.code, json.loads(whole.text)["faults"]) == (200, [])
    assert json.loads(changed.text)["whole"] is False
    assert ticket.code == 201
    assert page.headers["content-type"].startswith("text/html")
    assert "the desk refused the sends" in page.text

    assert [one["ticket"] for one in breaking.read(ADDRESS)["tickets"]] == ["INC-1"]
    flips = breaking.read(f"/v1/flips?path={quote(PATH, safe='')}")["flips"]
    assert flips[-1]["closed_at"] is None
    [told] = breaking.read(f"/v1/availability?path={quote(PATH, safe='')}")["paths"]
    day, month = told["windows"]["24h"], told["windows"]["30d"]
    assert (day["weighted_by"], month["weighted_by"]) == ("contacts", "time")
    assert 0 < day["percent"] < 100
    assert 99 < month["percent"] < 100
