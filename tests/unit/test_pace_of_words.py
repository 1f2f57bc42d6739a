"""A channel's pace: what its provider takes from us is kept to, and what is over it waits in the order of promises."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from chalicelib.channels.webhook import Webhook
from chalicelib.domain.model import ContactKind
from chalicelib.domain.plan_document.faults import PlanRefused
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.service.backlog import Backlogs
from chalicelib.service.rows import ring_for, words_row
from tests.unit.backlog_side import Desk3, plan

PACED = plan().replace("shop:\n    {kind: webhook,", "shop:\n    {kind: webhook, pace: 3,")
HOUR = timedelta(hours=1)


class Windowed(Webhook):
    """A provider whose people may be written to for a day after they wrote."""

    window = 24 * HOUR


class Kinds:
    """A registry where every channel is such a one."""

    def get(self, *_):
        return Windowed


def replies(world: Desk3, count: int) -> list:
    world.say("a quick question", id_="q", person="ann")
    world.pass_(5)
    now, parent = world.clock.now(), world.row("q")
    rows = []
    for n in range(count):
        row = words_row(parent, ContactKind.REPLY, f"r{n}", f"answer {n}", now)
        row = replace(row, deadline=now + HOUR + timedelta(minutes=(n * 7) % count))
        world.ports.contacts.add(row)
        world.ports.queues.rung.append(ring_for(row))
        rows.append(row)
    return rows


def test_replies_never_go_faster_than_the_channels_pace_and_all_go():
    world = Desk3(PACED)
    seconds = []
    world.desks.on_call = lambda call: seconds.append(
        (int(world.clock.now().timestamp()), call.url.split("/")[2], b"contact.reply" in (call.body or b""))
    )
    rows = replies(world, 90)

    world.pass_(120)

    per_second = Counter(at for at, host, reply in seconds if host == "shop.example" and reply)
    assert max(per_second.values()) == 3
    assert world.states(rows) == {"delivered": 90}
    assert world.waiting() == []


def test_replies_over_the_pace_wait_in_the_backlog_of_their_channel_and_go_by_promise():
    world = Desk3(PACED.replace("pace: 3", "pace: 0.5"))
    rows = replies(world, 60)
    world.pass_(70)
    waiting = set(world.waiting())
    world.desks.took.clear()

    world.pass_(150)

    by_promise = {row.key: rank for rank, row in enumerate(sorted(rows, key=lambda row: row.deadline))}
    ranks = [by_promise[event["data"]["reference"]] for event in world.desks.replies("shop.example")]
    assert len(waiting) > 20
    assert len(ranks) > 30
    assert all(one <= other + 5 for one, other in pairwise(ranks[12:]))


@pytest.mark.parametrize("pace", ["0", "-1", "fast", "1000000", "true"])
def test_a_pace_that_is_none_is_refused_with_its_place(pace):
    with pytest.raises(PlanRefused, match=r"channels\.shop\.pace"):
        read_plan(PACED.replace("pace: 3", f"pace: {pace}"), 1)


def test_a_pace_is_kept_in_the_plan_as_it_is_compiled():
    assert read_plan(dump_plan(read_plan(PACED, 1)), 1).channels["shop"].pace == 3
    assert "pace" not in dump_plan(read_plan(plan(), 1))


@pytest.mark.parametrize(("age", "ends"), [(22, "window"), (10, "deadline"), (30, "deadline")])
def test_words_are_served_by_the_end_of_the_window_if_that_comes_first(age, ends):
    world = Desk3(PACED)
    row = replies(world, 1)[0]
    now = world.clock.now()
    row = replace(row, contact=replace(row.contact, sent_at=now - age * HOUR), deadline=now + 4 * HOUR)
    keeper = Backlogs(contacts=world.ports.contacts, queues=world.ports.queues, registry=Kinds())

    serve_by = keeper.serve_by(row, world.wired.situations.read(now).plan, now)

    assert serve_by == (now - age * HOUR + 24 * HOUR if ends == "window" else row.deadline)
