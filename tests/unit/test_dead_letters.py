"""What fails for good is laid aside with its reason, hurts no neighbour, is listed, and is sent again once."""

import json

import pytest

from chalicelib.bells import dump_ring
from chalicelib.domain.model import Receipt, ReceiptState
from chalicelib.domain.outbox import RowState
from chalicelib.handlers import batch, workers
from chalicelib.ports import RECEIPTS, STORY, Note, Ring, Unavailable
from chalicelib.service.operate.dead_letters import NOT_TOLD, QUEUES
from chalicelib.service.wire import Evidence, dump_evidence
from chalicelib.settings import Settings
from chalicelib.wiring import use
from infra import queues as infra_queues
from tests.unit.operations_side import Operations, down

SENT = "1772442000000"
SECRET_WORDS = "my card is 4970-1234"


@pytest.fixture
def api():
    return Operations()


def record(body, *, receives=1, name="m-1", queue="normal"):
    return {
        "messageId": name,
        "body": body,
        "eventSourceARN": f"arn:aws:sqs:eu-west-3:1:{queue}_queue",
        "attributes": {"ApproximateReceiveCount": str(receives), "SentTimestamp": SENT},
    }


def handed(api, *records, handle):
    """What the queue gets back as failed."""
    with use(api.world.wired):
        failed = batch.each({"Records": list(records)}, "test", handle)["batchItemFailures"]
    return [one["itemIdentifier"] for one in failed]


def bury(api, body="{}", *, name="m-1", queue="normal", error=None):
    def fail(_):
        raise error or Unavailable("the table is away")

    assert handed(api, record(body, receives=5, name=name, queue=queue), handle=fail) == []


def letters(api, **query):
    asked = api.ask("GET", "/v1/dead-letters", query={name: [value] for name, value in query.items()})
    return asked.json["letters"]


def redrive(api, queue="normal", *ids, role="operator"):
    return api.ask("POST", "/v1/dead-letters/redrive", {"queue": queue, "ids": list(ids)}, role=role)


def notes(api, queue):
    return [note for note in api.ports.queues.notes if note.queue == queue]


def test_what_fails_has_five_tries_and_is_then_laid_aside_with_its_reason(api):
    def fail(_):
        raise Unavailable("the table is away")

    came = [handed(api, record("x", receives=n), handle=fail) for n in (1, 2, 3, 4, 5)]

    assert came == [["m-1"]] * 4 + [[]]
    (letter,) = letters(api)
    assert (letter["id"], letter["reason"], letter["receives"]) == (
        "m-1",
        "Unavailable: the table is away",
        5,
    )
    assert letter["since"] == "2026-03-02T09:00:00.000Z"


def test_the_number_of_tries_is_that_of_the_queues():
    assert RECEIPTS == infra_queues.RECEIPTS


def test_what_is_told_of_a_letters_end_is_what_its_envelope_is_read_for(api):
    bury(api)

    assert set(notes(api, "normal_dead")[0].attributes) == STORY


def test_every_queue_has_a_name_for_its_dead_letters():
    names = {name.removesuffix("_queue") for name in Settings.__dataclass_fields__ if name.endswith("_queue")}

    assert names == {*QUEUES, *(f"{queue}_dead" for queue in QUEUES)}
    assert len(infra_queues.QUEUES) == len(QUEUES)


@pytest.mark.parametrize(
    "error",
    [
        TypeError,
        KeyError,
        AttributeError,
        ZeroDivisionError,
        RecursionError,
        IndexError,
        OSError,
        UnicodeError,
    ],
)
def test_one_poison_among_fifty_takes_no_neighbour_along(api, error):
    done = []

    def handle(body):
        if body == "poison":
            raise error(SECRET_WORDS)
        done.append(body)
        return "done"

    bodies = [f"b{n}" for n in range(49)]
    bodies.insert(3, "poison")
    failed = [
        handed(api, *(record(body, name=body) for body in bodies[start : start + 10]), handle=handle)
        for start in range(0, 50, 10)
    ]

    assert failed == [["poison"], [], [], [], []]
    assert len(done) == 49


def test_what_failed_before_is_handled_last_so_that_its_neighbours_are_done_if_it_kills_the_function(api):
    order = []
    records = [record("old", receives=3), record("new", receives=1), record("second", receives=2)]

    handed(api, *records, handle=lambda body: order.append(body) or "done")

    assert order == ["new", "second", "old"]


def test_of_an_error_that_is_not_ours_only_the_place_is_told_and_never_its_words(api, capsys):
    bell = dump_ring(Ring(key="k", lane="normal"))

    with use(api.world.wired):
        workers.deliver({"Records": [record(SECRET_WORDS, receives=5)]}, None)
    bury(api, bell, name="m-2", error=ValueError(SECRET_WORDS))

    reasons = [letter["reason"] for letter in letters(api)]
    assert reasons[0].startswith("ValueError at bells:")
    assert SECRET_WORDS not in json.dumps(letters(api)) + capsys.readouterr().err


def test_a_letter_that_sqs_moved_itself_says_that_nobody_lived_to_tell(api):
    api.ports.queues.notes.append(Note(queue="normal_dead", body="{}"))

    assert [letter["reason"] for letter in letters(api)] == [NOT_TOLD]


def test_a_flip_that_cannot_be_published_is_laid_aside_with_its_reason_and_younger_ones_come_back(api):
    records = [record("{}", receives=5, queue="flips"), record("{}", name="m-2", queue="flips")]

    with down(api.ports.plans), use(api.world.wired):
        api.ports.snapshots.down = True
        came = workers.tick({"Records": records}, None)

    assert came == {"batchItemFailures": [{"itemIdentifier": "m-2"}]}
    assert [(one["id"], one["reason"].partition(":")[0]) for one in letters(api)] == [("m-1", "Unavailable")]


def test_a_flip_with_tries_left_and_the_scheduled_minute_fail_as_before(api):
    for event in ({"Records": [record("{}", receives=4, queue="flips")]}, {}):
        with down(api.ports.plans), use(api.world.wired), pytest.raises(Unavailable):
            workers.tick(event, None)


def test_where_the_dead_letter_queue_is_deaf_the_message_fails_as_before(api):
    def fail(_):
        raise TypeError

    with down(api.ports.queues):
        failed = handed(api, record("x", receives=5), handle=fail)

    assert failed == ["m-1"]


def test_a_reason_and_a_list_are_bounded(api):
    bury(api, error=Unavailable("x" * 5000))
    for number in range(7):
        bury(api, name=f"n-{number}")

    assert max(len(letter["reason"]) for letter in letters(api)) == batch.LONGEST_REASON
    assert len(letters(api, limit="3")) == 3
    assert len(letters(api)) == 8


def test_of_the_body_only_our_own_names_are_shown(api):
    receipt = Evidence(channel="shop", account="+33612345678", about=Receipt(
        provider_id="p", state=ReceiptState.FAILED, detail=SECRET_WORDS))  # fmt: skip
    held = {
        "channel": "shop",
        "at": 5,
        "method": "POST",
        "url": "u",
        "headers": {"a": SECRET_WORDS},
        "body": "eA==",
    }
    bury(api, dump_evidence(receipt), queue="evidence")
    bury(api, json.dumps(held), name="m-2", queue="overflow")
    bury(api, dump_ring(Ring(key="k", lane="normal")), name="m-3")
    bury(api, SECRET_WORDS, name="m-4")

    found = {letter["id"]: letter["about"] for letter in letters(api)}

    assert found == {
        "m-1": {"channel": "shop", "path": ""},
        "m-2": {"channel": "shop", "at": 5, "method": "POST"},
        "m-3": {"key": "k", "lane": "normal"},
        "m-4": {},
    }


def test_a_bell_that_is_redriven_has_its_contact_delivered(api):
    api.world.say()
    (ring,) = api.ports.queues.take_bells()
    bury(api, dump_ring(ring))

    reply = redrive(api)
    sent = notes(api, "normal")
    with use(api.world.wired):
        workers.deliver({"Records": [record(sent[0].body)]}, None)

    assert (reply.code, reply.json["sent"]) == (202, ["m-1"])
    assert api.world.row().work.state is RowState.DELIVERED
    assert letters(api) == []


def test_asked_again_a_redrive_has_no_second_effect(api):
    bury(api)

    first, second = redrive(api, "normal", "m-1"), redrive(api, "normal", "m-1")

    assert (first.json["sent"], second.json["already"], second.code) == (["m-1"], ["m-1"], 200)
    assert len(notes(api, "normal")) == 1


def test_a_redrive_that_failed_half_way_is_finished_by_the_next_and_sends_nothing_twice(api):
    bury(api)
    bury(api, name="m-2")

    with down_for(api.ports.dead_letters, "remove"):
        first = redrive(api)
    api.ports.dead_letters.lapse()
    second = redrive(api)

    assert sorted(first.json["failed"]) == ["m-1", "m-2"]
    assert sorted(second.json["already"]) == ["m-1", "m-2"]
    assert len(notes(api, "normal")) == 2
    assert letters(api) == []


def test_a_letter_whose_queue_is_deaf_stays_and_can_be_redriven_later(api):
    bury(api)

    with down_for(api.ports.queues, "put"):
        first = redrive(api)
    second = redrive(api)

    assert (first.json["failed"], second.json["sent"]) == (["m-1"], ["m-1"])


def test_a_message_that_sqs_moved_although_it_was_laid_aside_is_sent_once(api):
    bury(api)
    api.ports.queues.notes.append(Note(queue="normal_dead", body="{}", attributes={"origin": "m-1"}))

    reply = redrive(api)

    assert (reply.json["sent"], reply.json["already"]) == (["m-1"], ["m-1"])
    assert len(notes(api, "normal")) == 1


def test_only_the_letters_named_are_sent_and_the_others_stay(api):
    bury(api)
    bury(api, name="m-2")

    reply = redrive(api, "normal", "m-2", "nobody")

    assert (reply.json["sent"], reply.json["unknown"]) == (["m-2"], ["nobody"])
    assert [letter["id"] for letter in letters(api)] == ["m-1"]


def test_a_letter_keeps_its_envelope_and_loses_what_was_told_of_its_death(api):
    with use(api.world.wired):
        batch.buried(record("x", receives=5) | {"messageAttributes": {"schema": {"stringValue": "1"}}}, "r")

    redrive(api)

    assert notes(api, "normal")[0].attributes == {"schema": "1"}


def test_a_redrive_is_written_down(api):
    bury(api)
    redrive(api)

    (entry,) = api.ports.ledger.entries("operations", api.world.clock.now())
    assert {"what": "redrive dead letters", "queue": "normal", "count": "1"}.items() <= entry.entry.items()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 400), ({"queue": 1}, 400), ({"queue": "nope"}, 404), ({"queue": "normal", "ids": "x"}, 400),
        ({"queue": "normal", "ids": ["x" * 101]}, 400), ({"queue": "normal", "ids": ["x"] * 101}, 400),
        ({"queue": "normal", "more": 1}, 400),
    ],
)  # fmt: skip
def test_a_redrive_that_makes_no_sense_is_refused(api, body, code):
    assert api.ask("POST", "/v1/dead-letters/redrive", body).code == code


def test_a_list_of_an_unknown_queue_is_not_found(api):
    assert api.ask("GET", "/v1/dead-letters", query={"queue": ["nope"]}).problem == "unknown-queue"


def test_a_viewer_looks_and_does_not_redrive(api):
    bury(api)

    assert api.ask("GET", "/v1/dead-letters", role="viewer").json["waiting"]["normal"] == 1
    assert redrive(api, role="viewer").code == 403


class down_for:  # noqa: N801 - reads as a verb
    """One method of a port fails for a while."""

    def __init__(self, port, method):
        self.port, self.method = port, method

    def __enter__(self):
        def refuse(*_):
            raise Unavailable("throttled")

        setattr(self.port, self.method, refuse)

    def __exit__(self, *_):
        delattr(self.port, self.method)
