"""How long a mail's delivery event may take: the kind's own time, or what the channel's settings say."""

from datetime import timedelta

import pytest

from chalicelib.channels import MissingSetting
from tests.contract import ses_side


def test_two_minutes_where_nothing_is_said():
    assert ses_side.made()[0].receipts.wait == timedelta(minutes=2)


def test_the_settings_own_seconds_and_the_same_usual_share():
    usual, said = ses_side.made()[0].receipts, ses_side.made(receipt_wait="20")[0].receipts

    assert said.wait == timedelta(seconds=20)
    assert said.missing == usual.missing


@pytest.mark.parametrize("said", ["0", "901", "-1", "1.5", "soon", "²"])
def test_what_no_queue_can_wait_is_refused_by_name(said):
    with pytest.raises(MissingSetting) as refused:
        ses_side.made(receipt_wait=said)

    assert "receipt_wait" in str(refused.value)
