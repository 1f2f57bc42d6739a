"""The intake's edges: what was taken is kept whatever happens next, and nobody speaks for a neighbour."""

from base64 import b64encode
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from chalicelib.channels import Parsed
from chalicelib.domain.model import Receipt, ReceiptState
from chalicelib.domain.orders import Order, OrderKind
from chalicelib.domain.outbox import RowState
from chalicelib.http_types import NotSent, Request
from chalicelib.ports import Unavailable
from chalicelib.service.wire import Held, read_held
from tests.world import PLAN, World

OTHER_SECRET = "whsec_" + b64encode(b"another-producer-secret").decode()
TWO_SHOPS = PLAN.replace(
    "  box-a:",
    '  rival: {kind: webhook, account: rival, market: uk, settings: {url: "https://rival.example/in"}}\n  box-a:',
).replace("{kind: webhook, market: fr,", "{kind: webhook, account: own, market: fr,")


@pytest.fixture
def world():
    return World()


def held(world):
    return [note for note in world.ports.queues.notes if note.queue == "overflow"]


def test_a_held_request_outlives_the_secret_it_was_signed_with(world):
    world.ports.contacts.down = True
    world.say()
    world.ports.contacts.down = False
    world.ports.secrets.channels["shop"] = {"secret": (OTHER_SECRET,)}
    world.clock.advance(3600)
    world.run()
    world.clock.advance(120)
    world.run()

    assert world.row().work.state is RowState.DELIVERED


def test_a_held_request_that_can_no_longer_be_placed_stays_queued(world):
    world = World(TWO_SHOPS)
    world.ports.contacts.down = True
    world.say(account="rival")
    world.ports.contacts.down = False
    world.publish(PLAN.replace("{kind: webhook, market: fr,", "{kind: webhook, account: own, market: fr,"))
    world.wired.situations.read(world.clock.now())
    kept = read_held(held(world)[0].body)

    with pytest.raises(Unavailable):
        world.wired.acceptance.receive("shop", kept.request, kept.at, held=True)


def test_a_producer_cannot_bring_contacts_in_the_name_of_another_account():
    world = World(TWO_SHOPS)
    world.ports.secrets.channels["rival"] = {"secret": (OTHER_SECRET,)}
    answer = world.say(account="rival")

    assert answer.code == 422
    assert list(world.ports.contacts.page(9)[0]) == []


def test_accounts_that_share_a_secret_share_an_address():
    world = World(TWO_SHOPS)
    answer = world.say(account="rival")
    rows = world.ports.contacts.page(9)[0]

    assert answer.code == 202
    assert [(row.channel, row.market) for row in rows] == [("rival", "uk")]


def test_many_receipts_at_once_do_not_keep_the_vendor_waiting(world):
    acceptance, now = world.wired.acceptance, world.clock.now()
    situation = acceptance.situations.read(now)
    channel = acceptance.registry.get(situation.plan, "shop")
    receipts = tuple(Receipt(provider_id=f"p{n}", state=ReceiptState.DELIVERED) for n in range(400))
    request = Held(channel="shop", request=Request(body=b"{}"), at=now)
    handled = acceptance._keep(channel, situation, Parsed(receipts=receipts), request, again=False)

    assert handled.overflow
    assert len(world.ports.queues.notes) == 1


def test_a_replay_of_old_requests_still_sees_what_is_true_now(world):
    situations = world.wired.situations
    now = world.clock.now()
    situations.read(now)
    world.publish(PLAN)
    seen = situations.read(now - timedelta(hours=1)).plan.version

    assert seen == 2


def test_a_snapshot_that_cannot_be_read_leaves_the_last_good_one_in_use(world):
    world.say(id_="m0")
    world.ports.snapshots.publish(10**15, '{"schema": 2, "orders": "?"}')
    world.clock.advance(5)
    answer = world.say()
    world.run()

    assert answer.code == 202
    assert world.row().work.state is RowState.DELIVERED


def test_with_the_health_table_down_deliveries_go_on_by_the_snapshot(world):
    world.ports.health.down = True
    world.desks.fault["a.example"] = 503
    world.say()
    world.run()

    assert world.row().work.state is RowState.DELIVERED
    assert world.row().work.desk == "desk-b"


def test_with_the_bell_queue_down_a_failed_hand_over_is_put_by_and_offered(world):
    world.desks.fault.update({"a.example": NotSent("no"), "b.example": NotSent("no")})
    world.say()
    world.ports.queues.take_bells()
    world.ports.queues.down = True
    came = world.wired.delivery.answer(world.row().key)
    world.ports.queues.down = False

    assert came.value == "deferred"
    assert world.row().due_at is not None


def test_with_object_storage_down_the_minute_still_sweeps_and_probes(world):
    world.say()
    world.ports.queues.take_bells()
    world.ports.snapshots.objects_down = True
    world.clock.advance(61)
    with pytest.raises(Unavailable):
        world.wired.tick.minute()

    assert [ring.key for ring in world.ports.queues.rung] == [world.row().key]
    assert {note.queue for note in world.ports.queues.notes} >= {"probes"}


def test_with_the_health_table_down_the_minute_still_sweeps(world):
    world.say()
    world.ports.queues.take_bells()
    world.ports.health.down = True
    world.clock.advance(61)
    with pytest.raises(Unavailable):
        world.wired.tick.minute()

    assert [ring.key for ring in world.ports.queues.rung] == [world.row().key]


def test_a_signature_of_another_secret_is_refused(world):
    raw = b'{"type": "contact.message", "data": {"customer": {"id": "ann"}}}'
    now = world.clock.now()
    headers = {
        "webhook-id": "x",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(OTHER_SECRET).sign("x", now, raw.decode()),
    }

    handled = world.wired.acceptance.receive(
        "shop", Request(headers=headers, body=raw, url="/hooks/shop"), now
    )

    assert handled.answer.code == 401


def test_an_order_is_in_force_although_the_health_table_is_down(world):
    now = world.clock.now()
    order = Order(
        id="o", kind=OrderKind.FORCE_DOWN, scope="desk:desk-a", until=now + timedelta(hours=1),
        owner="t", reason="t", since=now,
    )  # fmt: skip
    world.ports.health.down = True
    world.ports.orders.write(world.ports.orders.read().give(order, now))
    with pytest.raises(Unavailable):
        world.wired.tick.flip()
    world.clock.advance(3)
    world.say()
    world.run()

    assert world.row().work.desk == "desk-b"
