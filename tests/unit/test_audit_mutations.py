"""A thousand random mutations of a ledger and its anchors: every one is found, and an honest ledger is whole."""

import os
import random
from collections import Counter

import pytest

from chalicelib.domain.audit.faults import WORDS, Kind
from tests.unit.audit_side import MUTATIONS, faults, honest

ELSEWHERE = {Kind.ANCHOR_TOLD, Kind.SILENT, Kind.ANCHOR_BACKWARDS, Kind.ANCHOR_COVERED}
"""What no mutation of what is kept gives: test_anchoring.py and test_audit_command.py have them."""
HOW_MANY = int(os.environ.get("MUTATIONS", "1000"))


@pytest.fixture(scope="module")
def ledger():
    return honest()


def test_an_honest_ledger_is_whole(ledger):
    assert len(ledger.anchors) > 20
    assert sum(map(len, ledger.chains.values())) > 60

    assert faults(ledger) == []


def test_every_mutation_is_found(ledger):
    drawn, found, missed = random.Random(20_261_122), Counter(), []  # noqa: S311 - a drawing that can be repeated
    done = 0
    while done < HOW_MANY:
        mutate, kept = MUTATIONS[done % len(MUTATIONS)], ledger.copy()
        mutate(kept, drawn)
        if kept == ledger:
            continue  # two entries of the same words changed places
        wrong = faults(kept)
        missed += [] if wrong else [mutate.__name__]
        found.update({(mutate.__name__, wrong[0].kind) for _ in wrong[:1]})
        done += 1

    assert missed == []
    assert sum(found.values()) == HOW_MANY
    assert {kind for _, kind in found} >= {*Kind} - ELSEWHERE


def test_every_kind_of_fault_has_words():
    assert WORDS.keys() == set(Kind)


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_a_mutation_is_found_wherever_it_is(ledger, mutate):
    for seed in range(5):
        kept = ledger.copy()
        mutate(kept, random.Random(seed))  # noqa: S311 - a drawing that can be repeated

        assert kept == ledger or faults(kept)
