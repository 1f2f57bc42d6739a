"""Anchors as the minutes write them: when, of what, and what a crash, a race, an outage or a forger leaves behind."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.audit.anchor import Unreadable, beginning, digest_of, read_anchor
from chalicelib.domain.audit.faults import Kind
from chalicelib.memory import MemoryPorts
from chalicelib.memory.anchors import MemoryAnchors
from chalicelib.ports import Stale, Unavailable
from tests.unit.audit_side import START, anchoring, faults, kept_by, rechained
from tests.world import World

MINUTE = timedelta(minutes=1)
FLIPS = "flips#2026-03-02T09"


@pytest.fixture
def ports():
    return MemoryPorts()


def note(ports, at, stream="flips", **words):
    ports.ledger.append(stream, {"n": "1", **words}, START + timedelta(minutes=at))


def run(ports, at, **more):
    return anchoring(ports, **more).run(START + timedelta(minutes=at))


def last(ports):
    return read_anchor(ports.anchors.texts[-1])


def test_the_first_anchor_says_that_there_was_nothing(ports):
    written = run(ports, 0)

    assert (written.number, written.heads, last(ports).before) == (1, 0, beginning("test"))


def test_an_anchor_holds_number_and_digest_of_each_chains_last_entry(ports):
    note(ports, 0)
    note(ports, 1)
    note(ports, 1, "operations")

    written = run(ports, 2)

    heads = {name: (head.seq, head.digest) for name, head in last(ports).heads.items()}
    entries = ports.ledger.entries("flips", START)
    assert heads[FLIPS] == (2, entries[1].digest)
    assert (written.heads, written.moved) == (2, 2)


def test_each_anchor_holds_the_digest_of_the_one_before(ports):
    for minute in range(3):
        note(ports, minute)
        run(ports, minute)

    texts = [read_anchor(text) for text in ports.anchors.texts]
    assert [one.number for one in texts] == [1, 2, 3]
    assert [one.before for one in texts[1:]] == [digest_of(text) for text in ports.anchors.texts[:2]]


def test_a_clock_that_is_behind_the_last_anchors_makes_no_fault_of_an_honest_ledger(ports):
    note(ports, 0)
    run(ports, 1)
    note(ports, 0)

    run(ports, 0)

    assert last(ports).at == START + MINUTE
    assert faults(kept_by(ports)) == []


def test_nothing_is_written_while_nothing_moves_but_once_an_hour(ports):
    note(ports, 0)

    written = [run(ports, minute) is not None for minute in range(125)]

    assert [minute for minute, one in enumerate(written) if one] == [0, 60, 120]


def test_an_hour_that_is_over_stays_anchored_as_it_ended(ports):
    note(ports, 58)
    run(ports, 58)
    note(ports, 59)
    note(ports, 61)
    run(ports, 62)

    assert {name: head.seq for name, head in last(ports).heads.items()} == {
        FLIPS: 2,
        "flips#2026-03-02T10": 1,
    }


def test_what_was_written_while_nobody_ticked_is_anchored_afterwards(ports):
    run(ports, 0)
    note(ports, 30)
    note(ports, 300, "operations")

    run(ports, 1_440)

    assert set(last(ports).heads) == {FLIPS, "operations#2026-03-02T14"}
    assert faults(kept_by(ports)) == []


def test_an_entry_that_comes_days_late_is_anchored_where_it_belongs(ports):
    note(ports, 0)
    run(ports, 1)
    run(ports, 2_000)
    late = START + timedelta(minutes=2_001)
    ports.ledger.append_once("flips", {"id": "late"}, START + MINUTE, written=late)

    assert [fault.kind for fault in faults(kept_by(ports))] == [Kind.UNANCHORED]
    assert faults(kept_by(ports), touched=set(ports.ledger.touched(late))) == []
    run(ports, 2_002)

    assert last(ports).heads[FLIPS].seq == 2
    assert faults(kept_by(ports)) == []


def test_of_two_ticks_at_once_one_writes_and_the_next_minute_takes_the_rest(ports):
    class Overtaken(MemoryAnchors):
        def add(self, number: int, text: str) -> None:
            ports.anchors.add(number, text)
            note(ports, 1)
            raise Stale("somebody else was there first")

    note(ports, 0)
    mine = replace(anchoring(ports), anchors=Overtaken())

    assert mine.run(START) is None
    assert run(ports, 1).number == 2
    assert last(ports).heads[FLIPS].seq == 2
    assert faults(kept_by(ports)) == []


@pytest.mark.parametrize("port", ["ledger", "anchors"])
def test_while_a_store_is_down_nothing_is_written_and_afterwards_all_of_it(ports, port):
    note(ports, 0)
    getattr(ports, port).down = True

    with pytest.raises(Unavailable):
        run(ports, 1)
    getattr(ports, port).down = False
    run(ports, 2)

    assert len(ports.anchors.texts) == 1
    assert faults(kept_by(ports)) == []


def test_with_more_chains_than_one_run_looks_at_each_has_its_turn(ports):
    for number in range(10):
        note(ports, 0, f"losses/{number}")

    left = [run(ports, minute, most=4) for minute in range(1, 4)]

    assert [one.left for one in left] == [6, 6, 6]
    assert len(last(ports).heads) == 10


def test_a_chain_that_was_changed_behind_our_back_is_told_and_keeps_its_head(ports):
    for minute in range(3):
        note(ports, minute)
    run(ports, 3)
    chain = ports.ledger._chains[FLIPS]
    chain[0] = replace(chain[0], entry={"n": "another"})
    chain[:] = rechained(FLIPS, chain)
    note(ports, 4)

    written = run(ports, 5)

    assert written.broken == (FLIPS,)
    assert last(ports).heads[FLIPS].seq == 3
    found = {fault.kind for fault in faults(kept_by(ports))}
    assert found == {Kind.ANCHOR_TOLD, Kind.REWRITTEN}


@pytest.mark.parametrize("cut", [1, 3])
def test_a_chain_that_was_cut_behind_our_back_is_told(ports, cut):
    for minute in range(3):
        note(ports, minute)
    run(ports, 3)
    del ports.ledger._chains[FLIPS][-cut:]

    assert run(ports, 4).broken == (FLIPS,)
    assert run(ports, 5) is None
    expected = Kind.DROPPED if cut == 3 else Kind.TRUNCATED
    assert expected in {fault.kind for fault in faults(kept_by(ports))}


def test_somebody_elses_text_in_the_bucket_is_named_and_the_next_anchor_goes_on_after_it(ports):
    note(ports, 0)
    run(ports, 0)
    ports.anchors.add(2, "no anchor at all")
    note(ports, 1)

    assert run(ports, 1).number == 3
    assert [(fault.kind, fault.number) for fault in faults(kept_by(ports))] == [(Kind.ANCHOR_UNREADABLE, 2)]


def test_an_anchor_of_another_stage_or_key_is_not_ours(ports):
    note(ports, 0)
    replace(anchoring(ports), stage="other").run(START)

    assert Kind.ANCHOR_CHANGED in {fault.kind for fault in faults(kept_by(ports))}


def test_an_anchor_signed_anew_by_who_has_the_key_does_not_fit_the_next_one(ports):
    for minute in range(3):
        note(ports, minute)
        run(ports, minute)
    second = replace(read_anchor(ports.anchors.texts[1]), left=("flips#2026-03-02T08",))
    ports.anchors.texts[1] = replace(second, signature=ports.anchors.sign(second.signed())).text()

    assert [(fault.kind, fault.number) for fault in faults(kept_by(ports))] == [(Kind.ANCHOR_CHANGED, 3)]


def test_without_an_anchor_for_two_hours_the_ledger_is_not_covered(ports):
    run(ports, 0)

    assert faults(kept_by(ports), now=START + timedelta(hours=2)) == []
    assert [one.kind for one in faults(kept_by(ports), now=START + timedelta(hours=2, seconds=1))] == [
        Kind.SILENT
    ]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "1e9", "[" * 100_000, '{"form":1}'])
def test_what_is_no_anchor_is_unreadable(text):
    with pytest.raises(Unreadable):
        read_anchor(text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["append", "late", "tick", "tick", "down", "overtaken"]),
            st.sampled_from(["flips", "operations", "loads/a"]),
            st.sampled_from([1, 1, 7, 59, 61, 400, -1]),
        ),
        max_size=40,
    )
)
def test_whatever_happens_an_honest_ledger_is_whole(steps):
    ports, minute = MemoryPorts(), 0
    for number, (what, stream, wait) in enumerate(steps):
        minute += wait
        if what == "append":
            note(ports, minute, stream)
        elif what == "late":
            at = START + timedelta(minutes=max(0, minute - 500))
            ports.ledger.append_once(
                stream, {"id": str(number)}, at, written=START + timedelta(minutes=minute)
            )
        elif what != "down":
            run(ports, minute, most=1 if what == "overtaken" else 100)
    run(ports, minute + 1)
    run(ports, minute + 2)

    assert faults(kept_by(ports)) == []


def test_an_operators_act_is_in_an_anchor_a_minute_later():
    world = World()
    world.minute()
    world.ports.ledger.append("operations", {"what": "override", "who": "ann"}, world.clock.now())

    world.minute()

    chain = f"operations#{world.clock.now():%Y-%m-%dT%H}"
    assert read_anchor(world.ports.anchors.texts[-1]).heads[chain].seq == 1


def test_while_the_key_is_out_of_reach_the_tick_does_its_other_work():
    world = World()
    world.ports.anchors.down = True
    world.minute()
    published = world.ports.snapshots.read()[0]
    world.minute()

    assert world.ports.snapshots.read()[0] > published
    assert world.ports.anchors.texts == []
