"""Proof never costs a contact, and is written once: sends, losses, pages, loads, calls turned away."""

from datetime import timedelta

from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import RowState
from chalicelib.memory import MemoryContacts, MemoryPorts
from chalicelib.ports import Unavailable
from chalicelib.service.turned import Turned, door_of
from tests.unit.evidence_side import PATH, Mails
from tests.unit.operations_side import down
from tests.world import START, World


class Unnoted(MemoryContacts):
    """A store that takes rows and no notes."""

    def note_sent(self, sent) -> None:
        raise Unavailable(f"no room for {sent.key}")


def test_a_note_that_cannot_be_kept_costs_the_contact_nothing():
    world = World(ports=MemoryPorts(contacts=Unnoted()))

    world.say()
    world.run()

    assert world.row().work.state is RowState.DELIVERED
    assert len(world.desks.contacts("a.example")) == 1


def test_each_send_is_noted_with_what_came_of_it():
    world = World()
    world.desks.fault["a.example"] = 503

    world.say()
    world.run()

    since, until = START - timedelta(hours=1), START + timedelta(hours=1)
    [refused] = world.ports.contacts.sent("box-a#out#world", since, until, 10)
    [taken] = world.ports.contacts.sent("box-b#out#world", since, until, 10)
    assert (refused.outcome, refused.desk, refused.attempt) == (Outcome.OUTAGE, "desk-a", 1)
    assert (taken.outcome, taken.desk, taken.attempt, taken.key) == (Outcome.OK, "desk-b", 2, world.row().key)


def test_a_missing_receipt_is_written_down_once_and_one_that_came_never():
    api = Mails()
    api.send(1, receipt=False)
    api.send(2)
    api.wait()
    api.world.wired.delivery.answer(api.world.row("m1").key)

    [entry] = api.ports.ledger.entries(f"losses/{PATH}", START)
    assert entry.entry["key"] == api.world.row("m1").key


def test_a_ledger_that_is_down_costs_no_judgement():
    api = Mails()
    api.send(1, receipt=False)
    with down(api.ports.ledger):
        api.wait()

    report = api.report()

    assert report["counts"]["missing"] == 1
    assert [one["ledgered"] for one in report["lost"]] == [False]
    assert api.verify(report)["whole"]


def test_calls_turned_away_are_one_note_a_minute_for_each_channel():
    contacts, turned = MemoryContacts(), Turned()
    for second in range(0, 120, 10):
        turned.away(contacts, "mail", START + timedelta(seconds=second))
    Turned().away(contacts, "mail", START)
    turned.away(contacts, "post", START)

    until = START + timedelta(hours=1)
    assert [one.at for one in contacts.sent(door_of("mail"), START, until, 10)] == [
        START,
        START + timedelta(minutes=1),
    ]
    assert len(contacts.sent(door_of("post"), START, until, 10)) == 1


def test_a_page_is_written_down_when_its_word_changes_only():
    api = Mails()
    for state in (503, 200, 200):
        api.world.desks.fault["status.example"] = state
        for _ in range(3):
            api.world.clock.advance(120)
            api.world.wired.watcher.run('{"page": "aws"}')

    told = [entry.entry["component:SES"] for entry in api.ports.ledger.entries("pages", START)]

    assert told == ["unknown"]
