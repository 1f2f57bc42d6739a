"""Desks die and come back: the next one gets the contact, nobody is forgotten, and every attempt is told."""

from datetime import UTC, datetime

import pytest

from infra.local.fakes.vendors import post
from tests.e2e import sides
from tests.e2e.watching import handed_over, in_the_end, only_row, rejected, rows_of, served

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]


def by_form(scene, person):
    assert post(sides.form(scene, sides.fresh("shop"), person, "Bonjour")).code == 202


def test_when_the_first_desk_is_down_the_next_one_gets_the_contact_and_the_attempts_tell(breaking):
    person = sides.person("form")
    breaking.fakes.set("desk-a", "down")

    by_form(breaking, person)

    row = served(breaking, "shop", person)
    first, second = row["attempts"]
    assert row["served_by"] == "lille"
    assert (first["desk"], first["outcome"], second["desk"], second["outcome"]) == (
        "paris",
        "outage",
        "lille",
        "ok",
    )
    assert first["decision"]["because"] == "preferred"
    assert rejected(second["decision"]) == {"paris": "already_tried", "nantes": "lower_rank"}
    assert [entry.key for entry in handed_over(breaking, row["key"])] == [row["key"]]


def test_a_desk_that_keeps_failing_is_believed_down_and_no_longer_tried(breaking):
    breaking.fakes.set("desk-a", "down")
    people = [sides.person("form") for _ in range(6)]
    for person in people:
        by_form(breaking, person)
    in_the_end(
        breaking, lambda: state_of(breaking, "box-a") == "down", "the path of the dead desk is down", 30
    )
    last = sides.person("form")

    by_form(breaking, last)

    row = served(breaking, "shop", last)
    assert [(each["desk"], each["outcome"]) for each in row["attempts"]] == [("lille", "ok")]
    assert rejected(row["attempts"][0]["decision"])["paris"] == "down"
    assert [served(breaking, "shop", person)["served_by"] for person in people] == ["lille"] * 6


def test_when_all_desks_are_down_the_person_is_told_and_the_contact_is_delivered_later_by_itself(breaking):
    person, page = sides.person("messenger"), sides.messenger(breaking)
    for desk in ("desk-a", "desk-b", "chatwoot"):
        breaking.fakes.set(desk, "down")

    answered = post(page.text(person, "Allô ?", sides.fresh("m"), datetime.now(UTC)))

    in_the_end(breaking, lambda: state(breaking, person) == "deferred", "put by", 40)
    in_the_end(breaking, lambda: bool(words_to(breaking, person)), "the offer reaches the person", 30)
    deferred = only_row(breaking, "messenger-fr", person)
    assert answered.code == 200
    assert deferred["served_by"] is None
    assert {each["desk"] for each in deferred["attempts"]} == {"paris", "lille", "nantes", None}
    assert deferred["attempts"][-1]["decision"]["because"] == "last_rank"
    assert len(words_to(breaking, person)) == 1
    assert [row["parent"] for row in rows_of(breaking, "messenger-fr", person, "notice")] == [deferred["key"]]

    breaking.fakes.heal()

    row = served(breaking, "messenger-fr", person, 90)
    assert len(handed_over(breaking, row["key"])) == 1


def test_a_desk_that_says_slow_down_is_left_alone_and_not_held_to_be_broken(breaking):
    breaking.fakes.set("desk-a", "throttle", delay_s=30)
    first, second = sides.person("form"), sides.person("form")

    by_form(breaking, first)
    served(breaking, "shop", first)
    by_form(breaking, second)

    row = served(breaking, "shop", second)
    assert [each["desk"] for each in row["attempts"]] == ["lille"]
    assert rejected(row["attempts"][0]["decision"])["paris"] == "throttled"
    assert state_of(breaking, "box-a") != "down"


def state(scene, person):
    return only_row(scene, "messenger-fr", person)["state"]


def state_of(scene, channel):
    """What is believed of a desk's path."""
    paths = scene.read(f"/v1/health/{channel}")["paths"]
    (found,) = [path["state"] for path in paths if "#out#" in path["path"]]
    return found


def words_to(scene, person):
    """What Messenger really brought to a person."""
    return [entry.text for entry in scene.fakes.taken("messenger") if entry.party == person]
