"""A 2xx means that the contact is kept: with the tables gone it waits in a queue, with both gone there is no 2xx."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from infra.local.fakes.vendors import post
from tests.e2e import sides
from tests.e2e.test_nothing_doubled import taken_texts
from tests.e2e.watching import doubled, in_the_end, queued, replay_stopped, rows_of, stored, sweep

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

NOBODY = "http://127.0.0.1:9"
CONTACTS = 6
PATIENCE = 30
"""Seconds: a container may have to start."""


def senders(scene):
    """Contacts of three vendors: channel, name (their text and, but for Meta's, their id), signed request."""
    made = []
    for _ in range(CONTACTS // 3):
        names = [sides.fresh(channel) for channel in ("shop", "sms-fr", "messenger-fr")]
        page, at = sides.messenger(scene), datetime.now(UTC)
        made += [
            ("shop", names[0], sides.form(scene, names[0], sides.number(), names[0])),
            ("sms-fr", names[1], sides.sms(scene, sides.number(), names[1], names[1])),
            ("messenger-fr", names[2], page.text(sides.person("messenger"), names[2], names[2], at)),
        ]
    return made


def posted(made):
    """The codes by name: one first, which starts a container, then two senders side by side."""
    first, *rest = made
    codes = [post(first[2], patience=PATIENCE).code]
    with ThreadPoolExecutor(2) as pool:
        codes += pool.map(lambda one: post(one[2], patience=PATIENCE).code, rest)
    return {name: code for (_, name, _), code in zip(made, codes, strict=True)}


def test_without_its_tables_the_intake_keeps_contacts_in_a_queue_and_each_is_delivered_once(scene):
    made = senders(scene)

    with (
        replay_stopped(scene),
        scene.stack.changed_environment("APIHandler", AWS_ENDPOINT_URL_DYNAMODB=NOBODY),
    ):
        codes = posted(made)
        waiting = b"".join(queued(scene)).decode()

    assert set(codes.values()) <= {200, 202}
    assert [name for name in codes if name not in waiting] == []
    in_the_end(scene, lambda: all(taken_texts(scene)[name] for name in codes), "the replay", 60)
    assert [name for channel, name, _ in made if name not in stored(scene, channel)] == []
    assert [name for name in codes if taken_texts(scene)[name] != 1] == []
    assert doubled(scene) == []


def test_without_tables_and_queues_nobody_is_told_that_their_contact_is_kept(scene):
    made = senders(scene)
    gone = {"AWS_ENDPOINT_URL_DYNAMODB": NOBODY, "AWS_ENDPOINT_URL_SQS": NOBODY}

    with scene.stack.changed_environment("APIHandler", **gone):
        refused = posted(made)
    repeated = posted(made)

    assert set(refused.values()) == {503}
    assert set(repeated.values()) <= {200, 202}
    in_the_end(
        scene, lambda: all(taken_texts(scene)[name] for name in repeated), "the vendors' repetition", 60
    )
    assert doubled(scene) == []


def test_a_caller_hears_words_when_the_call_can_only_be_held_and_is_called_back(scene):
    caller = sides.number()
    ringing = sides.call(scene, caller, sides.fresh("CA"))

    with scene.stack.changed_environment("APIHandler", AWS_ENDPOINT_URL_DYNAMODB=NOBODY):
        answer = post(ringing, patience=PATIENCE)

    assert answer.code == 200
    assert "<Say" in answer.text
    in_the_end(scene, lambda: served_call_backs(scene, caller) == 1, "the call-back reaches a desk", 60)
    assert [row["state"] for row in rows_of(scene, "phone-fr", caller)] == ["informed"]


def served_call_backs(scene, caller):
    return sum(row["served_by"] is not None for row in rows_of(scene, "phone-fr", caller, "callback"))


def test_without_its_queues_the_intake_accepts_and_the_sweep_delivers(scene):
    name = sides.fresh("shop")

    with scene.stack.changed_environment("APIHandler", AWS_ENDPOINT_URL_SQS=NOBODY):
        answer = post(sides.form(scene, name, sides.number(), name), patience=PATIENCE)

    assert answer.code == 202
    sweep(scene)
    in_the_end(scene, lambda: taken_texts(scene)[name] == 1, "the sweep", 60)
