"""A plan a hundred times as large decides as fast, fits what we read, and comes back from object storage whole."""

from bench.plan_size import LARGE, SMALL, Size, measure, plan_text
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.domain.plan_document.text import MOST_BYTES


def test_a_decision_costs_at_most_twice_that_of_a_small_plan():
    found = measure(SMALL, Size(channels=1_000, routes=4_000), rounds=5, calls=100)

    assert found["decision_ratio"] <= 2
    assert found["channels"] == 1_000
    assert min(found.values()) >= 0


def test_the_largest_plan_promised_fits_what_is_read():
    text = plan_text(LARGE)
    plan = read_plan(text, 1)

    assert len(text.encode()) < MOST_BYTES
    assert len(dump_plan(plan).encode()) < MOST_BYTES
    assert (len(plan.channels), sum(len(one.routes) for one in plan.purposes.values())) == (5_000, 20_000)
    assert {len(route) for one in plan.purposes.values() for route in one.routes.values()} == {8}
