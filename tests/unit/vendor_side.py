"""A world in which a vendor has a status page: what it plans there, and the minutes that follow it."""

import json
from datetime import UTC, datetime

from tests.unit.operations_side import PLAN, Operations

HOST = "status.alpha.example"
PAGES = """
pages:
  alpha:
    format: statuspage
    url: https://status.alpha.example/summary.json
    every: 60s
    components: {Inbox: [box-a], Boutique: [shop]}
    markets: {Europe: fr, America: us}
"""


def work(id_="m1", start="2026-03-02T12:00:00Z", end="2026-03-02T13:00:00Z", *, on="Inbox", region=""):
    component = {"id": f"{on}{region}", "name": on} | ({"group_id": region} if region else {})
    return {
        "id": id_, "name": f"work {id_}", "status": "scheduled", "impact": "maintenance",
        "scheduled_for": start, "scheduled_until": end, "components": [component],
    }  # fmt: skip


class Vendor(Operations):
    """`tells` sets what the page plans from now on and lets two minutes pass, in which it is read and obeyed."""

    def __init__(self, plan: str = PLAN + PAGES) -> None:
        super().__init__(plan)
        self.page()

    def page(self, *planned, **more) -> None:
        groups = [
            {"id": name, "name": name, "status": "operational", "group": True}
            for name in ("Europe", "America")
        ]
        ones = [{"id": name, "name": name, "status": "operational"} for name in ("Inbox", "Boutique")]
        body = {"page": {}, "components": [*groups, *ones], "scheduled_maintenances": list(planned), **more}
        self.world.desks.bodies[HOST] = json.dumps(body).encode()

    def tells(self, *planned, **more):
        self.page(*planned, **more)
        return self.minutes(2)

    def minutes(self, count: int = 1):
        for _ in range(count):
            self.world.minute()
        return self.windows()

    def go(self, when: str):
        """On to a time of the world, and two minutes beyond it."""
        wanted = datetime.fromisoformat(when).astimezone(UTC)
        self.world.clock.advance((wanted - self.world.clock.now()).total_seconds())
        return self.minutes(2)

    def windows(self):
        return self.ask("GET", "/v1/maintenance").json["windows"]

    def tasks(self):
        return self.ask("GET", "/v1/maintenance").json["tasks"]

    def reason(self, desk: str = "desk-a") -> str:
        told = self.ask("POST", "/v1/decisions", {"channel": "shop"}).json["decision"]
        return next((one["reason"] for one in told["rejected"] if one["desk"] == desk), "chosen")

    def entries(self, stream: str):
        now = self.world.clock.now()
        return [
            e.entry
            for chain in self.ports.ledger.read(stream, now.replace(month=1), now).values()
            for e in chain
        ]

    def notices(self):
        return [
            (one["notice"], one["start"][:16], one["state"])
            for one in self.ask("GET", "/v1/notices").json["notices"]
        ]


def times(window):
    return [(span["start"][:16], span["end"][:16]) for span in window["next"]]
