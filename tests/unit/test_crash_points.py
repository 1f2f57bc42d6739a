"""A function dies before or after any one call to a port: nothing is lost, nothing doubled, every row comes to rest."""

from functools import cache

import pytest

from chalicelib.channels.webhook import Webhook
from chalicelib.domain.outbox import RowState
from chalicelib.http_types import MaybeSent, NotSent
from tests.unit.crashing import (
    ANSWER,
    CanaryStory,
    Fuse,
    HeldStory,
    OnlyOnce,
    Story,
    TwoWordsStory,
    disturbances,
)

OUT_OF_ORDER = {"a.example": NotSent("refused"), "b.example": 503}
SILENT = {"a.example": MaybeSent("timeout"), "shop.example": 503}
TROUBLES = [{}, OUT_OF_ORDER, SILENT]
NAMES = ["all well", "every desk down", "the desk silent"]


@cache
def played(desk, trouble, story=Story):
    """The story disturbed at every place that calls a port, before and after; played once for all tests here.

    The places are those that an undisturbed run came by: each way through our code, for each kind of row.
    """
    ails, first = TROUBLES[trouble], (desk, trouble, story) == (Webhook, 0, Story)
    story(whole := Fuse(), desk, ails).play(3)
    stories = [story(fuse, desk, ails).play() for fuse in disturbances(whole, publishing=first)]
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


STEPS = {
    "accept": "MemoryContacts.add", "ring": "MemoryQueues.bell", "hold or pass on": "MemoryQueues.put",
    "claim and record": "MemoryContacts.save", "send": "http", "sweep": "MemoryContacts.due",
    "a provider's id": "MemoryContacts.alias", "a receipt's row": "MemoryContacts.find",
    "the send kept": "MemoryContacts.note_sent", "health": "MemoryHealth.fold",
    "publish": "MemorySnapshots.publish", "what was told": "MemoryStories.write",
}  # fmt: skip


def test_the_places_found_are_those_of_every_step_and_no_list_that_somebody_keeps():
    Story(whole := Fuse(), Webhook).play(3)

    called = {site[1] for site in whole.sites}
    assert set(STEPS.values()) <= called
    assert len(whole.sites) > 60
    assert {"contact", "reply"} <= {site[0] for site in whole.sites}


def test_wherever_a_function_dies_a_request_that_was_held_becomes_one_row_and_is_handed_over_once():
    wrong = []
    for name, story in played(Webhook, 0, HeldStory):
        took = [e["data"]["reference"] for host, e in story.world.desks.took if "shop" not in host]
        contacts, notes = story.rows("contact"), story.world.ports.queues.notes
        held = [note for note in notes if note.queue == "overflow"]
        if len(contacts) != 1 or set(took) != {contacts[0].key} or restless(story) or held:
            wrong.append((name, len(contacts), took, restless(story), held))

    assert wrong == []


def test_wherever_a_function_dies_a_canary_is_nobodys_contact_and_the_persons_own_is_served_once():
    wrong = []
    for name, story in played(Webhook, 0, CanaryStory):
        took = {
            e["data"]["reference"] for host, e in story.world.desks.took if host in ("a.example", "b.example")
        }
        contacts = story.rows("contact")
        if len(contacts) != 1 or took != {contacts[0].key} or restless(story):
            wrong.append((name, len(contacts), took, restless(story)))

    assert wrong == []


def test_wherever_a_function_dies_a_persons_words_are_handed_over_in_their_order():
    wrong = []
    for name, story in played(Webhook, 0, TwoWordsStory):
        took = [e["data"]["text"] for host, e in story.world.desks.took if "shop" not in host]
        if list(dict.fromkeys(took)) != ["m1", "m2"]:
            wrong.append((name, took))

    assert wrong == []


def test_the_canarys_story_sends_one_and_the_held_story_replays_one():
    CanaryStory(canary := Fuse(), Webhook).play(3)
    HeldStory(held := Fuse(), Webhook).play(3)

    assert any("canaries:" in step for site in canary.sites for step in site)
    assert any("replay:" in step for site in held.sites for step in site)
