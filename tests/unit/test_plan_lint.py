"""Warnings about a plan, and what refuses it: each single point of failure, each dead end, named with its place."""

import json

import pytest

from chalicelib.domain.model import Medium
from chalicelib.domain.plan_document.lint import unsound, warnings
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from tests.unit.operations_side import PLAN, Operations

LABELS = {"fr": "Ici", "en": "Here"}
MEDIA = {"webhook": Medium.MESSAGING, "voice": Medium.VOICE}
"""What the kinds of these plans bring; of any other it is not known."""


def warned(**changes):
    """Warnings by path of a sound small plan with some purposes, desks or channels changed."""
    plan = sound(**changes)
    media = {id_: MEDIA[channel.kind] for id_, channel in plan.channels.items() if channel.kind in MEDIA}
    return {fault.path: fault.message for fault in warnings(plan, media)}


def sound(**changes):
    document = {
        "schema": 1,
        "public_base_url": "https://shop.example",
        "channels": {
            "a": {
                "kind": "webhook",
                "provider": "one",
                "door": {"url": "https://a.example", "labels": LABELS},
            },
            "b": {"kind": "webhook", "provider": "two"},
        },
        "hours": {"day": {"zone": "UTC", "open": {"mon-fri": ["08:00-20:00"]}}},
        "desks": {
            "d": {"channel": "a", "capacity": {"rate": 1}, "hours": "day"},
            "e": {"channel": "b", "capacity": {"rate": 1}, "hours": "day"},
        },
        "purposes": {
            "order": {
                "match": [{"channel": "a"}],
                "routes": {"world": ["d", "e"]},
                "essential": True,
                "offer": {"fr": "Plus tard"},
            }
        },
    }
    for path, value in changes.items():
        section, id_, name = path.split("__")
        document[section].setdefault(id_, {})[name] = value
    return read_plan(json.dumps(document), 1)


def test_a_sound_plan_has_no_warnings():
    assert warned() == {}


def test_an_essential_purpose_on_one_channel_is_refused_unless_it_says_why():
    alone = sound(desks__e__channel="a")
    excused = sound(desks__e__channel="a", purposes__order__single="the bank's only line for now")

    [fault] = unsound(alone)
    assert fault.path == "purposes.order.routes.world"
    assert fault.message.startswith("is essential and served by one channel only")
    assert unsound(excused) == unsound(sound()) == ()
    assert read_plan(dump_plan(excused), 1) == excused


def test_any_other_purpose_on_one_channel_is_warned_about():
    plan = sound(desks__e__channel="a", purposes__order__essential=False)

    assert unsound(plan) == ()
    assert [fault.message for fault in warnings(plan)] == ["is served by one channel only"]


def test_a_reason_for_one_channel_that_is_not_so_is_warned_about():
    assert list(warned(purposes__order__single="the only line")) == ["purposes.order.single"]


def test_a_plan_with_an_essential_purpose_on_one_channel_is_not_published_but_one_of_old_is_gone_back_to():
    bad = PLAN.replace("fr: [desk-a, desk-b]", "fr: [desk-a]").replace("lane: normal", "essential: true")
    api = Operations(bad)  # published before there was such a check
    api.world.publish(PLAN)
    headers = {"if-match": '"2"', "x-reason": "r"}

    refused = api.ask("PUT", "/v1/plan", bad, headers=headers | {"content-type": "application/yaml"})
    gone_back = api.ask("POST", "/v1/plan/rollback", {"version": 1}, headers=headers)

    assert (refused.code, refused.json["faults"][0]["path"]) == (422, "purposes.order.routes.fr")
    assert (gone_back.code, gone_back.json["warnings"][0]["path"]) == (200, "purposes.order.routes.fr")


def test_options_that_share_a_provider_are_warned_about():
    found = warned(channels__b__provider="one")

    assert found == {"purposes.order.routes.world": "all its options share the provider 'one'"}


def test_an_essential_purpose_on_desks_without_capacity_is_warned_about():
    found = warned(desks__e__capacity={})

    assert found["purposes.order.routes.world"] == "is essential and has desks without a capacity: e"
    assert "has no capacity" in found["desks.e.capacity"]


def test_a_desk_without_hours_is_warned_about():
    assert warned(desks__e__hours=None) == {"desks.e.hours": "has no opening hours: open day and night"}


def test_a_purpose_that_no_contact_has_is_warned_about():
    assert list(warned(purposes__order__match=[])) == ["purposes.order.match"]


def test_a_condition_that_an_earlier_purpose_has_too_is_warned_about():
    words = {"channel": "a", "keywords": ["x"]}
    found = warned(
        purposes__late__match=[words, {"channel": "a"}], purposes__late__routes={"world": ["d", "e"]}
    )

    assert found == {
        "purposes.late.match[1]": "never decides: purpose 'order' has the same condition and comes first"
    }


def test_a_market_in_which_no_channel_of_the_purpose_is_is_warned_about():
    routes = {"uk": ["d", "e"], "world": ["d", "e"]}

    assert list(warned(purposes__order__routes=routes)) == ["purposes.order.routes.uk"]
    assert warned(purposes__order__routes=routes, channels__a__market="uk") == {}


def test_a_desk_that_takes_nothing_its_purpose_brings_is_warned_about():
    found = warned(desks__e__media=["voice"])

    assert found == {
        "purposes.order.routes.world[1]": "'e' takes nothing that the channels of this purpose bring"
    }
    assert (
        warned(desks__e__media=["voice"], purposes__order__match=[{}], channels__b__kind="unheard-of") == {}
    )


def test_contacts_that_no_desk_of_their_purpose_takes_are_warned_about():
    found = warned(channels__b__kind="voice", purposes__order__match=[{"channel": "a"}, {"channel": "b"}])

    assert found == {"purposes.order.routes.world": "has no desk for voice, which its channels bring"}


@pytest.mark.parametrize("section", ["order", "desk-a"])
def test_warnings_come_with_the_check_and_refuse_nothing(section):
    api = Operations()

    told = api.ask("POST", "/v1/plan/check", PLAN, headers={"content-type": "application/yaml"}).json

    assert told["valid"] is True
    assert any(section in warning["path"] for warning in told["warnings"])


def test_an_essential_purpose_without_an_offer_is_warned_about():
    assert list(warned(purposes__order__offer={})) == ["purposes.order.offer"]


def test_a_purpose_without_the_rest_of_the_world_is_warned_about():
    found = warned(purposes__order__routes={"fr": ["d", "e"]}, channels__a__market="fr")

    assert list(found) == ["purposes.order.routes"]


def test_a_desk_in_no_route_is_warned_about():
    found = warned(purposes__order__routes={"world": ["d"]}, purposes__order__essential=False)

    assert found.pop("purposes.order.routes.world") == "is served by one channel only"
    assert found == {"desks.e": "is in no route"}


def test_a_door_without_words_in_a_language_is_warned_about():
    found = warned(channels__a__door={"url": "https://a.example", "labels": {"fr": "Ici"}})

    assert found == {"channels.a.door.labels": "has no words in en"}
