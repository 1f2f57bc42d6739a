"""What befalls a deployment: providers ail, stores fail, time passes, bells are lost or ring twice, containers end."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from chalicelib.ports import Note
from tests.lives.providers import BOXES, FAULTS
from tests.lives.stage import Stage

PORTS = (
    "contacts", "queues", "health", "orders", "plans", "snapshots", "secrets", "ledger", "traffic", "anchors",
)  # fmt: skip


class Faults(RuleBasedStateMachine):
    """A stage, and everything that goes wrong on it by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(self.kept())

    def kept(self) -> dict[str, object]:
        """The stores that are not memory's."""
        return {}

    @property
    def journal(self):
        return self.stage.journal

    @rule(host=st.sampled_from(sorted(BOXES)), fault=st.sampled_from(FAULTS))
    def a_provider_ails(self, host, fault):
        self.stage.providers.faults[host] = fault

    @rule(port=st.sampled_from(["", "", *PORTS]))
    def a_store_fails(self, port):
        self.stage.trouble.down = port

    @rule(seconds=st.sampled_from([1, 5, 20, 45, 60, 400]), backwards=st.booleans(), forgets=st.booleans())
    def time_passes(self, seconds, backwards, forgets):
        self.stage.clock.advance(seconds)
        self.stage.work(backwards=backwards, forgets=forgets)

    @rule(backwards=st.booleans(), forgets=st.booleans())
    def functions_work(self, backwards, forgets):
        self.stage.work(backwards=backwards, forgets=forgets)

    @rule(seconds=st.sampled_from([-5, -1, 3600, 5 * 3600]))
    def the_clock_jumps(self, seconds):
        self.stage.clock.advance(seconds)

    @rule()
    def a_minute_strikes(self):
        self.stage.minute()
        self.stage.clock.advance(15)
        self.stage.work()

    @rule(last=st.integers(1, 20))
    @precondition(lambda self: self.stage.rung)
    def old_bells_ring_again(self, last):
        self.stage.ports.queues.rung += [replace(ring, delay=0) for ring in self.stage.rung[-last:]]

    @rule()
    def bells_are_lost(self):
        self.stage.collect()
        self.stage.carried = [c for c in self.stage.carried if isinstance(c.what, Note)]

    @rule()
    def a_new_container_starts(self):
        self.stage.restart()
