"""A desk is never given more than its rate, whoever sends: the surplus goes to the next desk, or waits its turn."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.fakes.vendors import post
from tests.e2e import sides
from tests.e2e.watching import in_the_end, settled

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

RATE, CONTACTS, SENDERS = 3, 20, 20


def slower(text):
    """The plan with two desks of this rate, and no third."""
    text = text.replace(
        "{channel: box-a, capacity: {rate: 50}", f"{{channel: box-a, capacity: {{rate: {RATE}}}"
    )
    text = text.replace(
        "{channel: box-b, capacity: {rate: 50}", f"{{channel: box-b, capacity: {{rate: {RATE}}}"
    )
    return text.replace("[paris, lille, nantes]", "[paris, lille]")


def test_twenty_at_once_never_exceed_a_desks_rate_and_all_are_served(planning):
    found = planning.read("/v1/plan")
    named = {"If-Match": f'"{found["version"]}"', "X-Reason": "a slow evening"}
    published = planning.ops("PUT", "/v1/plan", slower(found["text"]), named)
    settled(planning)
    texts = [sides.fresh("rate") for _ in range(CONTACTS)]
    requests = [sides.form(planning, text, sides.person("form"), text) for text in texts]

    with ThreadPoolExecutor(SENDERS) as pool:
        codes = list(pool.map(insisting, requests))

    in_the_end(planning, lambda: len(arrivals(planning, texts)) == CONTACTS, "all served", 90)
    by_desk = Counter(desk for desk, _ in arrivals(planning, texts))
    assert published.code == 200
    assert set(codes) <= {200, 202}  # 200: one that was told to come back although it had been kept
    assert set(by_desk) == {"desk-a", "desk-b"}
    for desk in by_desk:
        assert beyond([at for each, at in arrivals(planning, texts) if each == desk]) == []


def insisting(request):
    """The final code for a vendor who, told to ask again later, does so for a minute."""
    until = time.monotonic() + 60
    while (code := post(request, patience=60).code) == 503 and time.monotonic() < until:
        time.sleep(1)
    return code


def arrivals(scene, texts):
    """Desk and time of every one of these contacts that a desk took."""
    return [
        (desk, entry.at)
        for desk in ("desk-a", "desk-b", "chatwoot")
        for entry in scene.fakes.taken(desk)
        if entry.text in texts
    ]


def beyond(times):
    """Runs of clock seconds with more arrivals than the rate allows.

    A token holds for the clock second in which it was taken; its contact may arrive in the next one. So in any
    run of n seconds no more than n + 1 seconds' tokens can arrive.
    """
    seconds = Counter(int(at) for at in times)
    spans = [(first, last) for first in seconds for last in seconds if first <= last]
    return [
        (first, last)
        for first, last in spans
        if sum(seconds[s] for s in range(first, last + 1)) > RATE * (last - first + 2)
    ]
