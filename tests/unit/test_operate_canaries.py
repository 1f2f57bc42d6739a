"""Canaries beside people's contacts in the operations API: in no list, told by their key, never sent again."""

import pytest

from chalicelib.domain.detection.canary import canary_key, slot
from chalicelib.handlers import probing
from chalicelib.service.canary_turns import Pace, canary_note
from tests.unit.operations_side import Operations
from tests.world import PLAN

SHOP = 'settings: {url: "https://shop.example/in"}'


@pytest.fixture
def api():
    return Operations(PLAN.replace(SHOP, f"{SHOP}, canary: {{from: tester, every: 5m, wait: 30s}}"))


@pytest.fixture
def key(api):
    """A canary that went out and never came in."""
    now = api.world.clock.now()
    probing.canaries(api.world.wired).run(canary_note("shop", now, Pace.CALM).body)
    api.world.run()
    api.world.clock.advance(36)
    api.world.run()
    return canary_key("shop", slot(now, 10))


def test_no_list_of_contacts_has_a_canary(api, key):
    api.world.say(id_="m1")

    listed = api.ask("GET", "/v1/contacts").json["contacts"]

    assert [row["kind"] for row in listed] == ["contact"]
    assert key not in str(listed)


def test_by_its_key_a_canary_tells_what_became_of_it(api, key):
    told = api.ask("GET", f"/v1/contacts/{key}")

    assert told.code == 200
    assert (told.json["kind"], told.json["state"], told.json["channel"]) == ("canary", "expired", "shop")


def test_a_canary_is_not_handed_over_by_asking_for_it(api, key):
    refused = api.ask("POST", f"/v1/contacts/{key}/redrive", role="operator")

    assert refused.code == 409
    assert "canary" in refused.json["detail"]


@pytest.mark.parametrize(
    ("kind", "canary", "path"),
    [
        ("messenger", "{from: t}", "channels.shop.canary"),
        ("twilio_voice", "{from: t, every: 5m, wait: 30s}", "channels.shop.canary.every"),
    ],
)
def test_the_check_of_a_plan_names_what_its_kind_cannot(api, kind, canary, path):
    text = PLAN.replace(f"kind: webhook, market: fr, {SHOP}", f'kind: {kind}, account: "1", canary: {canary}')

    faults = api.ask("POST", "/v1/plan/check", text, role="operator").json["faults"]

    assert path in [fault["path"] for fault in faults]
