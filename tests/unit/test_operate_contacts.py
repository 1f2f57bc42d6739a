"""Contacts as operators see them: every decision in words, no personal data for viewers, another try for stuck ones."""

import pytest

from chalicelib.domain.decision import kept
from chalicelib.domain.model import ContactKind, Medium, row_key
from chalicelib.domain.outbox import Due, RowState, moved
from chalicelib.domain.routing import Reason
from chalicelib.http_types import NotSent
from chalicelib.ports import Stale
from chalicelib.service.operate.telling import BECAUSE, WORDS, decision_of
from tests.unit.operations_side import Operations, down

NUMBER = "+33612345678"


@pytest.fixture
def api():
    return Operations()


def key(id_="m1"):
    return row_key("shop", "", id_)


def put_in(api, state, id_="m1"):
    """A contact that came to rest in a state."""
    api.world.say("où est ma commande ?", id_=id_, person=NUMBER)
    api.ports.queues.take_bells()
    api.ports.contacts.save(key(id_), moved(api.ports.contacts.get(key(id_)).work, state), Due.CLEAR)


def test_a_contact_tells_which_desk_served_it_and_what_was_rejected_and_why_for_every_attempt(api):
    api.world.desks.fault["a.example"] = NotSent("refused")
    api.world.say(id_="m1")
    api.world.run()

    told = api.ask("GET", f"/v1/contacts/{key()}").json

    assert (told["state"], told["served_by"]) == ("delivered", "desk-b")
    assert told["decision"]["desk"] == "desk-a"
    assert told["decision"]["because"] == "preferred"
    assert told["decision"]["rejected"] == [
        {"desk": "desk-b", "reason": "lower_rank", "in_words": WORDS[Reason.LOWER_RANK]}
    ]
    first, second = told["attempts"]
    assert (first["desk"], first["outcome"]) == ("desk-a", "outage")
    assert (second["desk"], second["outcome"]) == ("desk-b", "ok")
    assert second["decision"]["because"] == "next"
    assert [(one["desk"], one["reason"]) for one in second["decision"]["rejected"]] == [
        ("desk-a", "already_tried")
    ]
    assert second["decision"]["versions"]["plan"] == 1


def test_a_contact_that_no_desk_took_tells_so_and_what_was_offered(api):
    api.world.desks.fault |= {"a.example": NotSent("refused"), "b.example": NotSent("refused")}
    api.world.say(id_="m1")
    api.world.run()

    told = api.ask("GET", f"/v1/contacts/{key()}").json
    notice = api.ask("GET", f"/v1/contacts/{row_key('shop', '', f'notice:{key()}')}").json

    assert (told["state"], told["served_by"]) == ("deferred", None)
    assert told["attempts"][-1]["decision"]["because"] == "last_rank"
    assert told["due_at"]
    assert (notice["kind"], notice["parent"]) == ("notice", key())
    assert notice["attempts"][0]["decision"] == {
        "desk": None, "channel": "shop", "because": "person", "in_words": BECAUSE["person"], "rejected": [],
    }  # fmt: skip


def test_every_reason_has_words_and_is_told_by_its_name():
    assert set(WORDS) == set(Reason)


@pytest.mark.parametrize("stored", ["", "|", "a|b|c", "desk|||", "x|y:zz||1.2.3", "x|y||1.2", "é"])
def test_a_decision_that_cannot_be_read_is_none_or_partial_and_never_an_error(stored):
    told = decision_of(stored)

    assert told is None or told["rejected"] == []


def test_words_put_by_tell_the_channel_and_the_reason():
    told = decision_of(kept("shop", Reason.WINDOW_CLOSED))

    assert (told["channel"], told["rejected"][0]["reason"]) == ("shop", "window_closed")


def test_a_viewer_sees_no_address_no_name_and_no_text(api):
    api.world.say("mon numéro de carte", id_="m1", person=NUMBER)
    query = {"channel": ["shop"], "party": [NUMBER]}

    replies = [
        api.ask("GET", f"/v1/contacts/{key()}", role="viewer"),
        api.ask("GET", "/v1/contacts", role="viewer"),
        api.ask("GET", "/v1/contacts", role="viewer", query=query),
    ]

    assert all(reply.code == 200 for reply in replies)
    for reply in replies:
        assert "12345" not in reply.text
        assert "carte" not in reply.text
    assert replies[0].json["party"] == "+3…78"
    assert replies[0].json["masked"] is True


def test_an_operator_sees_the_person_and_the_text(api):
    api.world.say("mon numéro de carte", id_="m1", person=NUMBER)

    told = api.ask("GET", f"/v1/contacts/{key()}", role="operator").json

    assert (told["party"], told["text"], told["masked"]) == (NUMBER, "mon numéro de carte", False)


@pytest.mark.parametrize("name", ["0" * 32, "x", "0" * 31, "A" * 32, "tokens%23desk", "é" * 32])
def test_a_key_that_is_nobodys_is_not_found(api, name):
    reply = api.ask("GET", f"/v1/contacts/{name}")

    assert (reply.code, reply.problem) == (404, "unknown-contact")
    assert api.ask("POST", f"/v1/contacts/{name}/redrive").code == 404


def test_pages_hold_every_contact_once(api):
    for number in range(7):
        api.world.say(id_=f"m{number}", person=f"p{number}")
    found, cursor = [], None

    while cursor is not None or not found:
        query = {"limit": ["3"]} | ({"cursor": [cursor]} if cursor else {})
        reply = api.ask("GET", "/v1/contacts", query=query).json
        found += [one["key"] for one in reply["contacts"]]
        cursor = reply["next"]

    assert sorted(found) == sorted(key(f"m{number}") for number in range(7))


def test_contacts_are_found_by_state_and_channel(api):
    put_in(api, RowState.DEAD, "m1")
    put_in(api, RowState.DELIVERED, "m2")

    dead = api.ask("GET", "/v1/contacts", query={"state": ["dead"], "channel": ["shop"]}).json
    elsewhere = api.ask("GET", "/v1/contacts", query={"state": ["dead"], "channel": ["box-a"]}).json

    assert [one["key"] for one in dead["contacts"]] == [key("m1")]
    assert elsewhere["contacts"] == []


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"state": ["lost"]}, "state"), ({"account": ["x"]}, "account"), ({"party": ["x"]}, "channel"),
        ({"party": [""], "channel": ["shop"]}, "party"),
        ({"party": ["x"], "channel": ["shop"], "state": ["dead"]}, "state"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(api, query, path):
    reply = api.ask("GET", "/v1/contacts", query=query)

    assert reply.code == 400
    assert path in {fault["path"] for fault in reply.json["faults"]}


def test_one_persons_history_is_newest_first_and_comes_in_pages(api):
    for number in range(5):
        api.world.say(id_=f"m{number}", person=NUMBER)
        api.world.clock.advance(0 if number == 2 else 1)
    api.world.say(id_="other", person="bob")
    query = {"channel": ["shop"], "party": [NUMBER], "limit": ["2"]}
    found, cursor = [], ""

    for _ in range(3):
        reply = api.ask("GET", "/v1/contacts", query=query | ({"cursor": [cursor]} if cursor else {})).json
        found += [one["key"] for one in reply["contacts"]]
        cursor = reply["next"]

    assert cursor is None
    assert len(found) == len(set(found)) == 5
    assert found[0] == key("m4")
    assert found[-1] == key("m0")


def test_a_history_on_an_unknown_channel_is_not_found(api):
    assert (
        api.ask("GET", "/v1/contacts", query={"channel": ["nope"], "party": ["x"]}).problem
        == "unknown-channel"
    )


@pytest.mark.parametrize("state", [RowState.DEAD, RowState.EXPIRED, RowState.UNKNOWN])
def test_a_stuck_contact_is_handed_over_again(api, state):
    put_in(api, state)

    reply = api.ask("POST", f"/v1/contacts/{key()}/redrive", role="operator")
    api.world.run()

    assert reply.code == 202
    assert (reply.json["changed"], reply.json["rung"], reply.json["contact"]["state"]) == (
        True,
        True,
        "deferred",
    )
    assert api.ask("GET", f"/v1/contacts/{key()}").json["served_by"] == "desk-a"


def test_a_contact_whose_deadline_has_passed_gets_as_much_time_again(api):
    put_in(api, RowState.EXPIRED)
    api.world.clock.advance(5 * 3600)
    api.world.wired.tick.flip()

    reply = api.ask("POST", f"/v1/contacts/{key()}/redrive")
    api.world.run()

    told = api.ask("GET", f"/v1/contacts/{key()}").json
    assert reply.json["contact"]["deadline"] == told["deadline"] == "2026-03-02T18:00:03.000Z"
    assert told["state"] == "delivered"


def test_asking_twice_changes_nothing_the_second_time(api):
    put_in(api, RowState.DEAD)

    first = api.ask("POST", f"/v1/contacts/{key()}/redrive")
    second = api.ask("POST", f"/v1/contacts/{key()}/redrive")
    api.world.run()

    assert (first.json["changed"], second.code, second.json["changed"]) == (True, 200, False)
    assert len(api.world.desks.contacts("a.example")) == 1


@pytest.mark.parametrize(
    "state",
    [
        RowState.SENT,
        RowState.DELIVERED,
        RowState.ANSWERED,
        RowState.CLOSED,
        RowState.ABANDONED,
        RowState.INFORMED,
    ],
)
def test_a_finished_contact_is_not_handed_over_again(api, state):
    put_in(api, state)

    reply = api.ask("POST", f"/v1/contacts/{key()}/redrive")

    assert (reply.code, reply.problem) == (409, "unfit")
    assert api.ports.contacts.get(key()).work.state is state


def test_a_call_that_is_over_cannot_be_handed_over(api):
    put_in(api, RowState.UNKNOWN)
    row = api.ports.contacts._rows[key()]
    contact = type(row.contact)(account="", provider_id="m1", party=row.contact.party, medium=Medium.VOICE)
    api.ports.contacts._rows[key()] = type(row)(
        key=row.key, channel=row.channel, contact=contact, market=row.market, purpose=row.purpose, lane=row.lane,
        accepted_at=row.accepted_at, deadline=row.deadline, party=row.party, kind=ContactKind.CONTACT,
    )  # fmt: skip

    assert api.ask("POST", f"/v1/contacts/{key()}/redrive").problem == "unfit"


def test_a_redrive_survives_a_lost_race_and_a_silent_bell(api):
    put_in(api, RowState.DEAD)
    genuine, lost = api.ports.contacts.save, iter([True])

    def save(*given, **more):
        if next(lost, False):
            raise Stale("somebody wrote first")
        genuine(*given, **more)

    api.ports.contacts.save = save
    with down(api.ports.queues):
        reply = api.ask("POST", f"/v1/contacts/{key()}/redrive")

    assert (reply.code, reply.json["rung"]) == (202, False)
    assert (
        api.ports.contacts.due(0, api.world.clock.now(), 9)
        or api.ports.contacts.get(key()).due_at == api.world.clock.now()
    )


def test_a_redrive_is_written_down_without_personal_data(api):
    put_in(api, RowState.DEAD)
    api.ask("POST", f"/v1/contacts/{key()}/redrive", role="operator")

    [entry] = api.ports.ledger.entries("operations", api.world.clock.now())
    assert entry.entry == {
        "what": "redrive",
        "who": "o1",
        "role": "operator",
        "contact": key(),
        "state": "dead",
    }
