"""What every store of traffic must do."""

from datetime import timedelta
from uuid import uuid4

import pytest
from examples import NOW, at

from chalicelib.domain.detection.traffic import BLOCK, SLOT, slot_of
from chalicelib.domain.detection.usual import HALVES, Usual
from chalicelib.domain.detection.voices import Voices
from chalicelib.ports import Stale

FIRST = slot_of(NOW) // BLOCK * BLOCK


def a_path() -> str:
    return f"{uuid4().hex}#in#fr"


def usual(path: str, version: int = 1) -> Usual:
    sums = tuple(float(place) for place in range(HALVES))
    return Usual(
        path=path, until=NOW.replace(minute=0, second=0, microsecond=0), version=version, learned=400, sums=sums,
        weights=(1.5,) * HALVES, spread=1.25, spread_weight=30.5, near=12.25, near_due=14.5,
    )  # fmt: skip


class TrafficStoreSuite:
    def test_contacts_add_up_by_slot(self, traffic):
        path = a_path()

        traffic.add(path, {FIRST: 2, FIRST + 1: 1})
        traffic.add(path, {FIRST + 1: 3})

        assert traffic.read([path])[path].counts == {FIRST: 2, FIRST + 1: 4}

    def test_counts_on_both_sides_of_a_blocks_end_are_kept(self, traffic):
        path = a_path()

        traffic.add(path, {FIRST + BLOCK - 1: 5, FIRST + BLOCK: 7})

        assert traffic.read([path])[path].counts == {FIRST + BLOCK - 1: 5, FIRST + BLOCK: 7}

    def test_a_new_block_takes_the_place_of_the_one_before_the_last(self, traffic):
        path = a_path()
        for block in range(3):
            traffic.add(path, {FIRST + block * BLOCK + block: 1, FIRST + block * BLOCK + 9: 2})

        traffic.add(path, {FIRST: 100})

        assert traffic.read([path])[path].counts == {
            FIRST + BLOCK + 1: 1, FIRST + BLOCK + 9: 2, FIRST + 2 * BLOCK + 2: 1, FIRST + 2 * BLOCK + 9: 2,
        }  # fmt: skip

    def test_a_whole_block_fits(self, traffic):
        path, block = a_path(), {FIRST + place: place + 1 for place in range(BLOCK)}

        traffic.add(path, block)
        traffic.add(path, {FIRST + 2 * BLOCK: 1})

        assert traffic.read([path])[path].counts == {FIRST + 2 * BLOCK: 1}

    def test_what_is_usual_comes_back_whole_and_is_compared_and_set(self, traffic):
        path = a_path()
        traffic.keep(usual(path))

        with pytest.raises(Stale):
            traffic.keep(usual(path))
        with pytest.raises(Stale):
            traffic.keep(usual(path, 3))
        traffic.keep(usual(path, 2))

        assert traffic.read([path])[path].usual == usual(path, 2)

    def test_what_is_usual_needs_a_first_version(self, traffic):
        with pytest.raises(Stale):
            traffic.keep(usual(a_path(), 2))

    def test_absent_paths_are_left_out(self, traffic):
        path = a_path()
        traffic.add(path, {FIRST: 1})

        assert set(traffic.read([a_path(), path, path])) == {path}
        assert traffic.read([]) == {}

    def test_voices_are_kept_by_compare_and_set(self, traffic):
        path = a_path()
        one = Voices(path=path, heard=(("ab" * 8, at(0)),), version=1)
        two = Voices(path=path, heard=(*one.heard, ("cd" * 8, at(0) + timedelta(seconds=SLOT))), version=2)

        assert traffic.voices(path) == Voices(path=path)
        traffic.hear(one)
        with pytest.raises(Stale):
            traffic.hear(one)
        traffic.hear(two)

        assert traffic.voices(path) == two

    def test_sketches_of_people_are_joined_by_window(self, traffic):
        stream = f"surge/{uuid4().hex}/fr"

        traffic.meet(stream, 10, [3, 70, 16_000])
        traffic.meet(stream, 10, [70, 5])
        traffic.meet(stream, 11, [9])

        assert traffic.sketches([stream]) == {stream: {10: {3, 5, 70, 16_000}, 11: {9}}}

    def test_a_new_window_takes_the_place_of_the_one_before_the_last(self, traffic):
        stream = f"surge/{uuid4().hex}/fr"
        for window in (10, 11, 12):
            traffic.meet(stream, window, [window])

        traffic.meet(stream, 10, [99])

        assert traffic.sketches([stream, stream, "surge/nobody/fr"]) == {stream: {11: {11}, 12: {12}}}

    def test_a_streams_counts_and_sketches_lie_side_by_side(self, traffic):
        stream = f"surge/{uuid4().hex}/fr"

        traffic.add(stream, {FIRST: 3})
        traffic.meet(stream, 10, [1])

        assert traffic.read([stream])[stream].counts == {FIRST: 3}
        assert traffic.sketches([stream]) == {stream: {10: {1}}}

    def test_traffic_is_no_path_and_no_load(self, traffic, health):
        path = a_path()
        traffic.add(path, {FIRST: 1})
        traffic.keep(usual(path))
        traffic.hear(Voices(path=path, heard=(("ab" * 8, at(0)),), version=1))
        traffic.meet(path, 10, [1])

        assert not any(path in name for name in (*health.everything(), *health.loads()))
