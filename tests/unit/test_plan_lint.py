"""Warnings about a plan: each single point of failure, named with its place."""

import json

from chalicelib.domain.plan_document.lint import warnings
from chalicelib.domain.plan_document.reader import read_plan

LABELS = {"fr": "Ici", "en": "Here"}


def warned(**changes):
    """Warnings by path of a sound small plan with some purposes, desks or channels changed."""
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
        "desks": {
            "d": {"channel": "a", "capacity": {"rate": 1}},
            "e": {"channel": "b", "capacity": {"rate": 1}},
        },
        "purposes": {
            "order": {"routes": {"world": ["d", "e"]}, "essential": True, "offer": {"fr": "Plus tard"}}
        },
    }
    for path, value in changes.items():
        section, id_, name = path.split("__")
        document[section][id_][name] = value
    return {fault.path: fault.message for fault in warnings(read_plan(json.dumps(document), 1))}


def test_a_sound_plan_has_no_warnings():
    assert warned() == {}


def test_an_essential_purpose_on_one_channel_is_warned_about():
    found = warned(desks__e__channel="a")

    assert found == {"purposes.order.routes.world": "is essential and served by one channel only"}


def test_options_that_share_a_provider_are_warned_about():
    found = warned(channels__b__provider="one")

    assert found == {"purposes.order.routes.world": "all its options share the provider 'one'"}


def test_an_essential_purpose_on_desks_without_capacity_is_warned_about():
    found = warned(desks__e__capacity={})

    assert found == {"purposes.order.routes.world": "is essential and has desks without a capacity: e"}


def test_an_essential_purpose_without_an_offer_is_warned_about():
    assert list(warned(purposes__order__offer={})) == ["purposes.order.offer"]


def test_a_purpose_without_the_rest_of_the_world_is_warned_about():
    found = warned(purposes__order__routes={"fr": ["d", "e"]})

    assert list(found) == ["purposes.order.routes"]


def test_a_desk_in_no_route_is_warned_about():
    found = warned(purposes__order__routes={"world": ["d"]}, purposes__order__essential=False)

    assert found == {"desks.e": "is in no route"}


def test_a_door_without_words_in_a_language_is_warned_about():
    found = warned(channels__a__door={"url": "https://a.example", "labels": {"fr": "Ici"}})

    assert found == {"channels.a.door.labels": "has no words in en"}
