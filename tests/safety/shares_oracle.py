"""An account of shares of its own: from what is stored alone, has automation moved what it may not, or too soon?"""

import json
from datetime import timedelta

from tests.safety.oracle import TAKES_OUT

LEAST, MOST, STEP, EVERY, WAIT = 15, 80, 20, timedelta(minutes=1), timedelta(seconds=31)
"""As tests/safety/plans.py spells them in the shared plan."""


class SharesSeen:
    """What is stored of shares, look by look."""

    def __init__(self, stage):
        self.on, self.known, self.moved_at, self.steps = stage, {}, {}, 0

    def look(self):
        document = json.loads(self.on.ports.plans.current().compiled)
        now, stored = self.on.clock.now(), self.stored()
        for scope, (planned, shares) in stored.items():
            if planned != self.planned(document, scope):
                continue
            assert sum(shares.values()) == 100
            assert all(
                min(LEAST, planned[desk]) <= share <= max(MOST, planned[desk])
                for desk, share in shares.items()
            )
            was, before = self.known.get(scope, (planned, planned))
            before = before if was == planned else planned
            if shares != before and not (shares == planned and self.let_go(scope)):
                self.stepped(document, scope, before, shares)
                self.moved_at[scope] = now
        assert self.nothing_is_untold()
        self.known = stored

    def stepped(self, document, scope, before, shares):
        """A step was made: by nobody's command, not too soon, not against a person, and to desks that are permitted."""
        now, record = self.on.clock.now(), self.on.ports.permission.read().record
        orders = [order for order in self.on.ports.orders.read().given if order.since <= now < order.until]
        held = {order.scope for order in orders if str(order.kind) in TAKES_OUT}
        assert not any(off.switch == "automation" and off.since <= now < off.until for off in record.off)
        assert not any(str(order.kind) == "shares" and order.scope == scope for order in orders)
        assert scope not in self.moved_at or now - self.moved_at[scope] >= EVERY
        assert scope not in record.changed or now - record.changed[scope] >= WAIT
        gained = [desk for desk, share in shares.items() if share > before[desk]]
        assert sum(shares[desk] - before[desk] for desk in gained) <= STEP
        for desk in gained:
            assert not {f"desk:{desk}", f"channel:{document['desks'][desk]['channel']}"} & held
        self.steps += 1

    def let_go(self, scope):
        """True when an order has fixed the route since: then the plan's shares hold at once."""
        return any(str(o.kind) == "shares" and o.scope == scope for o in self.on.ports.orders.read().given)

    def stored(self):
        text = self.on.ports.papers.read("shares")[1]
        routes = json.loads(text)["routes"] if text else {}
        return {scope: (one["planned"], one["now"]) for scope, one in routes.items()}

    def nothing_is_untold(self):
        text = self.on.ports.papers.read("shares")[1]
        return not text or json.loads(text)["news"] == []

    @staticmethod
    def planned(document, scope):
        purpose, _, market = scope.removeprefix("route:").partition("#")
        route = document["purposes"].get(purpose, {"routes": {}})["routes"].get(market, [])
        return {one["desk"]: one["share"] for one in route if isinstance(one, dict)}
