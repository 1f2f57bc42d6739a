"""What every store of vantages must do."""

from uuid import uuid4

from examples import NOW, at

from chalicelib.domain.detection.trust import Trust
from chalicelib.domain.detection.vantages import Sight


def sight(vantage: str, channel: str, seconds: float = 0, **changes) -> Sight:
    values = {"score": 6_802, "failing": True, "since": at(-40), "detail": "no answer: é"}
    return Sight(vantage=vantage, channel=channel, at=at(seconds), **(values | changes))


class VantageStoreSuite:
    def test_a_sight_comes_back_whole(self, vantages):
        bad = sight("eu-west-3", uuid4().hex)
        calm = sight("us-east-1", bad.channel, score=0, failing=False, since=None, detail="")

        vantages.keep(bad)
        vantages.keep(calm)

        assert vantages.seen([bad.key, calm.key, bad.key]) == {bad.key: bad, calm.key: calm}

    def test_the_later_sight_holds(self, vantages):
        channel = uuid4().hex
        for second in (10, 5, 10):
            vantages.keep(sight("eu-west-3", channel, second, detail=f"at {second}"))

        assert vantages.seen([("eu-west-3", channel)])[("eu-west-3", channel)].at == at(10)

    def test_absent_sights_are_left_out(self, vantages):
        assert vantages.seen([("eu-west-3", uuid4().hex)]) == {}
        assert vantages.seen([]) == {}

    def test_a_sight_is_no_path_no_load_and_no_prober(self, vantages, health):
        one = sight(uuid4().hex, uuid4().hex)
        vantages.keep(one)
        vantages.turn(Trust(vantage=one.vantage, suspect=True, since=NOW, version=1))

        assert not any(one.vantage in name for name in (*health.everything(), *health.loads()))

    def test_only_one_of_two_turns_wins_and_versions_follow_one_another(self, vantages):
        name = uuid4().hex
        first = Trust(vantage=name, suspect=True, since=NOW, because="failing together: a, b", version=1)
        again = Trust(vantage=name, since=at(60), because="no more", version=2)

        assert [vantages.turn(first), vantages.turn(first)] == [True, False]
        assert vantages.probers([name, uuid4().hex]) == {name: first}
        assert [vantages.turn(again), vantages.turn(again), vantages.turn(first)] == [True, False, False]
        assert vantages.probers([name]) == {name: again}
