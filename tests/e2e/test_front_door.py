"""The front door: anybody reads the ways that work now, from object storage and from the API."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from infra.local.fakes.vendors import Signed, post
from infra.local.scene import until

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

SCRIPT = "front-door.js"


def read(url):
    return post(Signed(url=url, method="GET"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_anybody_reads_the_same_feed_from_storage_and_from_the_api(scene, language):
    scene.tick()

    stored = read(f"{scene.stack.front_door_url}/fr.{language}.json")
    served = read(f"{scene.stack.api_url}/front-door/fr.{language}.json")

    feed = json.loads(stored.text)
    assert (stored.code, served.code) == (200, 200)
    assert set(feed) == set(json.loads(served.text))
    assert [way["channel"] for way in feed["ways"]] == [
        way["channel"] for way in json.loads(served.text)["ways"]
    ]
    assert served.headers["access-control-allow-origin"] == "*"
    assert all(
        headers["cache-control"] == "public, max-age=15" for headers in (stored.headers, served.headers)
    )


def test_the_script_is_served_there_too(scene):
    scene.tick()

    stored, served = (
        read(f"{place}/{SCRIPT}")
        for place in (scene.stack.front_door_url, f"{scene.stack.api_url}/front-door")
    )

    assert stored.text == served.text
    assert "javascript" in stored.headers["content-type"]
    assert "javascript" in served.headers["content-type"]


def test_the_public_page_answers_without_a_token(scene):
    page = read(f"{scene.stack.api_url}/status")

    assert page.code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "WhatsApp" in page.text


@pytest.mark.parametrize("document", ["xx.fr.json", "fr.json", "..%2Fsnapshot.json", "snapshot.json"])
def test_there_is_nothing_else_behind_the_door(scene, document):
    assert read(f"{scene.stack.api_url}/front-door/{document}").code in (403, 404)


def test_a_feed_says_when_it_was_made_and_an_order_changes_it(planning):
    tag = planning.ops("GET", "/v1/orders").headers["etag"]
    ends = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    order = {"kind": "force_down", "scope": "channel:whatsapp-fr", "until": ends, "reason": "drill"}

    given = planning.ops("POST", "/v1/orders", order, {"If-Match": tag}, role="operator")

    until(lambda: planning.feed()["whatsapp-fr"] == "closed", "the feed closes the way", 20)
    assert given.code == 201
    assert planning.feed()["messenger-fr"] != "closed"
