"""A function dies before or after any one call to a port: nothing is lost, nothing doubled, every row comes to rest."""

from functools import cache

import pytest

from chalicelib.channels.webhook import Webhook
from chalicelib.domain.outbox import RowState
from chalicelib.http_types import MaybeSent, NotSent
from tests.unit.crashing import ANSWER, Fuse, OnlyOnce, Story

OUT_OF_ORDER = {"a.example": NotSent("refused"), "b.example": 503}
SILENT = {"a.example": MaybeSent("timeout"), "shop.example": 503}
TROUBLES = [{}, OUT_OF_ORDER, SILENT]
NAMES = ["all well", "every desk down", "the desk silent"]
MOST_CALLS = 70


@cache
def played(desk, trouble):
    """The story disturbed at every call, before and after it; each played once for all tests of this file."""
    ails = TROUBLES[trouble]
    calls = Story(whole := Fuse(), desk, ails).play(3) and whole.count
    fuses = [Fuse(at, after=after) for at in range(min(calls, MOST_CALLS)) for after in (False, True)]
    stories = [Story(fuse, desk, ails).play() for fuse in fuses]
    return [(f"{'after' if s.fuse.after else 'before'} {s.fuse.at} {s.fuse.named}", s) for s in stories]


trouble = pytest.mark.parametrize("ails", range(len(TROUBLES)), ids=NAMES)


def restless(story):
    return [row for row in story.world.ports.contacts.page(99)[0] if not row.work.state.final or row.due_at]


def test_the_undisturbed_story_ends_answered_and_delivered():
    story = Story(Fuse(), Webhook).play(2)

    assert [row.work.state for row in story.rows("contact")] == [RowState.ANSWERED]
    assert [row.work.state for row in story.rows("reply")] == [RowState.DELIVERED]
    assert story.fuse.count > 20


@trouble
@pytest.mark.parametrize("desk", [Webhook, OnlyOnce])
def test_wherever_a_function_dies_one_row_stands_for_the_contact_and_every_row_comes_to_rest(desk, ails):
    wrong = [
        (name, restless(story))
        for name, story in played(desk, ails)
        if len(story.rows("contact")) != 1 or restless(story)
    ]

    assert wrong == []


@trouble
def test_wherever_a_function_dies_a_desk_that_knows_our_key_gets_the_contact_under_one_key(ails):
    wrong = []
    for name, story in played(Webhook, ails):
        took = {(host, e["data"]["reference"]) for host, e in story.world.desks.took if "shop" not in host}
        if len(took) != 1 or {key for _, key in took} != {story.rows("contact")[0].key}:
            wrong.append((name, took))

    assert wrong == []


@trouble
def test_wherever_a_function_dies_a_desk_without_keys_gets_the_contact_at_most_once_and_a_person_sees_the_rest(
    ails,
):
    wrong = []
    for name, story in played(OnlyOnce, ails):
        took = [host for host, _ in story.world.desks.took if "shop" not in host]
        state = story.rows("contact")[0].work.state
        if len(took) > 1 or state not in ((RowState.ANSWERED,) if took else (RowState.DEAD,)):
            wrong.append((name, took, state))

    assert wrong == []


@trouble
def test_wherever_a_function_dies_the_answer_reaches_the_person_at_most_once_and_is_never_forgotten(ails):
    wrong = []
    for name, story in played(Webhook, ails):
        replies = [e for e in story.world.desks.replies("shop.example") if e["data"]["text"] == ANSWER]
        states = [row.work.state for row in story.rows("reply")]
        if len(replies) > 1 or states not in ([RowState.DELIVERED], [RowState.DEAD]):
            wrong.append((name, len(replies), states))
        if not replies and states != [RowState.DEAD]:
            wrong.append((name, "lost"))

    assert wrong == []
