"""A person is erased: what goes, what stays, who may, and that nothing brings them back."""

import json
from datetime import timedelta

import pytest

from chalicelib.domain.model import ContactKind, party_key, row_key
from chalicelib.domain.outbox import Due, RowState, moved
from chalicelib.domain.outbox import claimed as claim
from chalicelib.domain.proof.chain import broken_at
from chalicelib.http_types import NotSent
from tests.unit.operations_side import PLAN, Operations, down, operator
from tests.world import START, World

ANN = "+33612345678"
WORDS = (ANN, "commande", "Je m'appelle", "x-agent-words")


@pytest.fixture
def api():
    return Operations()


def key(id_="m1"):
    return row_key("shop", "", id_)


def party(person=ANN):
    return party_key("shop", "", person)


def ask(api, role="admin", **body):
    return api.ask("POST", "/v1/people/erase", body, role=role)


def say(api, id_="m1", person=ANN):
    return api.world.say("Je m'appelle Ann, ma commande ?", id_=id_, person=person)


def held(api):
    """All that the contacts' store has, as text."""
    rows = [api.ports.contacts.get(one.key) for one in api.ports.contacts.page(500)[0]]
    return repr((rows, list(api.ports.contacts._sent.values())))


def test_a_persons_rows_are_emptied_and_another_persons_stay(api):
    say(api, "m1")
    say(api, "m2")
    say(api, "m3", person="bob")
    api.world.run()

    told = ask(api, address=ANN, channel="shop").json

    assert (told["rows"], told["erased"], told["waiting"], told["more"]) == ({"contact": 2}, 2, 0, False)
    assert api.ports.contacts.get(key("m1")).contact.text == ""
    assert api.ports.contacts.get(key("m1")).erased_at == api.world.clock.now()
    assert api.ports.contacts.get(key("m3")).contact.text.startswith("Je m'appelle")
    assert ANN not in held(api)


def test_replies_and_notices_to_the_person_are_emptied_too(api):
    api.world.desks.fault |= {"a.example": NotSent("refused"), "b.example": NotSent("refused")}
    say(api)
    api.world.run()

    told = ask(api, address=ANN).json

    assert told["rows"] == {"contact": 1, "notice": 1}
    assert not [word for word in WORDS if word in held(api)]


def test_the_answer_names_the_desks_that_have_a_copy_of_their_own(api):
    api.world.desks.fault["a.example"] = 503
    say(api)
    api.world.run()

    assert ask(api, address=ANN).json["handed_to"] == ["desk-a", "desk-b"]


def test_a_dry_run_says_what_would_go_and_changes_nothing(api):
    say(api)
    api.world.run()
    before = held(api)

    told = ask(api, address=ANN, dry_run=True).json

    assert (told["dry_run"], told["rows"], told["erased"], told["persons"]) == (True, {"contact": 1}, 0, [])
    assert held(api) == before
    assert api.ports.people.tombstones == {}
    assert not [e for e in ledger(api) if e["what"] == "erase person"]


def test_a_vendors_retry_is_a_duplicate_and_brings_nobody_back(api):
    say(api)
    api.world.run()
    ask(api, address=ANN)
    took = len(api.world.desks.took)

    answer = say(api)
    api.world.run()
    api.world.minute()

    assert answer.code == 200
    assert not [word for word in WORDS if word in held(api)]
    assert len([e for e in api.world.desks.took[took:] if e[1].get("type") == "contact.message"]) == 0


def test_who_comes_again_after_the_erasure_is_served_as_anybody(api):
    say(api)
    api.world.run()
    ask(api, address=ANN)
    api.world.clock.advance(60)

    say(api, "m9")
    api.world.clock.advance(30)
    api.world.run()

    assert api.ports.contacts.get(key("m9")).work.state is RowState.DELIVERED
    assert api.ports.contacts.get(key("m9")).contact.party.address == ANN


def test_a_row_that_waits_is_closed_and_never_sent(api):
    api.world.desks.fault |= {"a.example": NotSent("refused"), "b.example": NotSent("refused")}
    say(api)
    api.world.run()
    ask(api, address=ANN)
    api.world.desks.fault.clear()

    for _ in range(8):
        api.world.minute()

    assert api.ports.contacts.get(key()).work.state is RowState.CLOSED
    assert api.world.desks.contacts("a.example") == api.world.desks.contacts("b.example") == []


def test_a_row_that_is_being_sent_waits_and_the_second_asking_finds_it(api):
    say(api)
    api.ports.queues.take_bells()
    api.ports.contacts.save(key(), claimed(api))

    first = ask(api, address=ANN).json
    api.world.clock.advance(31)
    second = ask(api, address=ANN).json

    assert (first["erased"], first["waiting"]) == (0, 1)
    assert (second["erased"], second["waiting"]) == (1, 0)
    assert api.ports.contacts.get(key()).work.state is RowState.CLOSED


def test_what_was_held_in_the_overflow_meanwhile_is_emptied_at_its_first_bell_and_not_sent(api):
    with down(api.ports.contacts):
        say(api)
    api.world.clock.advance(60)
    ask(api, address=ANN)

    for _ in range(3):
        api.world.clock.advance(60)
        api.world.run()

    assert api.ports.contacts.get(key()).erased_at is not None
    assert api.world.desks.contacts("a.example") == []
    assert not [word for word in WORDS if word in held(api)]


def test_a_desks_late_reply_to_an_erased_contact_is_not_kept(api):
    say(api)
    api.world.run()
    ask(api, address=ANN)
    reply = {
        "type": "contact.reply",
        "data": {"reference": key(), "text": "x-agent-words", "id": "r1"},
    }

    api.world.wired.acceptance.receive("box-a", api.world.signed(reply, "d1"), api.world.clock.now())
    api.world.run()

    assert [row.kind for row in api.ports.contacts.page(50)[0]] == [ContactKind.CONTACT]
    assert "x-agent-words" not in held(api)


def test_while_the_people_table_does_not_answer_late_contacts_still_go_their_way(api):
    say(api)
    api.world.clock.advance(60)

    with down(api.ports.people):
        api.world.run()

    assert api.ports.contacts.get(key()).work.state is RowState.DELIVERED


def test_an_erased_contact_is_shown_as_such_and_cannot_be_sent_again(api):
    say(api)
    api.ports.queues.take_bells()
    api.ports.contacts.save(key(), moved(api.ports.contacts.get(key()).work, RowState.DEAD), Due.CLEAR)
    ask(api, address=ANN)

    told = api.ask("GET", f"/v1/contacts/{key()}").json
    again = api.ask("POST", f"/v1/contacts/{key()}/redrive")

    assert told["erased_at"] == "2026-03-02T09:00:03.000Z"
    assert (told["party"], told["text"], told["state"]) == ("", "", "dead")
    assert (again.code, again.problem) == (409, "unfit")


def test_the_ledger_names_a_keyed_digest_holds_no_word_of_the_person_and_still_verifies(api):
    say(api)
    api.world.run()

    told = ask(api, address=ANN, channel="shop").json

    [entry] = [e for e in ledger(api) if e["what"] == "erase person"]
    assert (entry["persons"], entry["who"], entry["rows"]) == (told["persons"][0], "a1", "1")
    assert told["persons"][0] != party()
    for name, chain in api.ports.ledger._chains.items():
        assert broken_at(name, chain) is None
    api.world.minute()
    assert api.ask("POST", "/v1/audit/verify", {"hour": "2026-03-02T09"}).json["whole"] is True
    text = json.dumps([dict(e.entry) for chain in api.ports.ledger._chains.values() for e in chain])
    assert not [word for word in (*WORDS, party()) if word in text]


def test_an_address_without_a_channel_means_every_channel_of_the_plan(api):
    told = ask(api, address=ANN).json

    assert len(told["persons"]) == 3
    assert len(set(told["persons"])) == 3


def test_a_person_is_named_by_their_key_where_the_channel_left_the_plan(api):
    say(api)
    api.world.run()

    assert ask(api, party=party()).json["erased"] == 1


def test_more_rows_than_one_request_takes_are_said_and_the_next_takes_the_rest(api):
    for number in range(205):
        say(api, f"m{number}")
        api.world.clock.advance(0.01)

    first, second = ask(api, address=ANN).json, ask(api, address=ANN).json

    assert (first["erased"], first["more"]) == (200, True)
    assert (second["erased"], second["more"]) == (5, False)


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_an_admin_may(api, role):
    assert ask(api, role, address=ANN).code == 403


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "address"),
        ({"address": ANN, "party": "0" * 32}, "address"),
        ({"party": ANN}, "party"),
        ({"party": "0" * 32, "channel": "shop"}, "channel"),
        ({"address": ANN, "account": "x"}, "account"),
        ({"address": ANN, "dry_run": "no"}, "dry_run"),
        ({"adress": ANN}, "adress"),
    ],
)
def test_a_request_that_does_not_say_whom_is_refused(api, body, path):
    refused = ask(api, **body)

    assert refused.code == 400
    assert path in [fault["path"] for fault in refused.json["faults"]]


def test_an_unknown_channel_is_not_there(api):
    assert ask(api, address=ANN, channel="fax").code == 404


def test_a_store_that_does_not_answer_leaves_nothing_half_promised(api):
    say(api)
    api.world.run()

    with down(api.ports.people):
        refused = ask(api, address=ANN)

    assert refused.code == 503
    assert api.ports.contacts.get(key()).erased_at is None


def test_words_end_after_the_plans_days_without_any_expiry_and_the_account_stays():
    world = World(PLAN + "retention_days: 30\n")
    world.say("ma commande", person=ANN)
    world.run()
    world.clock.advance(timedelta(days=29, hours=23).total_seconds())
    world.minute()
    before = world.row()

    world.clock.advance(3_600)
    world.minute()
    after = world.row()

    assert before.contact.text == "ma commande"
    assert (after.contact.text, after.contact.party.address) == ("", "")
    assert (after.work.state, after.accepted_at) == (before.work.state, before.accepted_at)
    assert len(after.work.attempts) == 1


def test_words_are_kept_ninety_days_unless_the_plan_says_less():
    world = World()
    world.say("ma commande", person=ANN)
    world.run()

    world.clock.advance(timedelta(days=89).total_seconds())
    world.minute()
    kept = world.row().contact.text
    world.clock.advance(timedelta(days=1).total_seconds())
    world.minute()

    assert (kept, world.row().contact.text) == ("ma commande", "")


def test_the_sweep_is_bounded_and_sees_every_row_in_turn():
    world = World()
    for number in range(250):
        world.say(id_=f"m{number}", person=ANN)
    world.run()
    world.clock.advance(timedelta(days=91).total_seconds())

    left = []
    for _ in range(3):
        world.minute()
        rows = [world.row(f"m{number}") for number in range(250)]
        left.append(sum(row.erased_at is None for row in rows))

    assert left == [150, 50, 0]


def test_the_sweep_finds_what_an_erasure_did_not_see(api):
    say(api)
    api.world.run()
    api.ports.people.erase(party(), api.world.clock.now())

    api.world.minute()

    assert api.ports.contacts.get(key()).erased_at is not None


def test_an_expired_token_erases_nobody(api):
    api.ports.secrets.tokens["a1"] = operator("admin", days=-1)
    say(api)

    assert ask(api, address=ANN).code in (401, 403)
    assert api.ports.people.tombstones == {}


def claimed(api):
    return claim(api.ports.contacts.get(key()).work, "desk-a", "d", api.world.clock.now())


def ledger(api):
    found = [api.ports.ledger.entries("operations", START + timedelta(hours=hour)) for hour in range(3)]
    return [dict(one.entry) for entries in found for one in entries]
