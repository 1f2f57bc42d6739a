"""Subscribers in a plan: read, written back, and refused with the place of each fault."""

import json

import pytest

from chalicelib.domain.plan_document.reader import PlanRefused, dump_plan, read_plan
from tests.world import PLAN


def plan(text):
    return read_plan(f"{PLAN}\nsubscribers:\n{text}", 1)


def test_a_subscriber_gets_every_event_unless_it_asks_for_the_loud_ones():
    found = plan(
        '  ops: {url: "https://ops.example/in/"}\n  pager: {url: "https://p.example", events: loud}'
    ).subscribers

    assert found["ops"].url == "https://ops.example/in"
    assert [(name, one.wants(loud=False), one.wants(loud=True)) for name, one in found.items()] == [
        ("ops", True, True),
        ("pager", False, True),
    ]


def test_subscribers_are_written_back_as_they_were_read_and_left_out_where_there_are_none():
    made = plan('  ops: {url: "https://ops.example/in", events: loud}')

    assert read_plan(dump_plan(made), 1) == made
    assert "subscribers" not in json.loads(dump_plan(read_plan(PLAN, 1)))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("  ops: {}", "subscribers.ops.url"),
        ('  ops: {url: "http://ops.example"}', "subscribers.ops.url"),
        ('  ops: {url: "https://user:word@ops.example"}', "subscribers.ops.url"),
        ('  ops: {url: "https://ops.example/?token=1"}', "subscribers.ops.url"),
        ('  ops: {url: "https://ops.example", events: none}', "subscribers.ops.events"),
        ('  ops: {url: "https://ops.example", secret: whsec_x}', "subscribers.ops.secret"),
        ('  "o p": {url: "https://ops.example"}', "subscribers['o p']"),
        ("\n".join(f'  s{n}: {{url: "https://ops.example"}}' for n in range(21)), "subscribers"),
    ],
)
def test_what_is_no_subscriber_is_refused_by_place(text, place):
    with pytest.raises(PlanRefused) as refused:
        plan(text)

    assert [fault.path for fault in refused.value.faults] == [place]
