"""Canaries on the whole stack: ways in whose contacts are lost in silence go down by them alone, and come back."""

import pytest

from tests.e2e.canarying import LOSSES, SECOND, VOICE, WAYS, story

pytestmark = [pytest.mark.stack, pytest.mark.lasting, pytest.mark.enable_socket, pytest.mark.timeout(600)]

NAMES = [way.channel for way in WAYS]


@pytest.fixture(scope="module")
def seen(scene):
    """Silence on every way in, and its end."""
    return story(scene)


@pytest.mark.parametrize("channel", NAMES)
def test_what_is_lost_in_silence_closes_its_way_in_although_the_provider_said_yes_to_all(seen, channel):
    ill = seen.ill[channel]

    assert len(seen.lost[channel]) >= LOSSES
    assert set(seen.lost[channel]) == {"lost"}
    assert (ill["state"], ill["worst"]) == ("down", "silent")
    assert "a canary did not arrive" in ill["evidence"]["silent"]["detail"]
    assert ill["evidence"].get("hard", {"state": "closed"})["state"] == "closed"


@pytest.mark.parametrize("channel", NAMES)
def test_customers_are_led_elsewhere_meanwhile(seen, channel):
    assert channel in seen.closed


@pytest.mark.parametrize("channel", NAMES)
def test_canaries_that_arrive_open_it_again(seen, channel):
    silent = seen.well[channel]["evidence"]["silent"]

    assert (silent["state"], silent["last_outcome"]) == ("closed", "ok")
    assert len(seen.came[channel]) >= 3
    assert {entry.came_to for entry in seen.came[channel]} == {"answered"}


def test_a_test_call_rings_nobody_and_is_ended_at_once(seen):
    calls = seen.came[VOICE.channel]

    assert {entry.answer.rpartition("?>")[2].strip() for entry in calls} == {"<Response/>"}
    assert any("CallStatus=completed" in entry.text for entry in calls)


def test_a_test_letter_comes_as_mail_does(seen):
    assert all("Action=Publish" in entry.text for entry in seen.came["mail-fr"])
    assert all(SECOND.replace("@", "%40") in entry.text for entry in seen.came["mail-fr"])


def test_a_canary_at_our_own_door_is_judged_without_a_provider(seen):
    assert seen.shop == "closed"


def test_no_canary_is_shown_handed_over_or_counted(seen):
    assert seen.after == seen.before
    assert seen.counted == ()
