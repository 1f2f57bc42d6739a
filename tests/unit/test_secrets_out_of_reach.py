"""A provider's secrets cannot be read between claim and send: surely nothing went, and there is no doubt of it."""

import pytest

from chalicelib.domain.outbox import RowState
from chalicelib.ports import Unavailable
from tests.lives.stage import PLANS, Stage


def test_the_row_is_as_it_was_and_goes_once_the_secrets_are_back_even_to_a_desk_that_knows_no_key():
    stage = Stage()
    stage.world.publish(PLANS["turned round"])
    stage.world.say("text", id_="m1")
    key = stage.rows()[0].key
    stage.trouble.down = "secrets"

    with pytest.raises(Unavailable, match="out of reach"):
        stage.wired.delivery.answer(key)
    free = stage.rows()[0].work.state
    stage.trouble.settle()
    stage.wired.delivery.answer(key)

    assert free is RowState.ACCEPTED
    assert stage.rows()[0].work.state is RowState.DELIVERED
    assert [host for host, _, _ in stage.journal.effects] == ["c.example"]
