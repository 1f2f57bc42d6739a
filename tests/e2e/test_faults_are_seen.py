"""Faults switched on in providers: operators see what is wrong and why, contacts go elsewhere, and they come back."""

import pytest

from tests.e2e.troubled import BROWN, LENGTH, MAIL, SLOW

pytestmark = [
    pytest.mark.stack,
    pytest.mark.patient,
    pytest.mark.enable_socket,
    pytest.mark.timeout(3_600 if LENGTH.full else 900),
]

WARDS = {"brown": BROWN, "slow": SLOW, "silent": MAIL}
CLASSES = {"brown": "hard", "slow": "hard", "silent": "silent"}
REASONS = {"brown": "http 500", "slow": "TimeoutError", "silent": "no receipt in its time"}


@pytest.mark.parametrize("fault", WARDS)
def test_a_fault_is_seen_with_its_class_and_its_reason(trouble, fault):
    ill = getattr(trouble, fault).ill

    assert (ill["state"], ill["worst"]) == ("down", CLASSES[fault])
    assert REASONS[fault] in ill["because"]
    assert REASONS[fault] in ill["evidence"][CLASSES[fault]]["detail"]


def test_a_provider_that_loses_in_silence_still_answers_well(trouble):
    hard = trouble.silent.ill["evidence"]["hard"]

    assert (hard["state"], hard["last_outcome"]) == ("closed", "ok")


@pytest.mark.parametrize("fault", WARDS)
def test_contacts_go_to_the_alternative_and_a_desk_there_has_them(trouble, fault):
    told = getattr(trouble, fault)

    assert told.moved in WARDS[fault].others
    assert told.helped in WARDS[fault].others


@pytest.mark.parametrize("fault", WARDS)
def test_when_the_provider_is_well_again_so_is_its_path_and_its_desk_is_preferred_again(trouble, fault):
    told = getattr(trouble, fault)

    assert (told.well["state"], told.well["weight"], told.well["suspect"]) == ("up", 1.0, False)
    assert {each["state"] for each in told.well["evidence"].values()} == {"closed"}
    assert (told.returned, told.served) == (WARDS[fault].desk, WARDS[fault].desk)


def test_a_provider_that_comes_and_goes_is_left_three_times_at_most(trouble):
    assert 1 <= trouble.departures <= 3


@pytest.mark.parametrize("fault", WARDS)
def test_a_subscriber_hears_of_the_departure_and_of_the_return(trouble, fault):
    heard = [event for event in trouble.events if event["path"] == WARDS[fault].path]

    opened = [event for event in heard if event["news"] == "opened"]
    left = [event for event in heard if (event["before"], event["after"]) == ("closed", "open")]
    assert [each["class"] for each in opened] == [CLASSES[fault]]
    assert [each["class"] for each in left] == [CLASSES[fault]]
    assert left == opened or left[0]["news"] == "late"  # queues keep no order: the trial may be told first
    assert "returned" in {event["news"] for event in heard}
