"""Workers killed, the database throttling, failing, hanging, cut: nothing lost, nothing doubled, no false 2xx.

Three hundred contacts; `BASCULE_DRILL=full` sends two thousand.
"""

import os
from contextlib import suppress

import pytest

from bench.durability.oracle import balance
from infra.local.fault_proxy import Fault
from infra.local.scene import SceneError
from tests.e2e import sides
from tests.e2e.firing import at_rest, got, sent_in, standing, under_fire
from tests.e2e.watching import in_the_end, overflowing

pytestmark = [pytest.mark.stack, pytest.mark.lasting, pytest.mark.enable_socket]

FULL = os.environ.get("BASCULE_DRILL") == "full"
CONTACTS, MOST, SENDERS = (2_000, 5, 20) if FULL else (300, 3, 8)
EVERY = 1.5
"""Seconds between two kills."""
REST = 900 if FULL else 420
"""Seconds until the last lease of a killed sender has run out and its contact has gone."""


@pytest.mark.timeout(3600 if FULL else 900)
def test_under_fire_every_contact_is_one_row_and_one_hand_over_and_the_accounts_balance(breaking):
    names = [sides.fresh("fire") for _ in range(CONTACTS)]

    with under_fire(breaking, EVERY) as fire:
        heard = sent_in(breaking, names, MOST, SENDERS)
    with suppress(SceneError):  # the accounts then name what did not come to rest
        in_the_end(breaking, lambda: at_rest(breaking, names), "all at rest", REST)
    rows = standing(breaking, names)
    accounts = balance(heard, got(breaking, names), rows)

    told = (accounts.lost, accounts.doubled, accounts.false_2xx, accounts.restless, accounts.faults)
    assert told == ([], [], [], [], ()), [row for row in rows if row.name in accounts.restless]
    assert overflowing(breaking) == 0
    assert (accounts.contacts, accounts.rows) == (CONTACTS, CONTACTS)
    assert fire.killed >= 3
    assert {Fault.THROTTLE, Fault.ERROR, Fault.ERROR_AFTER, Fault.CUT_AFTER} <= set(fire.proxy.counted)
