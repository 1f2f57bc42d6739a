"""What fails for good on the real queues: laid aside with its reason, listed and sent again by the API; slow desks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from chalicelib.domain.model import row_key
from infra.local.fakes.vendors import post
from infra.local.scene import until
from infra.queues import QUEUES
from tests.e2e import sides
from tests.e2e.watching import in_the_end, log_lines, only_row, rows_of, served, settled, told_of

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

SLOW_CONTACTS, QUICK_CONTACTS = 16, 3
BULK_WORKERS = next(queue.concurrency for queue in QUEUES if queue.name == "BulkQueue")


@contextmanager
def impatient(scene, queue) -> Iterator[str]:
    """A queue that hands out again after a second what failed, so that five tries take seconds; its address."""
    url, client = scene.stack.outputs[queue], scene.stack.client("sqs")
    usual = next(str(each.visibility) for each in QUEUES if each.name == queue)
    client.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    try:
        yield url
    finally:
        client.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": usual})


def letters(scene, queue):
    return scene.read(f"/v1/dead-letters?queue={queue}")["letters"]


def named(scene, queue, message):
    """The dead letter with this id, if there is one."""
    return [one for one in letters(scene, queue) if one["id"] == message]


def too_early(scene, key):
    """True when a word on this contact has failed."""
    return any(key in str(line.get("came")) for line in log_lines(scene, "Evidence"))


def word(reference):
    """A desk's word on a contact, as the intake passes it on."""
    about = {"reference": reference, "word": "closed"}
    return json.dumps({"channel": "box-a", "account": "", "path": "", "outcome": about})


def test_a_word_that_nobody_can_place_becomes_a_dead_letter_with_its_reason_and_is_redriven_once(scene):
    person, name = sides.person("form"), sides.fresh("shop")
    key = row_key("shop", "", name)

    with impatient(scene, "EvidenceQueue") as url:
        mine = scene.stack.client("sqs").send_message(QueueUrl=url, MessageBody=word(key))["MessageId"]
        until(lambda: bool(named(scene, "evidence", mine)), "five tries have failed, two of them early", 60)
    (letter,) = named(scene, "evidence", mine)
    post(sides.form(scene, name, person, "Bonjour"))
    served(scene, "shop", person)
    asked = {"queue": "evidence", "ids": [letter["id"]]}
    first = scene.ops("POST", "/v1/dead-letters/redrive", asked, role="operator")
    second = scene.ops("POST", "/v1/dead-letters/redrive", asked, role="operator")

    assert (letter["receives"], letter["about"]["channel"]) == (5, "box-a")
    assert letter["reason"].startswith("Missing")
    assert (first.code, json.loads(first.text)["sent"]) == (202, [letter["id"]])
    assert (second.code, json.loads(second.text)["already"]) == (200, [letter["id"]])
    until(lambda: told_of(scene, key)["state"] == "closed", "the desk's word counts at last", 20)
    assert letter["id"] not in [one["id"] for one in letters(scene, "evidence")]


def test_a_word_that_comes_before_its_contact_counts_long_before_its_queue_would_hand_it_out_again(scene):
    person, name = sides.person("form"), sides.fresh("shop")
    key = row_key("shop", "", name)
    usual = next(each.visibility for each in QUEUES if each.name == "EvidenceQueue")

    scene.stack.client("sqs").send_message(
        QueueUrl=scene.stack.outputs["EvidenceQueue"], MessageBody=word(key)
    )
    until(lambda: too_early(scene, key), "the word was too early", 40)
    post(sides.form(scene, name, person, "Bonjour"))
    served(scene, "shop", person)

    until(lambda: told_of(scene, key)["state"] == "closed", "the desk's word counts", usual / 3)
    assert told_of(scene, key)["state"] == "closed"


def test_a_poisoned_bell_ends_aside_and_delays_no_neighbour(scene):
    people = [sides.person("form") for _ in range(3)]

    with impatient(scene, "NormalQueue") as url:
        sent = scene.stack.client("sqs").send_message(QueueUrl=url, MessageBody="no bell at all")
        poison = sent["MessageId"]
        for person in people:
            post(sides.form(scene, sides.fresh("shop"), person, "Bonjour"))
        rows = [served(scene, "shop", person) for person in people]
        until(lambda: bool(named(scene, "normal", poison)), "the poison's five tries", 40)
    (letter,) = named(scene, "normal", poison)
    scene.stack.client("sqs").purge_queue(QueueUrl=scene.stack.outputs["NormalDeadQueue"])

    assert [len(row["attempts"]) for row in rows] == [1, 1, 1]
    assert (letter["reason"].partition(":")[0], letter["receives"]) == ("ValueError at bells", 5)
    assert "no bell at all" not in json.dumps(letter)


def test_a_slow_desk_does_not_keep_the_workers_of_its_lane_from_the_others(planning):
    scene = planning
    plan = scene.read("/v1/plan")
    text = plan["text"].replace(
        "  order:\n",
        "  slow: {match: [{channel: shop}], lane: bulk, deadline: 1m, routes: {fr: [paris]}}\n"
        "  quick: {match: [{channel: messenger-fr}], lane: bulk, routes: {fr: [lille]}}\n  order:\n",
    )
    changed = scene.ops("PUT", "/v1/plan", text, {"If-Match": f'"{plan["version"]}"', "X-Reason": "a test"})
    assert changed.code == 200, changed.text
    settled(scene)
    before = len(scene.fakes.taken("desk-a"))
    page, people = sides.messenger(scene), [sides.person("messenger") for _ in range(QUICK_CONTACTS)]
    scene.fakes.set("desk-a", "slow", delay_s=4)
    try:
        for _ in range(SLOW_CONTACTS):
            post(sides.form(scene, sides.fresh("shop"), sides.person("form"), "Bonjour"))
        for person in people:
            post(page.text(person, "Bonjour", sides.fresh("m"), datetime.now(UTC)))
        for person in people:
            in_the_end(scene, lambda p=person: bool(rows_of(scene, "messenger-fr", p)), "accepted", 30)
            until(lambda p=person: only_row(scene, "messenger-fr", p)["served_by"] == "lille", "served", 40)
        taken = len(scene.fakes.taken("desk-a")) - before
    finally:
        scene.fakes.heal()

    assert taken < SLOW_CONTACTS - BULK_WORKERS, "the quick ones waited until every slow one had a worker"
