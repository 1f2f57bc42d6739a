"""A deployment whose desks share a route, with what makes one of them doubtful."""

from collections import Counter

from chalicelib.domain.detection.machine import ClassHealth, PathHealth, State
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.shares.record import read_shifts
from chalicelib.service.shifting import PAPER
from tests.unit.operations_side import Operations
from tests.world import CHANNELS, PURPOSES

SCOPE = "route:order#fr"
DESKS = """desks:
  desk-a: {channel: box-a, target: {queue: sales}, capacity: {concurrent: 9}, agents: 2, handling: 4m}
  desk-b: {channel: box-b, target: {queue: sales}, capacity: {concurrent: 5}}
  desk-c: {channel: box-c, target: {queue: sales}, capacity: {concurrent: 5}}
"""
BOX_C = '  box-c: {kind: webhook, provider: gamma, settings: {url: "https://c.example/in"}}\n'
ROUTE = "fr: [{desk: desk-a, share: 70}, {desk: desk-b, share: 30}, desk-c]"


def shared_plan(route=ROUTE, more=""):
    return CHANNELS + BOX_C + DESKS + PURPOSES.replace("fr: [desk-a, desk-b]", route) + more


class Sharing(Operations):
    """Minutes are ticks alone; `doubt` and `well` say what is measured of a box."""

    def __init__(self, plan=None):
        super().__init__(plan or shared_plan())
        for box in ("box-a", "box-b", "box-c"):
            self.well(box)

    def measured(self, box, **health):
        path, now = f"{box}#out#world", self.world.clock.now()
        hard = ClassHealth(**{"state": State.CLOSED, "gen": 1, "since": now, "last_at": now} | health)
        self.ports.health._paths[path] = PathHealth(path=path, classes={EvidenceClass.HARD: hard})

    def doubt(self, box):
        self.measured(box, score=5_000)

    def well(self, box):
        self.measured(box)

    def minutes(self, count, **measured):
        """The share of desk-a after each minute, while boxes are as `box_a=self.doubt` say, all others well."""
        seen = []
        for _ in range(count):
            for box in ("box-a", "box-b", "box-c"):
                measured.get(box.replace("-", "_"), self.well)(box)
            self.world.wired.tick.minute()
            seen.append(self.published()["desk-a"])
            self.world.clock.advance(60)
        self.world.run()
        return seen

    def published(self):
        """What decisions go by beside orders."""
        shifted = self.world.wired.situations._newest().shifted.get(SCOPE)
        return dict(shifted.now) if shifted else {"desk-a": 70, "desk-b": 30}

    def fix(self, version=0, *, role="operator", **changed):
        wanted = {
            "kind": "shares",
            "scope": SCOPE,
            "until": 60,
            "reason": "training",
            "shares": {"desk-a": 20, "desk-b": 80},
        }
        headers = {"if-match": f'"{version}"'}
        return self.ask("POST", "/v1/orders", wanted | changed, role=role, headers=headers)

    def route(self):
        (found,) = self.ask("GET", "/v1/shares").json["shares"]
        return found

    def stored(self):
        return read_shifts(self.ports.papers.read(PAPER)[1])

    def steps(self):
        """The ledger's entries."""
        now = self.world.clock.now()
        chains = self.ports.ledger.read("shares", now.replace(year=2025), now)
        return [dict(one.entry) for chain in chains.values() for one in chain]

    def told(self):
        return [event for event in self.ports.events.published if event.type == "shares.shifted"]

    def decided(self, count, begin=0):
        """How many of so many new contacts are for each desk."""
        for number in range(begin, begin + count):
            self.world.say(id_=f"m{number}", person=f"p{number}")
        rows = [self.world.row(f"m{number}") for number in range(begin, begin + count)]
        return Counter(row.decision.partition("|")[0] for row in rows)
