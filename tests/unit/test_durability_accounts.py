"""The oracle's accounts: what is lost, doubled or falsely acknowledged, what is excused and why, what must balance."""

import ast
from pathlib import Path

import pytest

from bench.durability import oracle
from bench.durability.oracle import Got, Heard, Stands, balance

A, B = "a.example", "b.example"


def told(**codes):
    return Heard(codes=codes, deliveries=sum(map(len, codes.values())))


def stands(name="one", state="delivered", **more):
    return Stands(name=name, channel="shop", state=state, **more)


def got(came="effect", provider=A, name="one", key="k"):
    return Got(provider=provider, key=key, came=came, name=name)


def accounts(rows, journal, **codes):
    return balance(told(**(codes or {"one": [202]})), journal, rows)


def test_one_row_one_effect_and_a_2xx_balance():
    found = accounts([stands()], [got(), got("repeated")], one=[None, 503, 202, 200])

    assert found.good
    assert (found.contacts, found.rows, found.effects, found.deliveries) == (1, 1, 1, 4)


def test_a_2xx_without_a_row_is_false_and_the_contact_is_lost():
    found = accounts([], [], one=[503, 200])

    assert (found.lost, found.false_2xx, found.good) == (["one"], ["one"], False)


def test_a_contact_without_a_row_and_without_a_2xx_is_lost_and_no_answer_was_false():
    found = accounts([], [], one=[None, 503])

    assert (found.lost, found.false_2xx, found.good) == (["one"], [], False)


def test_a_row_that_says_it_went_and_that_nobody_ever_had_is_lost():
    found = accounts([stands(state="answered")], [])

    assert (found.lost, found.good) == (["one"], False)


@pytest.mark.parametrize("state", ["expired", "abandoned", "dead"])
def test_a_row_that_was_given_up_though_nobody_doubted_it_is_lost(state):
    assert accounts([stands(state=state, last="outage")], []).lost == ["one"]


@pytest.mark.parametrize("journal", [[got(), got()], [got(), got(provider=B)]])
def test_two_effects_at_one_desk_or_at_two_are_a_double(journal):
    found = accounts([stands()], journal)

    assert (found.doubled, found.good) == (["one"], False)


def test_two_rows_of_one_contact_are_a_double():
    found = accounts([stands(), stands()], [got()])

    assert found.doubled == ["one"]
    assert "rows are not contacts" in found.faults


def test_two_effects_of_one_key_of_words_to_a_person_are_a_double():
    words = [got(provider="people.example", name="", key="reply")] * 2

    found = accounts([stands()], [got(), *words])

    assert (found.doubled, found.good) == (["reply"], False)


def test_what_a_desk_took_and_called_failed_may_be_had_twice_and_not_three_times():
    belied = [got("belied"), got(provider=B)]

    excused, beyond = accounts([stands()], belied), accounts([stands()], [*belied, got(provider="c")])

    assert (excused.belied, excused.doubled, excused.good) == (["one"], [], True)
    assert (beyond.doubled, beyond.good) == (["one"], False)


def test_what_a_desk_said_it_delivered_and_swallowed_is_the_desks_own_loss():
    found = accounts([stands()], [got("swallowed")])

    assert (found.swallowed, found.lost, found.good) == (["one"], [], True)


@pytest.mark.parametrize("journal", [[], [got()]])
def test_an_ambiguous_contact_is_listed_whether_it_arrived_or_not(journal):
    found = accounts([stands(state="dead", last="unknown")], journal)

    assert (found.ambiguous, found.ambiguous_arrived, found.lost) == (["one"], len(journal), [])
    assert found.good


@pytest.mark.parametrize(
    "row", [stands(state="accepted"), stands(state="unknown"), stands(state="sent", due=True)]
)
def test_a_row_that_has_not_come_to_rest_does_not_balance(row):
    found = accounts([row], [got()])

    assert (found.restless, found.good) == (["one"], False)


def test_a_row_that_nobody_sent_and_a_sender_that_never_heard_a_2xx_do_not_balance():
    found = accounts([stands(), stands("other")], [got(), got(name="other")], one=[503])

    assert "rows that nobody sent" in found.faults
    assert "contacts whose sender never got a 2xx" in found.faults


def test_the_oracle_shares_no_code_with_the_service():
    tree = ast.parse(Path(oracle.__file__).read_text())

    used = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))
    assert used == {"collections", "collections.abc", "dataclasses"}
