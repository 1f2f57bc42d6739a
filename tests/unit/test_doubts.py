"""Sends of which nobody knows whether they went: shown with why and what to do, settled by a person's word."""

import pytest

from chalicelib.domain.model import row_key
from chalicelib.domain.outbox import RowState
from chalicelib.http_types import MaybeSent
from chalicelib.service.operate.doubts import ASKED, BY_ITSELF
from tests.unit.crashing import Kinds, OnlyOnce
from tests.unit.operations_side import Operations, down


@pytest.fixture
def api():
    """A contact in doubt: its desk takes no key, cannot look it up, and never answered."""
    made = Operations()
    made.world.wired.delivery.hands.registry = Kinds(made.world, {"box-a": OnlyOnce, "box-b": OnlyOnce})
    made.world.desks.fault |= {"a.example": MaybeSent("no answer"), "b.example": MaybeSent("no answer")}
    made.world.say(id_="m1", person="+33612345678")
    made.world.run()
    return made


def key(id_="m1"):
    return row_key("shop", "", id_)


def given_up(api):
    """Nothing more can be found out by itself."""
    api.world.clock.advance(30)
    api.world.run()
    assert api.world.row().work.state is RowState.DEAD


def settle(api, *, went, role="operator"):
    return api.ask("POST", f"/v1/contacts/{key()}/settle", {"went": went}, role=role)


def doubts(api):
    return api.ask("GET", "/v1/contacts", query={"doubt": ["true"]}).json["contacts"]


def test_a_doubt_is_listed_with_why_and_what_to_do_at_first_and_when_only_a_person_can_say(api):
    first = doubts(api)
    given_up(api)
    last = doubts(api)

    assert [(one["key"], one["state"], one["doubt"]["do"]) for one in first] == [
        (key(), "unknown", BY_ITSELF)
    ]
    assert [(one["key"], one["state"], one["doubt"]["do"]) for one in last] == [(key(), "dead", ASKED)]
    assert "maybe sent" in first[0]["doubt"]["why"]
    assert "neither take a key nor look a send up" in last[0]["doubt"]["why"]


def test_what_is_not_in_doubt_is_not_listed(api):
    api.world.desks.fault.clear()
    api.world.say(id_="m2", person="bob")
    api.world.run()

    assert [one["key"] for one in doubts(api)] == [key()]
    assert api.ask("GET", f"/v1/contacts/{key('m2')}").json["doubt"] is None


def test_it_went_makes_it_delivered_and_nothing_is_sent_again(api):
    given_up(api)
    calls = len(api.world.desks.calls)

    reply = settle(api, went=True)
    api.world.run()

    assert (reply.code, reply.json["contact"]["state"], reply.json["contact"]["doubt"]) == (
        202,
        "delivered",
        None,
    )
    assert len(api.world.desks.calls) == calls
    assert doubts(api) == []


def test_it_did_not_has_it_handed_over_again(api):
    given_up(api)
    api.world.desks.fault.clear()

    reply = settle(api, went=False)
    api.world.run()

    assert (reply.code, reply.json["rung"]) == (202, True)
    assert api.world.row().work.state is RowState.DELIVERED
    assert len(api.world.desks.took) == 1


@pytest.mark.parametrize("went", [True, False])
def test_the_same_word_twice_changes_nothing(api, went):
    given_up(api)
    api.world.desks.fault.clear()

    first, second = settle(api, went=went), settle(api, went=went)
    api.world.run()

    assert (first.code, second.code, second.json["changed"]) == (202, 200, False)
    assert len(api.world.desks.took) == (0 if went else 1)


def test_another_word_after_it_was_settled_is_refused(api):
    given_up(api)
    settle(api, went=True)

    assert settle(api, went=False).problem == "unfit"


def test_a_settled_contact_survives_a_silent_bell_and_is_written_down_without_the_person(api):
    given_up(api)
    with down(api.ports.queues):
        reply = settle(api, went=False)

    (entry,) = api.ports.ledger.entries("operations", api.world.clock.now())
    assert (reply.code, reply.json["rung"]) == (202, False)
    assert {"what": "settle", "contact": key(), "went": "no"}.items() <= entry.entry.items()
    assert "336" not in str(entry.entry)


@pytest.mark.parametrize("body", [{}, {"went": "yes"}, {"went": None}, {"went": True, "more": 1}])
def test_a_word_that_is_none_is_refused(api, body):
    assert api.ask("POST", f"/v1/contacts/{key()}/settle", body).code == 400


def test_a_viewer_sees_doubts_and_settles_none(api):
    assert settle(api, went=True, role="viewer").code == 403
    assert api.ask("GET", "/v1/contacts", query={"doubt": ["true"]}, role="viewer").json["contacts"]


@pytest.mark.parametrize(
    "query", [{"doubt": ["maybe"]}, {"doubt": ["true"], "channel": ["shop"], "party": ["x"]}]
)
def test_a_question_for_doubts_that_makes_no_sense_is_refused(api, query):
    assert api.ask("GET", "/v1/contacts", query=query).code == 400
