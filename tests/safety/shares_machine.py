"""The safety machine with the automatic action that shifts shares, and the orders that fix them."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from tests.safety.machine import ACTS, MINUTES, SafetyMachine
from tests.safety.shares_oracle import SharesSeen

BOX = st.sampled_from(["box-a", "box-b", "box-c"])
FIXED = {
    "route:alarm#world": {"desk-a": 1, "desk-c": 99},
    "route:order#fr": {"desk-a": 5, "desk-b": 90, "desk-c": 5},
}


class SharesMachine(SafetyMachine):
    """All that the other one does, from a plan whose routes are shared."""

    def __init__(self):
        super().__init__()
        self.shares = SharesSeen(self.on)

    @initialize()
    def begin(self):
        self.on.publish("shared")

    def one(self, act):
        super().one(act)
        self.shares.look()

    @rule(
        boxes=st.lists(BOX, max_size=2), then=ACTS, waits=st.lists(st.sampled_from([1, 31, 61]), max_size=4)
    )
    def shares_shift(self, boxes, then, waits):
        """Automation's minutes while boxes are in doubt, with an act of somebody else among them."""
        for number, seconds in enumerate(waits):
            self.on.shift(*boxes)
            self.shares.look()
            self.on.clock.advance(seconds)
            if number == 1:
                self.do(then)
        self.on.shift()
        self.shares.look()

    @rule(scope=st.sampled_from(sorted(FIXED)), minutes=MINUTES, boxes=st.lists(BOX, max_size=2))
    def shares_are_fixed(self, scope, minutes, boxes):
        self.on.fix(scope, FIXED[scope], minutes)
        self.on.shift(*boxes)

    @rule(box=BOX, on=st.booleans(), seconds=st.sampled_from([1, 61]))
    def automation_is_switched_while_shares_are_under_way(self, box, on, seconds):
        self.on.shift(box)
        self.shares.look()
        self.on.switch("automation", on=on)
        self.on.clock.advance(seconds)
        self.on.shift(box)

    @rule(box=BOX)
    def the_shared_plan_comes_back(self, box):
        self.on.publish("shared")
        self.on.shift(box)

    @invariant()
    def shares_are_whole_within_their_bounds_and_never_shift_too_soon(self):
        if hasattr(self, "shares"):
            self.shares.look()
