"""A desk is never given more than its rate, whoever sends: the surplus goes to the next desk, or waits its turn."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.fakes.vendors import post
from tests.e2e import sides
from tests.e2e.pacing import arrivals, overrun, slower
from tests.e2e.watching import in_the_end, publish

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

RATE, CONTACTS, SENDERS = 3, 20, 20


def test_twenty_at_once_never_exceed_a_desks_rate_and_all_are_served(planning):
    publish(planning, slower(planning.read("/v1/plan")["text"], RATE))
    texts = [sides.fresh("rate") for _ in range(CONTACTS)]
    requests = [sides.form(planning, text, sides.person("form"), text) for text in texts]

    with ThreadPoolExecutor(SENDERS) as pool:
        codes = list(pool.map(insisting, requests))

    in_the_end(planning, lambda: len(arrivals(planning, texts)) == CONTACTS, "all served", 90)
    by_desk = Counter(desk for desk, _ in arrivals(planning, texts))
    assert set(codes) <= {200, 202}  # 200: one that was told to come back although it had been kept
    assert set(by_desk) == {"desk-a", "desk-b"}
    assert overrun(arrivals(planning, texts), RATE) == {}


def insisting(request):
    """The final code for a vendor who, told to ask again later, does so for a minute."""
    until = time.monotonic() + 60
    while (code := post(request, patience=60).code) == 503 and time.monotonic() < until:
        time.sleep(1)
    return code
