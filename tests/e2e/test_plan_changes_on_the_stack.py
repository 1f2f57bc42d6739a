"""Changing the plan and going back on the running product: in seconds, byte for byte, and everybody goes by it."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from infra.local.scene import until
from tests.e2e.watching import only_row

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

BACK_WITHIN = 10.0
EVERYWHERE_AFTER = 5.0
"""Seconds after the answer to a publication: whatever begins later goes by it."""
CONTACTS = 6
ROUTE = "fr: [paris, lille, nantes]"
TURNED = "fr: [lille, paris, nantes]"


def newest(scene):
    return scene.read("/v1/plan")


def changed(scene, method, path, body, reason):
    tag = scene.ops("GET", "/v1/plan").headers["etag"]
    answer = scene.ops(method, path, body, {"If-Match": tag, "X-Reason": reason})
    assert answer.code == 200, answer.text
    return json.loads(answer.text)


def answers(scene):
    """False while the function is still too cold to answer in time."""
    try:
        return scene.contact("form", "the first", "hello").code == 202
    except OSError:
        return False


def decisions(scene, word):
    """The plan and the desk by which contacts were decided that began once the time was up."""
    time.sleep(EVERYWHERE_AFTER)
    people = [f"{word}-{number}" for number in range(CONTACTS)]
    for person in people:
        assert scene.contact("form", person, "Where is my order?").code == 202
    rows = [only_row(scene, "shop", person)["decision"] for person in people]
    return {row["versions"]["plan"] for row in rows}, {row["desk"] for row in rows}


def test_a_publication_is_gone_by_everywhere_in_five_seconds_and_taken_back_in_ten(planning):
    before = newest(planning)
    assert ROUTE in before["text"]
    until(lambda: answers(planning), "the door answers", 60)

    made = changed(planning, "PUT", "/v1/plan", before["text"].replace(ROUTE, TURNED), "lille first")
    turned = decisions(planning, "turned")
    since = time.monotonic()
    back = changed(planning, "POST", "/v1/plan/rollback", {"version": before["version"]}, "it was a mistake")
    took = time.monotonic() - since
    again = decisions(planning, "back")

    now = newest(planning)
    assert took <= BACK_WITHIN
    assert turned == ({made["version"]}, {"lille"})
    assert again == ({back["version"]}, {"paris"})
    assert (back["version"], back["digest"]) == (before["version"] + 2, before["digest"])
    assert now["text"] == before["text"]
    assert now["reason"] == f"rollback to {before['version']}: it was a mistake"


def test_a_scheduled_publication_is_made_by_the_running_product(planning):
    before = newest(planning)
    at = (datetime.now(UTC) + timedelta(seconds=3)).isoformat().replace("+00:00", "Z")
    text = before["text"].replace(ROUTE, TURNED)
    query = f"/v1/plan/scheduled?at={at}&reason=later"

    answer = planning.ops("POST", query, text, {"If-Match": f'"{before["version"]}"'})
    assert answer.code == 201, answer.text
    entry = json.loads(answer.text)["id"]

    def fate():
        planning.tick()
        return {one["id"]: one for one in planning.read("/v1/plan/scheduled")["scheduled"]}[entry]["fate"]

    until(lambda: fate() == "published", "the scheduled plan is published", 60)
    now = newest(planning)
    assert (now["text"], now["author"], now["reason"]) == (text, "admin", f"scheduled {entry}: later")
