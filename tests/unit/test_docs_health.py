"""The page on health: its example is what the machine does, its figures are those of the rules and of the record."""

import json
import re
from datetime import timedelta
from pathlib import Path

from chalicelib.domain.health import PathHealth, Rules, State, observe, suspect
from chalicelib.domain.model import EvidenceClass, Outcome, Signal
from tests.world import START

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "health.md").read_text()
RULES = Rules()
STEP = re.compile(r"^\| (failure|success) \| ([+-]\d+) \| (\d+) \|$", re.MULTILINE)
RESULT = re.compile(r"bench/results/(detection-[\d-]+\.json)")
FIGURE = re.compile(r"^\| ([\w+-]+) \| (.+) \|$", re.MULTILINE)


def test_the_example_is_what_the_machine_does():
    path, states = PathHealth(path="messenger-fr#out#fr"), []
    for second, (word, added, score) in enumerate(STEP.findall(TEXT)):
        outcome = Outcome.OK if word == "success" else Outcome.OUTAGE
        path, flip = observe(path, Signal(outcome=outcome, at=START + timedelta(seconds=second)), RULES)
        cls = path.classes[EvidenceClass.HARD]
        assert int(added) == (RULES.good if word == "success" else RULES.bad)
        assert int(score) == (flip.score if flip else cls.score)
        states.append((cls.state, suspect(cls, RULES)))

    assert states[0] == (State.CLOSED, True)
    assert [state for state, _ in states[1:]] == [State.CLOSED] * 8 + [State.OPEN]


def test_the_numbers_in_the_text_are_the_rules():
    said = [f"{RULES.bad:,}", f"{RULES.trip:,}", f"{5 * RULES.bad:,}", f"{4 * RULES.bad:,}"]

    assert [number for number in said if number not in TEXT] == []
    assert f"at least {RULES.long_trial} s" in TEXT
    assert (RULES.trial_goods, RULES.return_goods, RULES.dwell, RULES.stale_after) == (12, 2, 30, 180)


def test_the_table_is_the_record_that_it_names():
    [name] = set(RESULT.findall(TEXT))
    record = json.loads((ROOT / "bench" / "results" / name).read_text())
    rows = {(row["detector"], row["fault"], row["contacts_per_second"]): row for row in record["rows"]}
    faults = ("outage", "brown-out", "slow", "silent-50", "silent-11", "flapping")

    printed = {
        found[0]: found[1].split(" | ") for found in FIGURE.findall(TEXT) if found[0] in {k[0] for k in rows}
    }

    assert set(printed) == {detector for detector, _, _ in rows}
    for detector, cells in printed.items():
        assert cells[:6] == [str(rows[detector, fault, 2.0]["lost_percent"]) for fault in faults]
    assert all(str(each["value"]) in TEXT for each in record["targets"] if not each["met"])
