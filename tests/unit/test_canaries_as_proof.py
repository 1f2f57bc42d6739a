"""Our own canaries as proof: what we wrote to ourselves through a provider and never saw come in."""

from chalicelib.handlers import probing
from chalicelib.http_types import Request
from chalicelib.service.canary_turns import Pace, canary_note
from chalicelib.wiring import use
from tests.unit.operations_side import PLAN, Operations

SHOP = 'settings: {url: "https://shop.example/in"}'
CANARY = 'settings: {url: "https://shop.example/in"}, canary: {from: tester, every: 5m, wait: 30s, most_per_day: 600}'
ADDRESS = "/v1/evidence/shop%23in%23fr"


class Loop(Operations):
    """Our own webhook address is led back to our door, but for every so many-th canary."""

    def __init__(self, lost: int) -> None:
        super().__init__(PLAN.replace(SHOP, CANARY))
        self.lost, self.sent = lost, 0
        self.world.desks.on_call = self._call

    def _call(self, call) -> None:
        if call.url == "https://bascule.example/hooks/shop":
            self.sent += 1
            if not self.lost or self.sent % self.lost:
                request = Request(headers=dict(call.headers), body=call.body, url="/hooks/shop")
                self.world.wired.acceptance.receive("shop", request, self.world.clock.now())

    def canaries(self, count: int) -> None:
        for _ in range(count):
            self.world.clock.advance(10)
            with use(self.world.wired):
                note = canary_note("shop", self.world.clock.now(), Pace.DOUBT)
                assert probing.canaries(self.world.wired).run(note.body) == "ok"
            self.settle(1)
        self.settle(60)

    def settle(self, seconds: int) -> None:
        self.world.run()
        self.world.clock.advance(seconds)
        self.world.run()


def test_canaries_that_never_came_in_are_a_report_of_our_own_probes():
    api = Loop(lost=3)
    api.canaries(12)

    report = api.ask("GET", ADDRESS).json

    assert (report["counts"]["sent"], report["counts"]["arrived"], report["counts"]["missing"]) == (12, 8, 4)
    assert all(one["ledgered"] and one["desk"] is None for one in report["lost"])
    assert report["loss"]["lost"] == 4
    assert api.ask("POST", f"{ADDRESS}/verify", report).json["whole"]


def test_canaries_are_no_contacts_that_weigh():
    api = Loop(lost=0)
    api.canaries(5)

    [told] = api.ask("GET", "/v1/availability", query={"path": ["shop#in#fr"]}).json["paths"]

    assert api.ask("GET", ADDRESS).json["counts"]["arrived"] == 5
    assert told["windows"]["24h"]["weighted_by"] == "time"
