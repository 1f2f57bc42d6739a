"""What became of a send, by every state its row can be in; and how long a loss went without an alert."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import RowState, Work, claimed, deferred, moved, recorded
from chalicelib.domain.proof.dispatch import Dispatch, Fate, fate
from chalicelib.domain.proof.loss import counts, judged, longest_unannounced, lost_at, share
from chalicelib.domain.proof.spells import Spell

AT = datetime(2026, 3, 2, 9, 0, 0, 123_456, tzinfo=UTC)
DUE = AT + timedelta(minutes=2)
LATER = AT + timedelta(minutes=10)
SENT = Dispatch(
    path="mail#out#world", key="k", attempt=1, at=AT.replace(microsecond=123_000), outcome=Outcome.OK, desk="d",
    provider_id="p", due_at=DUE, promised=True,
)  # fmt: skip
CLAIMED = claimed(Work(), "d", "d|||1.0.0", AT)
TAKEN = recorded(CLAIMED, RowState.SENT, Outcome.OK, provider_id="p")


def later(work, outcome, state=RowState.ACCEPTED):
    return recorded(work, state, outcome, detail="receipt")


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (TAKEN, Fate.MISSING),
        (CLAIMED, Fate.MISSING),
        (moved(TAKEN, RowState.DELIVERED), Fate.ARRIVED),
        (moved(TAKEN, RowState.ANSWERED), Fate.ARRIVED),
        (moved(TAKEN, RowState.CLOSED), Fate.ARRIVED),
        (later(TAKEN, Outcome.OUTAGE), Fate.FAILED),
        (later(TAKEN, Outcome.UNKNOWN), Fate.FAILED),
        (later(TAKEN, Outcome.UNKNOWN, RowState.UNKNOWN), Fate.UNKNOWN),
        (later(TAKEN, Outcome.RECIPIENT, RowState.DEAD), Fate.UNFIT),
        (later(TAKEN, Outcome.REQUEST), Fate.UNFIT),
        (None, Fate.UNKNOWN),
    ],
)
def test_a_send_that_was_taken(work, expected):
    assert fate(SENT, work, LATER) is expected


def test_an_earlier_send_is_not_cleared_by_a_later_ones_receipt():
    again = claimed(later(TAKEN, Outcome.OUTAGE), "e", "e|||1.0.0", LATER)
    arrived = moved(recorded(again, RowState.SENT, Outcome.OK, provider_id="q"), RowState.DELIVERED)
    second = replace(SENT, attempt=2, at=LATER.replace(microsecond=123_000), provider_id="q")

    assert fate(SENT, arrived, LATER) is Fate.FAILED
    assert fate(second, arrived, LATER) is Fate.ARRIVED


def test_an_attempt_that_was_put_by_since_does_not_count_as_the_last_send():
    parked, _ = deferred(TAKEN, "x", LATER)

    assert fate(SENT, parked, LATER) is Fate.MISSING


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.OUTAGE, Fate.REFUSED),
        (Outcome.THROTTLED, Fate.REFUSED),
        (Outcome.AUTH, Fate.REFUSED),
        (Outcome.ACCOUNT, Fate.REFUSED),
        (Outcome.RECIPIENT, Fate.UNFIT),
        (Outcome.REQUEST, Fate.UNFIT),
        (Outcome.UNKNOWN, Fate.UNKNOWN),
    ],
)
def test_a_send_that_was_not_taken(outcome, expected):
    work = recorded(CLAIMED, RowState.ACCEPTED, outcome)

    assert fate(replace(SENT, outcome=outcome, due_at=None, promised=False), work, LATER) is expected


def test_a_doubt_that_a_look_up_settled_has_arrived():
    sent = replace(SENT, outcome=Outcome.UNKNOWN, due_at=None, promised=False)
    work = moved(recorded(CLAIMED, RowState.UNKNOWN, Outcome.UNKNOWN), RowState.DELIVERED)

    assert fate(sent, work, LATER) is Fate.ARRIVED


def test_before_its_time_nothing_is_missing_and_without_a_promise_nothing_ever_is():
    assert fate(SENT, TAKEN, DUE - timedelta(seconds=1)) is Fate.WAITING
    assert fate(SENT, TAKEN, DUE) is Fate.MISSING
    assert fate(replace(SENT, promised=False), TAKEN, LATER) is Fate.UNCONFIRMED
    unreceipted = replace(SENT, due_at=None, promised=False)
    assert fate(unreceipted, moved(TAKEN, RowState.DELIVERED), LATER) is Fate.UNCONFIRMED
    assert fate(unreceipted, moved(TAKEN, RowState.ANSWERED), LATER) is Fate.ARRIVED


def test_only_sends_of_which_a_receipt_was_owed_make_the_share():
    works = {"a": TAKEN, "b": moved(TAKEN, RowState.DELIVERED), "c": moved(TAKEN, RowState.DELIVERED)}
    sends = [
        replace(SENT, key="a"),
        replace(SENT, key="b"),
        replace(SENT, key="c", due_at=None, promised=False),
    ]

    found = judged(sends, works, LATER)

    assert (share(found).lost, share(found).seen, share(found).share) == (1, 2, 0.5)
    assert {one.value: number for one, number in counts(found).items() if number} == {
        "missing": 1, "arrived": 1, "unconfirmed": 1,
    }  # fmt: skip
    assert lost_at(found) == [SENT.at]
    assert share([]).share is None


def minutes(*values):
    return [AT + timedelta(minutes=value) for value in values]


def spell(start, end=None):
    opened, closed = (None if value is None else AT + timedelta(minutes=value) for value in (start, end))
    return Spell(path="p", evidence="silent", opened_at=opened, closed_at=closed)


@pytest.mark.parametrize(
    ("lost", "spells", "expected"),
    [
        ([], [], None),
        ([0, 5, 9], [], (0, None, 9)),
        ([0, 5, 9], [spell(7)], (0, 7, 7)),
        ([0, 5, 9], [spell(12, 40)], (0, 12, 12)),
        ([0, 5, 9], [spell(300)], (0, None, 9)),
        ([0, 5, 9], [spell(-20, -10)], (0, None, 9)),
        ([0, 5, 9], [spell(-20, 3)], (0, 0, 0)),
        ([0, 5, 9], [spell(None)], (0, 0, 0)),
        ([0, 5, 100, 120], [spell(4, 60)], (100, None, 20)),
        ([0, 40, 80], [], (0, None, 0)),
    ],
    ids=[
        "none",
        "never",
        "within",
        "after",
        "too-late",
        "over-before",
        "already",
        "always",
        "second",
        "singles",
    ],
)
def test_the_longest_loss_without_an_alert(lost, spells, expected):
    found = longest_unannounced(minutes(*lost), spells)

    if expected is None:
        assert found is None
        return
    began, announced, lasted = expected
    assert found.began == minutes(began)[0]
    assert found.announced == (None if announced is None else minutes(announced)[0])
    assert found.lasted == timedelta(minutes=lasted)
