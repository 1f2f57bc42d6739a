"""Two regions, one home: what each does, what taking over does, and what is counted."""

from datetime import timedelta

import pytest

from chalicelib.domain.outbox import RowState
from chalicelib.handlers import workers
from chalicelib.ports import Unavailable
from chalicelib.wiring import use
from tests.unit.regions_side import EAST, WEST, Died, TwoRegions, at_the_desk, cut_off


@pytest.fixture
def two():
    return TwoRegions()


def test_the_other_region_accepts_and_rings_nobody_and_home_serves_what_it_took(two):
    two.say(two.east, "a")

    assert two.east.ports.queues.take_bells() == []
    two.minutes(3)

    assert two.effects == {"a": [""]}
    assert two.row(two.east, "a").work.state is RowState.DELIVERED


def test_a_bell_in_a_region_that_is_not_home_claims_nothing(two):
    two.say(two.west, "a")
    two.copies.settle()
    [ring] = two.west.ports.queues.take_bells()
    two.east.ports.queues.bell(ring)

    two.run(two.east, two.east.work)

    assert two.effects == {}
    assert two.row(two.east, "a").work.version == 0


def test_a_tick_away_from_home_says_that_it_lives_and_how_old_homes_word_is_and_does_nothing_else(
    two, caplog
):
    before = two.east.ports.snapshots._table
    two.seconds(61)

    with use(two.east.wired):
        done = workers.tick({}, None)

    assert done == {"home": WEST, "epoch": 0}
    assert (caplog.records[-1].SnapshotAge, caplog.records[-1].SchedulerLateness) == (64, 0)
    assert two.east.ports.snapshots._table == before
    assert two.east.ports.queues.notes == []
    assert two.east.ports.seats.stands[EAST].beat == two.clock.now()


def test_home_is_lost_and_everything_accepted_is_served_by_the_other(two):
    two.minutes(1)
    two.say(two.west, "a")
    two.copies.settle()
    two.copies.cut = True
    two.seconds(200)
    two.say(two.east, "b")

    assert two.take_over(two.east).code == 200
    two.minutes(3, two.east)

    assert two.effects == {"a": ["1@east"], "b": ["1@east"]}


def test_what_was_under_way_is_counted_as_in_doubt_and_not_lost(two):
    two.say(two.west, "a")
    two.copies.settle()
    two.dies = "after"
    two.run(two.west, two.west.work)
    two.copies.settle()
    two.copies.cut = True
    two.seconds(200)

    two.take_over(two.east)
    two.minutes(4, two.east)

    row = two.row(two.east, "a")
    assert (row.work.in_doubt, row.work.state) == (True, RowState.DELIVERED)
    [east] = [each for each in regions(two.east)["regions"] if each["region"] == EAST]
    assert (east["counted"]["in_doubt"], east["counted"]["repeated"]) == (1, 0)


def test_what_both_sent_unknown_to_each_other_is_found_when_they_meet_again(two):
    two.minutes(1)
    two.say(two.west, "a")
    two.copies.settle()
    with cut_off(two):
        two.run(two.west, two.west.work)
        two.seconds(200)
        two.take_over(two.east)
        two.minutes(2, two.east)
        assert two.effects == {"a": ["", "1@east"]}
    two.minutes(6)

    [east] = [each for each in regions(two.east)["regions"] if each["region"] == EAST]
    assert (east["counted"]["repeated"], east["counted"]["last"]) == (1, True)
    told = [event.about for event in two.east.ports.events.published if event.type.value == "home.moved"]
    assert [(each["news"], each.get("repeated")) for each in told] == [
        ("moved", None), ("counted", 0), ("counted", 1),
    ]  # fmt: skip
    assert "1 perhaps repeated" in told[-1]["text"]["en"]


def test_the_former_home_stands_down_and_takes_over_again(two):
    two.minutes(1)
    assert two.take_over(two.east).problem == "unfit"
    two.take_over(two.east, while_alive=True)
    two.minutes(1)
    two.say(two.west, "a")
    two.minutes(2)

    assert (two.west.serving, two.east.serving) == (False, True)
    assert two.effects == {"a": ["1@east"]}

    two.take_over(two.west, while_alive=True)
    two.minutes(1)
    two.say(two.east, "b")
    two.minutes(2)

    assert (two.west.serving, two.east.serving) == (True, False)
    assert two.effects["b"] == ["2@west"]
    assert regions(two.west)["home"] == WEST


def test_nothing_is_sent_for_fifteen_seconds_after_taking_over(two):
    two.minutes(1)
    two.say(two.west, "a")
    two.copies.settle()
    two.seconds(70)
    two.take_over(two.east, while_alive=True)
    for _ in range(3):
        two.run(two.east, two.east.work)
        two.run(two.east, two.east.tick)
        two.seconds(4.9)

    assert two.effects == {}
    two.minutes(2, two.east)
    assert two.effects == {"a": ["1@east"]}


def test_a_stale_snapshot_of_the_former_home_does_not_make_it_home_again(two):
    with cut_off(two):
        two.seconds(200)
        two.take_over(two.east)
        two.minutes(1, two.east)
        assert two.east.serving
        two.run(two.west, two.west.tick)
        two.east.ports.snapshots._table = two.west.ports.snapshots._table
    two.seconds(3)

    assert two.east.wired.situations.read(two.clock.now()).home.epoch == 0
    assert two.east.serving


def test_taking_over_is_for_one_epoch_and_needs_a_reason(two):
    api = at_the_desk(two.east)
    two.seconds(200)

    assert (
        api.ask("POST", "/v1/regions/takeover", {"reason": "x"}, role="operator").problem
        == "version-required"
    )
    assert two.take_over(two.east, epoch=7).problem == "overtaken"
    assert two.take_over(two.east, reason="").code == 400
    assert two.take_over(two.east, while_alive="yes").code == 400
    assert two.take_over(two.west).problem == "unfit"
    refused = api.ask(
        "POST", "/v1/regions/takeover", {"reason": "x"}, role="viewer", headers={"if-match": '"0"'}
    )
    assert refused.code == 403


def test_changes_are_made_at_home_alone(two):
    api = at_the_desk(two.east)
    wanted = {"kind": "drain", "scope": "desk:desk-a", "until": 60, "reason": "r"}

    said = api.ask("POST", "/v1/orders", wanted, role="operator", headers={"if-match": '"0"'})

    assert (said.problem, said.json["home"]) == ("not-home", WEST)
    assert api.ask("POST", "/v1/decisions", {"channel": "shop"}, role="operator").code == 200
    assert at_the_desk(two.west).ask(
        "POST", "/v1/orders", wanted, role="operator", headers={"if-match": '"0"'}
    ).code == 201  # fmt: skip


def test_taking_over_is_in_the_ledger_and_its_count_too(two):
    two.minutes(1)
    two.seconds(200)
    two.take_over(two.east)
    two.minutes(2, two.east)

    entries = written(two)
    assert [entry["what"] for entry in entries] == ["take over", "taking-over counted"]
    assert (entries[0]["who"], entries[0]["term"]) == ("o1", "1@east")


@pytest.mark.parametrize(
    ("port", "verb"),
    [("ledger", "append_once"), ("queues", "put"), ("seats", "write")],
    ids=["the ledger is away", "the queue is away", "the container dies before it notes that all was told"],
)
def test_a_count_that_was_not_told_is_told_a_minute_later_and_is_one(two, monkeypatch, port, verb):
    two.minutes(1)
    two.seconds(200)
    two.take_over(two.east)
    fails_once_at_telling(monkeypatch, getattr(two.east.ports, port), verb)

    two.minutes(2, two.east)
    assert not two.east.ports.seats.stands[EAST].reckoning.told
    two.minutes(2, two.east)

    assert two.east.ports.seats.stands[EAST].reckoning.told
    assert [entry["what"] for entry in written(two)].count("taking-over counted") == 1
    counted = [one for one in two.east.ports.events.published if one.about.get("news") == "counted"]
    assert len({one.id for one in counted}) == 1


def test_a_row_whose_due_time_was_overwritten_is_woken(two):
    """Last writer wins on the accepted item: the former home's end of a wait may wipe out the new home's beginning."""
    two.minutes(1)
    two.seconds(200)
    two.copies.cut = True
    two.say(two.east, "a")
    two.desks.fault = {"a.example": 503, "b.example": 503}
    two.take_over(two.east)
    two.minutes(1, two.east)
    key = two.row(two.east, "a").key
    two.east.ports.contacts._move(key, None)
    two.desks.fault = {}

    two.copies.cut = False
    two.minutes(20)

    assert two.row(two.east, "a").work.state is RowState.DELIVERED
    [east] = [each for each in regions(two.east)["regions"] if each["region"] == EAST]
    assert east["counted"]["mended"] == 1


def test_receipts_wait_where_they_came_in_until_that_region_is_home(two):
    with use(two.east.wired):
        done = workers.evidence({"Records": [{"messageId": "1", "body": "anything"}]}, None)

    assert done == {"batchItemFailures": []}
    [note] = two.east.ports.queues.take_notes("evidence")
    assert (note.body, note.delay) == ("anything", 60)


def written(two):
    """What stands in the east's ledger of operations."""
    found = two.east.ports.ledger.read("operations", *day(two)).values()
    return [entry.entry for entries in found for entry in entries]


def fails_once_at_telling(monkeypatch, port, verb):
    """The first time that a finished count is told, this verb of a port fails; of a stand, the note of it."""
    real, failed = getattr(port, verb), []

    def told(said, *more, **named):
        about_it = getattr(getattr(said, "reckoning", None), "told", "rows" in str(more) + str(said))
        if about_it and not failed:
            failed.append(said)
            raise Died if verb == "write" else Unavailable("away")
        return real(said, *more, **named)

    monkeypatch.setattr(port, verb, told)


def regions(region):
    return at_the_desk(region).ask("GET", "/v1/regions", role="operator").json


def day(two):
    return two.clock.now() - timedelta(hours=2), two.clock.now() + timedelta(hours=1)
