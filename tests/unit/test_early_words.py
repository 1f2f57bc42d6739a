"""What came too early, and a bell whose store was away: asked for again soon, not after the queue's own minutes."""

import pytest

from chalicelib.aws.rests import REST
from chalicelib.bells import dump_ring
from chalicelib.domain.model import LANES, Receipt, ReceiptState
from chalicelib.domain.outbox import RowState
from chalicelib.handlers import batch, workers
from chalicelib.ports import Missing, Stale, Unavailable
from chalicelib.service.evidence import STRANGE_AFTER
from chalicelib.service.wire import Evidence, dump_evidence
from chalicelib.wiring import use
from infra.queues import QUEUES
from tests.world import World

SEND_AND_TELL = 8.0
"""Seconds that a send may take until it is recorded."""


@pytest.fixture
def world():
    return World()


def record(body, receives, queue="evidence"):
    return {
        "messageId": "m-1",
        "receiptHandle": "handle-1",
        "body": body,
        "eventSourceARN": f"arn:aws:sqs:eu-west-3:1:{queue}_queue",
        "attributes": {"ApproximateReceiveCount": str(receives), "SentTimestamp": "1772442000000"},
    }


def asked_again(world, record, error):
    """The failed message ids, and what the queue was asked."""

    def fail(_):
        raise error

    with use(world.wired):
        failed = batch.each({"Records": [record]}, "test", fail)["batchItemFailures"]
    return [one["itemIdentifier"] for one in failed], world.ports.queues.handed_back


@pytest.mark.parametrize("error", [Missing("no such row"), Stale("the receipt overtook our record")])
@pytest.mark.parametrize(("receives", "seconds"), [(1, 2), (2, 15)])
def test_what_was_early_is_asked_for_again_soon(world, error, receives, seconds):
    failed, asked = asked_again(world, record("x", receives), error)

    assert failed == ["m-1"]
    assert asked == [("evidence", "handle-1", seconds)]


@pytest.mark.parametrize("lane", LANES)
def test_bells_are_rung_again_soon_while_a_store_does_not_answer_and_not_all_at_once(world, lane):
    bells = [record("x", 1, lane) | {"messageId": f"m-{number}"} for number in range(50)]
    for bell in bells:
        failed, asked = asked_again(world, bell, Unavailable("the table is away"))
        assert failed == [bell["messageId"]]

    seconds = [each for queue, _, each in asked if queue == lane]
    assert len(seconds) == 50
    assert REST < min(seconds) < max(seconds) < 10
    assert set(seconds) == set(range(min(seconds), max(seconds) + 1))


def test_a_bell_that_met_a_blink_of_the_table_is_answered_with_the_next_receipt(world):
    world.say()
    (bell,) = world.ports.queues.take_bells()
    came = record(dump_ring(bell), 1, "normal")

    with use(world.wired):
        world.ports.contacts.down = True
        first = workers.deliver({"Records": [came]}, None)
        world.ports.contacts.down = False
        again = workers.deliver({"Records": [record(dump_ring(bell), 2, "normal")]}, None)

    assert (first["batchItemFailures"], again["batchItemFailures"]) == ([{"itemIdentifier": "m-1"}], [])
    assert [queue for queue, _, _ in world.ports.queues.handed_back] == ["normal"]
    assert world.row().work.state is RowState.DELIVERED
    assert len(world.desks.contacts("a.example")) == 1


@pytest.mark.parametrize(
    ("case", "error"),
    [
        (record("x", 3), Missing("no such row")),
        (record("x", 1), Unavailable("the table is away")),
        (record("x", 2, "urgent"), Unavailable("the table is away")),
        (record("x", 1, "urgent"), ValueError("no bell")),
        (record("x", 1), ValueError("no evidence")),
        (record("x", 1, "unheard-of"), Missing("no such row")),
    ],
)
def test_all_else_waits_as_long_as_its_queue_says(world, case, error):
    assert asked_again(world, case, error) == (["m-1"], [])


def test_a_receipt_of_nobodys_message_is_let_go_only_after_its_queues_own_time(world):
    body = dump_evidence(
        Evidence(channel="shop", account="", about=Receipt(provider_id="m_x", state=ReceiptState.DELIVERED))
    )
    with use(world.wired):
        came = [
            workers.evidence({"Records": [record(body, receives)]}, None)["batchItemFailures"]
            for receives in range(1, STRANGE_AFTER + 1)
        ]

    assert [bool(failed) for failed in came] == [True] * (STRANGE_AFTER - 1) + [False]
    usual = next(queue.visibility for queue in QUEUES if queue.name == "EvidenceQueue")
    waited = sum(seconds for _, _, seconds in world.ports.queues.handed_back)
    assert SEND_AND_TELL < waited < usual
    assert len(batch.BACK_AFTER) < STRANGE_AFTER - 1
