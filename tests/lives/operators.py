"""What operators do: orders and their end, other plans, another try for what is stuck, a person erased."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chalicelib.domain.orders import OrderKind
from tests.lives import checks
from tests.lives.faults import Faults
from tests.lives.plans import PLANS
from tests.lives.providers import DESKS

FORBID = (OrderKind.FORCE_DOWN, OrderKind.MAINTENANCE)
STUCK = ("dead", "expired", "unknown")


class Operators(Faults):
    """`forbidden` are the desks to which nothing may be sent: host, since and until, by the order's name."""

    def __init__(self) -> None:
        super().__init__()
        self.forbidden: dict[str, tuple[str, float, float]] = {}

    @rule(
        kind=st.sampled_from([*FORBID, OrderKind.DRAIN, OrderKind.FORCE_UP]),
        desk=st.sampled_from(sorted(DESKS)),
    )
    def an_operator_orders(self, kind, desk):
        self.stage.trouble.settle()
        since = self.stage.clock.now().timestamp()
        if self.stage.order(kind, desk, hours=2) and kind in FORBID:
            self.forbidden[f"{kind.value}-{desk}"] = (DESKS[desk], since, since + 2 * 3600)

    @rule(data=st.data())
    @precondition(lambda self: self.forbidden)
    def an_operator_lifts(self, data):
        name = data.draw(st.sampled_from(sorted(self.forbidden)))
        self.stage.trouble.settle()
        self.stage.lift(name)
        del self.forbidden[name]

    @rule(plan=st.sampled_from(sorted(PLANS)))
    def a_plan_is_published(self, plan):
        self.stage.trouble.settle()
        self.stage.world.publish(PLANS[plan])

    @rule(data=st.data())
    def an_operator_redrives(self, data):
        """They take the risk that it arrives twice."""
        rows = self.stage.rows()
        stuck = {row.key: row.contact.text for row in rows if row.work.state.value in STUCK}
        if stuck:
            key = data.draw(st.sampled_from(sorted(stuck)))
            self.journal.excused[stuck[key]] += 1
            self.journal.redriven.add(key)
            self.stage.redrive(key)

    @rule()
    def bob_is_erased(self):
        """All that he wrote before; what is being sent just now follows, for his tombstone stands from here on."""
        self.stage.trouble.settle()
        if any(text.endswith("of bob") for text in self.stage.held()):
            return  # no erasure reaches into a queue
        his = self._texts_of_bob()
        complete = self.stage.erase("bob")
        gone = his - self._texts_of_bob()
        self.journal.erased |= gone
        self.journal.parting |= his
        for text in his:
            self.journal.told.pop(text, None)
        self.stage.clock.advance(60)
        assert not complete or gone == his

    def _texts_of_bob(self):
        texts = {row.contact.text for row in checks.of_people(self.stage.rows())}
        return {text for text in texts if text.endswith("of bob")}
