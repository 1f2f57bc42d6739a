"""What every health store must do: exactly what the domain's fold and flip do."""

from random import Random
from uuid import uuid4

import pytest
from examples import NOW, at

from chalicelib.domain.health import ClassHealth, Rules, State, apply, batch_of, demanded, flipped
from chalicelib.domain.load import Load
from chalicelib.domain.model import EvidenceClass, Outcome, Signal
from chalicelib.ports import Stale

RULES = Rules()
HARD = EvidenceClass.HARD
SPEAKING = (Outcome.OK, Outcome.OK, Outcome.OUTAGE, Outcome.UNKNOWN, Outcome.THROTTLED, Outcome.AUTH)


def signals(*outcomes: Outcome, when: float = 0, **more) -> list[Signal]:
    return [
        Signal(outcome=outcome, at=at(when + n), latency=40, **more) for n, outcome in enumerate(outcomes)
    ]


def failures(count: int, gen: int = 0):
    return batch_of(signals(*[Outcome.OUTAGE] * count, detail="503"), gen, RULES)


class HealthStoreSuite:
    def test_the_first_outcome_of_a_path_makes_its_class(self, health):
        path = uuid4().hex

        after = health.fold(path, HARD, failures(1), NOW)

        assert after == apply(ClassHealth(), failures(1), NOW)
        assert health.read([path])[path].classes == {HARD: after}

    def test_any_run_of_folds_and_flips_equals_the_domain(self, health):
        random = Random(20261121)  # noqa: S311 - a repeatable run, no secret
        for _ in range(15):
            path = uuid4().hex
            self._walk(health, path, random)

    def test_two_classes_of_a_path_do_not_disturb_each_other(self, health):
        path = uuid4().hex
        hard = health.fold(path, HARD, failures(2), NOW)
        silent = health.fold(path, EvidenceClass.SILENT, failures(1), NOW)

        assert health.read([path])[path].classes == {HARD: hard, EvidenceClass.SILENT: silent}

    def test_outcomes_of_an_old_generation_are_stale(self, health):
        path = uuid4().hex
        self._trip(health, path)

        with pytest.raises(Stale):
            health.fold(path, HARD, failures(1), NOW)
        with pytest.raises(Stale):
            health.fold(uuid4().hex, HARD, failures(1, gen=3), NOW)

    def test_a_peak_within_a_batch_is_not_lost(self, health):
        path = uuid4().hex
        batch = batch_of(signals(*[Outcome.OUTAGE] * 5, *[Outcome.OK] * 30), 0, RULES)

        after = health.fold(path, HARD, batch, NOW)

        assert (after.score < RULES.trip) is (after.peak >= RULES.trip)
        assert health.read([path])[path].classes[HARD].peak == after.peak

    def test_only_one_of_two_flips_wins(self, health):
        path = uuid4().hex
        cls = health.fold(path, HARD, failures(5), NOW)
        flip = demanded(path, HARD, cls, NOW, RULES)

        assert [health.flip(path, cls, flip) for _ in range(3)] == [True, False, False]
        assert health.read([path])[path].classes[HARD] == flipped(cls, flip)

    def test_a_refused_account_blocks_the_path_until_its_hard_class_closes(self, health):
        path = uuid4().hex
        cls = health.fold(path, HARD, batch_of(signals(Outcome.AUTH), 0, RULES), NOW)
        assert health.read([path])[path].blocked is Outcome.AUTH

        for state in (State.OPEN, State.TRIAL, State.CLOSED):
            cls = self._force(health, path, cls, state)

        assert health.read([path])[path].blocked is None

    def test_the_latest_pace_of_a_throttled_path_holds(self, health):
        path = uuid4().hex
        long = batch_of(signals(Outcome.THROTTLED, retry_after=120), 0, RULES)
        short = batch_of(signals(Outcome.THROTTLED, retry_after=10), 0, RULES)
        for batch in (short, long, short):
            health.fold(path, HARD, batch, NOW)

        assert health.read([path])[path].throttled_until == at(120)

    def test_absent_paths_are_left_out(self, health):
        assert health.read([uuid4().hex]) == {}
        assert health.read([]) == {}

    def test_many_paths_are_read_at_once(self, health):
        paths = [uuid4().hex for _ in range(105)]
        for path in paths:
            health.fold(path, HARD, failures(1), NOW)

        assert set(health.read([*paths, paths[0]])) == set(paths)

    def test_everything_is_all_paths_and_no_load(self, health):
        path, desk = uuid4().hex, uuid4().hex
        cls = health.fold(path, HARD, failures(1), NOW)
        health.put_load(desk, Load(at=NOW, free=3))

        found = health.everything()

        assert found[path].classes == {HARD: cls}
        assert not any(desk in name for name in found)

    def test_a_later_reading_of_a_load_holds(self, health):
        desk = uuid4().hex
        health.put_load(desk, Load(at=at(10), in_use=0, free=4, waiting=2))
        health.put_load(desk, Load(at=at(5), free=9))
        health.put_load(desk, Load(at=at(10), free=9))

        assert health.loads()[desk] == Load(at=at(10), in_use=0, free=4, waiting=2)

        health.put_load(desk, Load(at=at(11)))

        assert health.loads()[desk] == Load(at=at(11))

    def _walk(self, health, path, random):
        known = ClassHealth()
        for step in range(12):
            outcomes = random.choices(SPEAKING, weights=(6, 6, 4, 2, 1, 0.3), k=random.randint(1, 6))
            batch = batch_of(
                signals(*outcomes, when=step * 40, retry_after=random.choice((0, 20))), known.gen, RULES
            )
            expected = apply(known, batch, at(step * 40))

            known = health.fold(path, HARD, batch, at(step * 40))

            assert known == expected
            flip = demanded(path, HARD, known, at(step * 40 + 39), RULES)
            if flip:
                assert health.flip(path, known, flip)
                known = flipped(known, flip)
            assert health.read([path])[path].classes[HARD] == known

    def _trip(self, health, path):
        cls = health.fold(path, HARD, failures(5), NOW)
        assert health.flip(path, cls, demanded(path, HARD, cls, NOW, RULES))

    def _force(self, health, path, cls, state):
        later = {State.OPEN: NOW, State.TRIAL: at(3_600), State.CLOSED: at(3_700)}[state]
        if state is State.CLOSED:
            goods = batch_of(signals(*[Outcome.OK] * RULES.trial_goods, when=3_650), cls.gen, RULES)
            cls = health.fold(path, HARD, goods, later)
        flip = demanded(path, HARD, cls, later, RULES)
        assert flip.after is state
        assert health.flip(path, cls, flip)
        return flipped(cls, flip)
