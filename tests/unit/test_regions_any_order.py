"""Whatever the order in which items come over, regions die, are cut off and take over: all served, all counted."""

import os

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from chalicelib.domain.outbox import RowState
from chalicelib.domain.regions.works import repeated
from tests.unit.regions_side import TwoRegions

EITHER = st.sampled_from(["west", "east"])
EXAMPLES = int(os.environ.get("REGIONS", "5"))
"""REGIONS=2000 plays for an hour."""


class Regions(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.two, self.count = TwoRegions(), 0

    @rule(where=EITHER)
    def somebody_writes(self, where):
        self.count += 1
        self.two.say(getattr(self.two, where), f"m{self.count}")

    @rule(
        where=EITHER,
        dies=st.sampled_from(["", "", "before", "after"]),
        fault=st.sampled_from([200, 200, 503]),
    )
    def a_region_works(self, where, dies, fault):
        region = getattr(self.two, where)
        self.two.dies = dies
        self.two.desks.fault = {"a.example": fault}
        self.two.run(region, region.work)
        self.two.dies, self.two.desks.fault = "", {}

    @rule(where=EITHER)
    def a_minute_of_a_region(self, where):
        region = getattr(self.two, where)
        self.two.run(region, region.tick)
        self.two.run(region, region.work)

    @rule(seconds=st.sampled_from([1, 16, 61]))
    def time_goes_on(self, seconds):
        self.two.seconds(seconds)

    @rule(number=st.integers(0, 50), times=st.integers(1, 12))
    def some_items_come_over(self, number, times):
        for _ in range(times):
            self.two.copies.let_through(number)

    @rule()
    def everything_comes_over(self):
        self.two.copies.settle()

    @rule(cut=st.booleans())
    def the_regions_are_cut_off_or_meet(self, cut):
        self.two.copies.cut = cut

    @rule(where=EITHER)
    def somebody_takes_over(self, where):
        said = self.two.take_over(getattr(self.two, where), while_alive=True)
        assert said.code == 200 or said.problem == "unfit", said.text

    @rule(where=EITHER)
    def home_is_cut_off_and_taken_over_as_it_sends(self, where):
        """The unlucky case, which random steps seldom meet."""
        self.somebody_writes(where)
        self.two.copies.settle()
        self.two.copies.cut = True
        for region in self.two.both:
            self.two.run(region, region.work)
        self.somebody_takes_over("east" if self.two.west.serving else "west")
        self.two.seconds(16)
        for region in self.two.both:
            self.two.run(region, region.tick)
            self.two.run(region, region.work)

    def teardown(self):
        self.two.copies.cut = False
        self.two.copies.settle()
        self.two.minutes(14)
        for text in self.two.accepted:
            self.judge(text)

    def judge(self, text):
        home = next(region for region in self.two.both if region.serving)
        row = self.two.row(home, text)
        effects, deaths = self.two.effects.get(text, []), self.two.deaths.get(text, [])
        assert row.work.state is RowState.DELIVERED, (text, row.work)
        assert effects, (text, row.works)
        if len(set(effects)) > 1:
            assert any(work.in_doubt for work in row.works) or repeated(row.works), (text, effects, row.works)
        for term in set(effects):
            assert effects.count(term) <= 1 + deaths.count(term), (text, effects, deaths)


Regions.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None)
TestRegions = Regions.TestCase
