"""Four scripted losses, and a loss report that blames the right one of four segments for each."""

import pytest

from tests.e2e import blaming
from tests.e2e.troubled import BROWN, LENGTH, MAIL, troubled

pytestmark = [
    pytest.mark.stack,
    pytest.mark.patient,
    pytest.mark.enable_socket,
    pytest.mark.timeout(3_600 if LENGTH.full else 900),
]

BECAUSE = {
    "desk": "desk_refused",
    "platform": "other_receipts_came",
    "carrier": "reported_failed",
    "our_webhook": "others_alike",
}


@pytest.fixture(scope="module")
def reports(scene, trouble):
    """The loss report of each of the four: two of what was played before, two of what is played now."""
    found = {
        "desk": blaming.report(scene, BROWN.path, trouble.began, trouble.ended),
        "platform": blaming.report(scene, MAIL.path, trouble.began, trouble.ended),
    }
    with troubled(scene):
        found["carrier"] = blaming.lost_behind_the_platform(scene)
        found["our_webhook"] = blaming.lost_at_our_door(scene, (MAIL.word, "colis"), MAIL.path)
    return found


@pytest.mark.parametrize("segment", BECAUSE)
def test_a_loss_report_blames_the_segment_that_lost(reports, segment):
    found = reports[segment]["blame"]

    assert (found["segment"], found["because"]) == (segment, BECAUSE[segment])


@pytest.mark.parametrize("segment", ["platform", "carrier", "our_webhook"])
def test_it_names_what_was_lost_with_its_time(reports, segment):
    lost = reports[segment]["lost"]

    assert len(lost) >= 4
    assert all(one["key"] and one["sent_at"] for one in lost)
