"""/v1/backlogs: how many wait where, and until when; and how all of them are given back to the sweep."""

from datetime import timedelta

import pytest

from chalicelib.domain.backlog.lot import LOT_SHARDS, Lot, lot_of, read_lot
from chalicelib.domain.model import ContactKind
from chalicelib.domain.orders import Order, OrderKind
from chalicelib.service.rows import ring_for, words_row
from infra.backlogs import give_back
from tests.unit.backlog_side import Desk3, plan
from tests.unit.operations_side import Operations, operator


def side(world: Desk3) -> Operations:
    found = object.__new__(Operations)
    found.world, found.ports = world, world.ports
    for role in ("viewer", "operator", "admin"):
        found.ports.secrets.tokens[role[0] + "1"] = operator(role)
    return found


def listed(world: Desk3) -> list[dict]:
    return side(world).ask("GET", "/v1/backlogs", role="viewer").json["backlogs"]


def test_without_backlogs_there_is_nothing_to_tell():
    assert listed(Desk3()) == []


def test_a_backlog_tells_how_many_wait_for_what_and_whose_promise_is_next():
    world = Desk3()
    rows = world.park(30, promises=[timedelta(minutes=10 + n) for n in range(30)])
    claims = world.park(2, "claim")

    first, second = listed(world)

    assert (first["purpose"], first["market"], first["medium"]) == ("order", "fr", "messaging")
    assert (first["waiting"], first["more"], first["overdue"], first["state"]) == (30, False, 0, "served")
    assert first["first_promise"][:16] == rows[0].deadline.isoformat()[:16]
    assert first["last_promise_counted"][:16] == rows[-1].deadline.isoformat()[:16]
    assert (second["purpose"], second["waiting"]) == ("claim", len(claims))


def test_a_crowd_is_counted_up_to_a_bound_and_said_to_be_more():
    world = Desk3()
    row = world.park(1)[0]
    world.ports.contacts.waiting = lambda _, limit, **__: [(row.key, row.lane, row.deadline)] * limit

    [one] = listed(world)

    assert (one["waiting"], one["more"]) == (1_000 * LOT_SHARDS, True)


def test_it_says_whether_anything_works():
    world = Desk3()
    world.park(3)
    world.desks.fault["a.example"] = 503
    world.pass_(180)
    world.park(3, "claim")

    states = {one["purpose"]: one["state"] for one in listed(world)}

    assert states["claim"] == "served"
    assert states.get("order", "nothing_works") == "nothing_works"


def test_rows_past_their_time_are_told_apart():
    world = Desk3()
    world.park(4, promises=[timedelta(minutes=1)] * 4)
    world.clock.advance(90)

    [one] = listed(world)

    assert (one["waiting"], one["overdue"]) == (4, 4)


def test_a_lot_of_a_later_release_is_left_out():
    world = Desk3()
    world.ports.contacts.open_lot("q/another/kind/of/lot", world.clock.now())

    assert listed(world) == []


def test_given_back_they_are_all_found_by_the_sweep_of_a_release_without_backlogs():
    world = Desk3()
    rows = world.park(120) + world.park(30, "claim")
    contacts, now = world.ports.contacts, world.clock.now()

    given = give_back(contacts, now)
    due = {key for shard in range(16) for key, *_ in contacts.due(shard, now + timedelta(seconds=4), 999)}

    assert given == 150
    assert due == {row.key for row in rows}
    assert world.waiting() == []


def test_words_that_wait_for_a_way_to_people_are_sent_when_it_is_back():
    world = Desk3()
    world.say("a quick question", id_="q", person="ann")
    world.pass_(5)
    now, contacts = world.clock.now(), world.ports.contacts
    order = Order(
        id="stop", kind=OrderKind.FORCE_DOWN, scope="channel:shop", until=now + timedelta(hours=1), owner="t",
        reason="t", since=now,
    )  # fmt: skip
    world.ports.orders.write(world.ports.orders.read().give(order, now))
    world.pass_(60)
    parent = world.row("q")
    words = [words_row(parent, ContactKind.REPLY, f"r{n}", f"answer {n}", now) for n in range(20)]
    for row in words:
        contacts.add(row)
        world.ports.queues.rung.append(ring_for(row))
    world.pass_(180)
    [one] = listed(world)
    writes = contacts.writes.total()
    world.pass_(600)
    still = contacts.writes.total() - writes
    orders = world.ports.orders.read()
    world.ports.orders.write(orders.lift("stop", world.clock.now()))
    world.pass_(120)

    assert (one["channel"], one["waiting"], one["state"]) == ("shop", 20, "nothing_works")
    assert still == 0
    assert len(world.desks.replies("shop.example")) == 20
    assert world.states(words) == {"delivered": 20}


@pytest.mark.parametrize(
    "lot",
    [
        Lot(purpose="order", market="fr", medium="sms"),
        Lot(purpose="", market="wörld/#", medium="email", told=False),
        Lot(channel="shop"),
    ],
)
def test_a_lots_name_reads_back(lot):
    assert read_lot(lot.name) == lot
    assert lot_of(f"{lot.name}#3") == lot.name
    assert lot_of("due#03") == ""


@pytest.mark.parametrize("name", ["", "q/", "q/desk/told/a/b", "q/words/", "due#03", "q/desk/else/a/b/c"])
def test_what_is_no_lots_name_is_refused(name):
    with pytest.raises(ValueError, match="not"):
        read_lot(name)


def test_as_many_lots_as_routes_however_producers_spell_their_markets():
    world = Desk3(plan())
    world.desks.fault["c.example"] = 503
    world.pass_(180)
    for n in range(12):
        world.say("quick", id_=f"m{n}", person=f"p{n}", market=f"m{n % 4}")
    world.pass_(180)

    assert {one["market"] for one in listed(world)} <= {"world"}
