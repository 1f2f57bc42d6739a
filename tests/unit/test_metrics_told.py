"""Every metric that an alarm or the dashboard reads is told by the product, and every metric told is read."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from standardwebhooks import Webhook

from chalicelib.bells import dump_ring
from chalicelib.channels import Refusal
from chalicelib.domain.model import LANES, ContactKind
from chalicelib.domain.outbox import RowState, Work
from chalicelib.handlers import probing, workers
from chalicelib.handlers.log import METRICS, line
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.memory import ManualClock, MemoryPorts
from chalicelib.ports import Unavailable
from chalicelib.service.holding import LARGEST_BODY
from chalicelib.service.promises import Came, unserved
from chalicelib.wiring import Wired, use
from infra import dashboard as drawn
from infra.alarms import REFUSALS, alarms
from infra.dashboard import dashboard
from infra.watch_price import ALWAYS, custom
from tests.stores.examples import row
from tests.unit.operations_side import Operations
from tests.unit.regions_side import TwoRegions
from tests.unit.watch_side import values
from tests.world import CHANNELS, DESKS, SECRET, SETTINGS, START, hours

PURPOSES = """purposes:
  fire: {match: [{channel: shop, keywords: [fire]}], routes: {fr: [desk-a]}, lane: urgent, deadline: 4h}
  news: {match: [{channel: shop, keywords: [news]}], routes: {fr: [desk-a]}, lane: bulk, deadline: 4h}
  order: {match: [{channel: shop}], routes: {fr: [desk-a]}, lane: normal, deadline: 4h}
"""
PLAN = (
    CHANNELS.replace("{kind: webhook, market: fr,", "{kind: webhook, account: own, market: fr,")
    + DESKS
    + PURPOSES
)


@pytest.fixture
def api():
    return Operations(PLAN)


def post(api, text="hello", id_="m1", *, cut=0, **data):
    """A request at the gateway; with `cut` bytes missing its signature is no longer right."""
    body = {"type": "contact.message", "data": {"customer": {"id": "ann"}, "text": text, **data}}
    request = api.world.signed(body, id_)
    return api.ask("POST", "/hooks/shop", request.body.decode()[cut:], headers=request.headers)


def deliver(api):
    """The deliver function, once for each bell that waits."""
    with use(api.world.wired):
        for ring in api.ports.queues.take_bells():
            workers.deliver({"Records": [{"messageId": "1", "body": dump_ring(ring)}]}, None)


def tick(api, event=None):
    """The tick, and what it has served of backlogs, all at once."""
    with use(api.world.wired):
        done = workers.tick(event or {}, None)
        for note in [each for each in api.ports.queues.notes if '"backlog"' in each.body]:
            api.ports.queues.notes.remove(note)
            probing.probed(api.world.wired, note.body)
        return done


def told(caplog):
    return values(caplog.records)


def everything(api):
    """A little of all that can happen."""
    for number, word in enumerate(("fire", "news", "hello")):
        post(api, word, f"m{number}")
    deliver(api)
    post(api, "bad", "f", cut=1)
    post(api, "for somebody else", "w", account="stranger")
    post(api, "x" * LARGEST_BODY, "l")
    api.ask("POST", "/hooks/shop", "[]", headers=signed_junk(api))
    api.ports.contacts.down = True
    post(api, "held", "h")
    api.ports.contacts.down = False
    tick(api)
    api.ports.anchors.down = True
    tick(api)
    api.ports.anchors.down = False
    api.ports.anchors.texts.append("somebody else's")
    tick(api)
    one_takes_over()


def one_takes_over():
    two = TwoRegions()
    two.seconds(200)
    two.take_over(two.east)
    two.minutes(2, two.east)


def signed_junk(api):
    now = api.world.clock.now()
    stamp = str(int(now.timestamp()))
    return {
        "webhook-id": "j",
        "webhook-timestamp": stamp,
        "webhook-signature": Webhook(SECRET).sign("j", now, "[]"),
    }


def test_what_is_told_is_what_alarms_and_dashboard_read_and_the_other_way_round(api, caplog):
    everything(api)

    read = custom(alarms() | dashboard())
    assert told(caplog).keys() == read
    assert {name for name, _ in read} == METRICS.keys()


def test_a_stage_without_contacts_tells_three_numbers_a_minute_and_no_more(api, caplog):
    caplog.clear()
    tick(api)

    assert told(caplog) == {("OldestDue", ()): [0], ("SnapshotAge", ()): [0], ("SchedulerLateness", ()): [0]}
    assert {name for name, _ in told(caplog)} == set(ALWAYS)


def test_no_metric_is_told_by_path_channel_or_desk():
    dimensions = {dimension for _, dimension in METRICS.values()}

    assert dimensions == {"", "refusal", "lane"}
    assert tuple(Refusal) == tuple(REFUSALS) == drawn.REFUSALS
    assert drawn.LANES == LANES


def test_a_kept_promise_is_a_zero_and_a_broken_one_a_one_so_that_the_average_is_the_share(api, caplog):
    for number in range(4):
        post(api, "fire", f"m{number}")
    bells = api.ports.queues.take_bells()
    for ring in bells[:-2]:
        api.ports.queues.bell(ring)
    deliver(api)
    api.world.clock.advance(hours(5).total_seconds())
    for ring in bells[-2:]:
        api.ports.queues.bell(ring)
    deliver(api)
    deliver(api)

    assert told(caplog)["Unserved", (("lane", "urgent"),)] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("before", "came", "kind", "counts"),
    [
        (RowState.ACCEPTED, Came.DELIVERED, ContactKind.CONTACT, 0),
        (RowState.DEFERRED, Came.SENT, ContactKind.REPLY, 0),
        (RowState.UNKNOWN, Came.SENT, ContactKind.REPLY, 0),
        (RowState.SENDING, Came.DELIVERED, ContactKind.CONTACT, 0),
        (RowState.ACCEPTED, Came.EXPIRED, ContactKind.CONTACT, 1),
        (RowState.DEFERRED, Came.EXPIRED, ContactKind.CALLBACK, 1),
        (RowState.SENT, Came.SENT, ContactKind.REPLY, None),
        (RowState.SENT, Came.DELIVERED, ContactKind.REPLY, None),
        (RowState.ACCEPTED, Came.DEFERRED, ContactKind.CONTACT, None),
        (RowState.ACCEPTED, Came.ABANDONED, ContactKind.CONTACT, None),
        (RowState.UNKNOWN, Came.DEAD, ContactKind.CONTACT, None),
        (RowState.ACCEPTED, Came.EXPIRED, ContactKind.CANARY, None),
    ],
)
def test_a_promise_is_counted_once_and_nothing_else_is_mixed_with_it(before, came, kind, counts):
    assert unserved(row("r", kind=kind, work=Work(state=before)), came) == counts


def test_a_row_that_nobody_brings_on_is_as_overdue_as_its_due_time_is_past(api, caplog):
    post(api)
    api.ports.queues.take_bells()
    api.world.clock.advance(400)
    tick(api)

    assert told(caplog)["OldestDue", ()] == [340]


def test_a_row_that_is_due_later_is_not_overdue_when_a_flip_wakes_it_early(api, caplog):
    api.world.minute()
    caplog.clear()
    post(api)
    with use(api.world.wired):
        done = workers.tick({"Records": []}, None)

    assert (done["rung"], done["oldest"]) == (1, 0)
    assert told(caplog).keys() == {("Accepted", ())}


def test_a_snapshot_that_cannot_be_published_is_told_to_grow_old(api, caplog):
    tick(api)
    caplog.clear()
    api.ports.snapshots.down = True
    for seconds in (60, 60, 100):
        api.world.clock.advance(seconds)
        with pytest.raises(Unavailable):
            tick(api)

    assert told(caplog)["SnapshotAge", ()] == [60, 120, 220]
    assert told(caplog)["SchedulerLateness", ()] == [0, 0, 0]
    assert ("OldestDue", ()) not in told(caplog)


def test_the_scheduler_is_late_by_its_own_time(api, caplog):
    caplog.clear()
    tick(api, {"time": (api.world.clock.now() - timedelta(seconds=150)).isoformat()})

    assert told(caplog)["SchedulerLateness", ()] == [150]


def test_before_the_first_plan_a_tick_tells_only_that_it_ran(caplog):
    ports = MemoryPorts()
    with use(Wired(stores=ports, http=None, clock=ManualClock(START), settings=SETTINGS)):
        workers.tick({}, None)

    assert told(caplog) == {("SchedulerLateness", ()): [0]}


def test_the_line_of_a_tick_counts_the_paths_that_are_down(api, caplog):
    api.world.desks.fault["a.example"] = 503
    api.world.minute()
    tick(api)

    assert [getattr(record, "down", 0) for record in caplog.records if record.message == "tick"] == [0, 1, 1]


def test_a_zero_is_left_out_of_a_line_unless_it_is_a_metric(caplog):
    line("done", sent=0, why="", Unserved=0)

    [record] = [vars(record) for record in caplog.records if record.message == "done"]
    assert record["Unserved"] == 0
    assert not {"sent", "why"} & record.keys()


def test_over_a_bad_hour_ones_and_zeros_are_as_many_as_contacts_that_expired_and_were_handed_over(
    api, caplog
):
    luck = Random(7)  # noqa: S311 - a story, not a secret
    for number in range(20):
        post(api, luck.choice(("fire", "news", "hello")), f"m{number}")
        api.world.desks.fault["a.example"] = luck.choice(
            (200, 200, 503, NotSent("refused"), MaybeSent("no answer"))
        )
        if luck.random() < 0.6:
            deliver(api)
        api.world.clock.advance(luck.choice((5, 60, 1_200)))
        tick(api)
    api.world.desks.fault.clear()
    for _ in range(14):
        api.world.clock.advance(1_200)
        tick(api)
        deliver(api)

    counted = Counter(
        each for (name, _), every in told(caplog).items() if name == "Unserved" for each in every
    )
    states = Counter(row.work.state for row in api.ports.contacts.page(500)[0])
    assert min(counted[0], counted[1]) >= 4
    assert counted == {0: states[RowState.DELIVERED] + states[RowState.SENT], 1: states[RowState.EXPIRED]}
