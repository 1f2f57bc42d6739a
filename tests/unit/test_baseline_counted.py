"""A baseline counted from what was sent, without the hours in which the path was away."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.detection.baseline import Baseline
from chalicelib.domain.detection.calibration import baseline
from chalicelib.domain.model import Outcome
from chalicelib.domain.proof.dispatch import Dispatch
from chalicelib.memory import MemoryPorts
from infra.baseline import counted, told

START = datetime(2026, 11, 2, tzinfo=UTC)
PATH = "box-a#out#world"


def at(hours, minutes=0):
    return START + timedelta(hours=hours, minutes=minutes)


def sends(ports, hour, *outcomes):
    for number, outcome in enumerate(outcomes):
        sent = Dispatch(
            path=PATH, key=f"{hour}-{number}", attempt=1, at=at(hour, number % 60), outcome=outcome
        )
        ports.contacts.note_sent(sent)


def flip(ports, hour, before, after):
    entry = {"path": PATH, "class": "hard", "before": before, "after": after}
    ports.ledger.append("flips", entry, hour)


@pytest.fixture
def ports():
    return MemoryPorts()


def test_hours_are_counted_without_what_is_nobodys_failure(ports):
    sends(ports, 0, *[Outcome.OK] * 8, Outcome.OUTAGE, Outcome.UNKNOWN, Outcome.RECIPIENT, Outcome.THROTTLED)
    sends(ports, 1, Outcome.OK)

    assert list(counted(ports, PATH, at(0), at(3))) == [(10, 2), (1, 0), (0, 0)]


def test_hours_in_which_the_path_was_away_are_left_out(ports):
    for hour in range(4):
        sends(ports, hour, *[Outcome.OUTAGE if hour in (1, 2) else Outcome.OK] * 5)
    flip(ports, at(1, 30), "closed", "open")
    flip(ports, at(2, 10), "open", "closed")

    assert list(counted(ports, PATH, at(0), at(4))) == [(5, 0), (5, 0)]


def test_a_baseline_is_told_as_the_plan_takes_it_with_what_it_does():
    found = told(Baseline(seen=86_400, bad=2_592, spread=2.5))

    assert found["baseline"] == {"errors": 0.03, "spread": 2.5, "outcomes": 86_400}
    assert found["thresholds"]["trip"] == [13_800, 34_500]


def test_too_few_outcomes_make_no_baseline(ports):
    sends(ports, 0, *[Outcome.OK] * 50)

    found = told(baseline(counted(ports, PATH, at(0), at(1))))

    assert found["baseline"] is None
    assert found["because"] == "fewer than 1000 outcomes: the common rules stay"
