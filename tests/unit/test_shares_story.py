"""Shares of a route from the door to the desk: drawn, shifted by trouble, fixed by an operator, back as planned."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Barrier, local

import pytest

from chalicelib.domain.belief import UP, Belief
from chalicelib.domain.model import Medium
from chalicelib.domain.orders import OrderKind
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.routing import Case, route
from chalicelib.domain.shares.record import read_shifts
from chalicelib.service.shifting import PAPER, Shifter
from tests.unit.operations_side import down
from tests.unit.shares_side import ROUTE, SCOPE, Sharing, shared_plan
from tests.unit.test_shares_draw import within
from tests.world import World

SLOW = "shares: {slow: 5m, step: 20, every: 2m, well_for: 3m}\n"


@pytest.fixture
def api():
    return Sharing()


def test_contacts_are_parted_by_the_plans_shares_and_get_the_next_desk_when_theirs_fails(api):
    came = api.decided(100)
    api.world.desks.fault["a.example"] = 503
    api.world.run()

    assert 52 <= came["desk-a"] <= 88
    assert came["desk-a"] + came["desk-b"] == 100
    took = [event["data"]["customer"]["id"] for event in api.world.desks.contacts("b.example")]
    assert len(took) == len(set(took)) == 100


def test_a_retry_meets_the_desks_in_the_order_in_which_the_first_decision_did(api):
    api.decided(30)
    first = {n: api.world.row(f"m{n}").decision for n in range(30)}
    api.world.run()

    for number, decision in first.items():
        row = api.world.row(f"m{number}")
        assert row.work.desk == decision.partition("|")[0]
        assert row.work.attempts[0].decision.rpartition("|")[2] == decision.rpartition("|")[2]


def test_in_trouble_a_desks_share_shifts_in_steps_and_comes_back_in_steps_once_it_has_been_well(api):
    trouble = api.minutes(65, box_a=api.doubt)
    healed = api.minutes(80)

    assert [trouble[0], trouble[9], trouble[10], trouble[64]] == [60, 60, 50, 10]
    assert [healed[13], healed[15], healed[25], healed[79]] == [10, 20, 30, 70]
    assert not api.stored().routes, "what is back as planned need not be remembered"
    steps = api.steps()
    assert [one["because"] for one in steps] == ["trouble"] * 6 + ["return"] * 6
    assert {one["desk"] for one in steps} == {"desk-a"}
    times = [datetime.fromisoformat(one["at"]) for one in steps]
    assert min((b - a).total_seconds() for a, b in pairwise(times)) >= 600


def test_each_step_is_told_once_and_people_hear_the_first_and_the_last(api):
    api.minutes(22, box_a=api.doubt)
    api.minutes(50)

    told = api.told()
    assert [event.about["after"] for event in told] == [
        "desk-a 60, desk-b 40", "desk-a 50, desk-b 50", "desk-a 40, desk-b 60", "desk-a 50, desk-b 50",
        "desk-a 60, desk-b 40", "desk-a 70, desk-b 30",
    ]  # fmt: skip
    assert [event.about["loud"] for event in told] == [True, False, False, False, False, True]
    assert len({event.id for event in told}) == 6
    assert told[0].about["text"]["en"].startswith("Shares of order (fr): desk-a is in trouble")
    assert told[-1].about["text"]["fr"].startswith("Parts de order (fr) : desk-a va de nouveau bien")


def test_shifted_shares_move_the_contacts_of_the_points_and_no_others(api):
    planned = drawn_for(api)
    api.minutes(11, box_a=api.doubt)

    later = drawn_for(api)

    moved = Counter(pair for pair in zip(planned, later, strict=True) if pair[0] != pair[1])
    assert api.published() == {"desk-a": 50, "desk-b": 50}
    assert moved.keys() == {("desk-a", "desk-b")}
    assert within(moved.total(), len(planned), 0.2)


def drawn_for(api):
    """The desks of the same two thousand contacts, as the published situation has it."""
    situation, now = api.world.wired.situations._newest(), api.world.clock.now()
    cases = (Case(key=f"k{n}", purpose="order", market="fr", medium=Medium.MESSAGING) for n in range(2_000))
    return [route(case, situation, (), now).desk for case in cases]


def test_a_desk_with_a_long_line_is_slow_and_gives_of_its_share():
    api = Sharing(shared_plan(more=SLOW))
    seen = []
    for minute in range(12):
        if minute < 5:
            api.ask("PUT", "/v1/desks/desk-a/load", {"in_use": 2, "free": 0, "waiting": 9}, role="operator")
        else:
            api.ask("PUT", "/v1/desks/desk-a/load", {"in_use": 0, "free": 2, "waiting": 0}, role="operator")
        seen += api.minutes(1)

    assert seen == [50, 50, 30, 30, 10, 10, 10, 10, 30, 30, 50, 50]


def test_a_drained_or_down_desk_keeps_its_share_and_none_is_moved_to_it(api):
    drain = {"kind": "drain", "scope": "desk:desk-b", "until": 600, "reason": "r"}
    assert api.ask("POST", "/v1/orders", drain, headers={"if-match": '"0"'}).code == 201

    assert api.minutes(25, box_a=api.doubt) == [70] * 25
    assert api.steps() == []


def test_with_automation_switched_off_nothing_shifts_and_nothing_comes_back(api):
    api.minutes(1, box_a=api.doubt)
    off = {"until": 60, "reason": "storm"}
    assert api.ask("PUT", "/v1/switches/automation", off).code == 200

    assert api.minutes(30, box_a=api.doubt) == [60] * 30
    assert api.minutes(29) == [60] * 29
    assert api.minutes(12)[-1] == 70


def test_automation_waits_for_the_plans_least_wait_after_a_person_changed_something_there():
    api = Sharing(shared_plan(more="min_wait: 4m\nshares: {every: 1m}\n"))
    up = {"kind": "force_up", "scope": "channel:box-b", "until": 60, "reason": "r"}
    assert api.ask("POST", "/v1/orders", up, headers={"if-match": '"0"'}).code == 201

    shares = api.minutes(10, box_a=api.doubt)

    assert shares == [70] * 4 + [60] * 4 + [50] * 2, "and its own interval is never shorter than that wait"


def doubting(api):
    """The published situation, in which desk-a has become doubtful."""
    found = api.world.wired.situations._newest()
    beliefs = {**found.beliefs, "box-a#out#world": Belief(state=UP, weight=1.0, suspect=True)}
    return replace(found, beliefs=beliefs)


class AllAtOnce:
    """Papers that so many have read before anybody writes."""

    def __init__(self, papers, many):
        self.papers, self.gate, self.here = papers, Barrier(many, timeout=60), local()

    def read(self, name):
        found = self.papers.read(name)
        if not hasattr(self.here, "seen"):
            self.here.seen = True
            self.gate.wait()
        return found

    def write(self, name, version, text):
        self.papers.write(name, version, text)


def test_fifty_ticks_at_once_make_one_step(api):
    scene, now, shifter = doubting(api), api.world.clock.now(), Shifter(stores=api.ports)
    papers = api.ports.papers
    object.__setattr__(api.ports, "papers", AllAtOnce(papers, 50))
    moments = [now + timedelta(milliseconds=number) for number in range(50)]

    with ThreadPoolExecutor(50) as many:
        seen = list(many.map(lambda at: shifter.shifted(scene, at), moments))
    object.__setattr__(api.ports, "papers", papers)

    assert {one[SCOPE].now["desk-a"] for one in seen} == {60}
    assert [one["after"] for one in api.steps()] == ["desk-a 60, desk-b 40"]
    assert not api.stored().news
    assert shifter.shifted(scene, moments[-1])[SCOPE].now["desk-a"] == 60


@pytest.mark.parametrize("port", ["ledger", "queues"])
def test_a_step_that_could_not_be_told_is_told_by_the_next_run_and_decided_once(api, port):
    scene, now, shifter = doubting(api), api.world.clock.now(), Shifter(stores=api.ports)
    with down(getattr(api.ports, port)):
        assert shifter.shifted(scene, now)[SCOPE].now["desk-a"] == 60
        assert len(api.stored().news) == 1

    assert shifter.shifted(scene, now)[SCOPE].now["desk-a"] == 60
    api.world.run()

    assert [one["after"] for one in api.steps()] == ["desk-a 60, desk-b 40"]
    assert [event.about["after"] for event in api.told()] == ["desk-a 60, desk-b 40"]
    assert not api.stored().news


def test_while_the_papers_are_out_of_reach_the_shares_stay_as_last_published(api):
    api.minutes(1, box_a=api.doubt)
    api.ports.papers.down = True

    assert api.minutes(25, box_a=api.doubt) == [60] * 25


def test_a_desk_of_very_many_routes_shifts_them_fifty_at_a_time_and_no_more_than_five_hundred():
    many = "".join(
        f"  p{n}: {{match: [{{channel: shop, keywords: [w{n}]}}], routes: {{{ROUTE}}}}}\n" for n in range(520)
    )
    api = Sharing(shared_plan() + many)
    scene, now, shifter = doubting(api), api.world.clock.now(), Shifter(stores=api.ports)

    shifted = [len(shifter.shifted(scene, now + timedelta(seconds=run))) for run in range(12)]

    assert shifted == [50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 500, 500]
    assert len(api.ports.papers.read(PAPER)[1]) < 200_000


def test_what_cannot_be_told_for_long_is_not_done_either():
    many = "".join(
        f"  p{n}: {{match: [{{channel: shop, keywords: [w{n}]}}], routes: {{{ROUTE}}}}}\n" for n in range(520)
    )
    api = Sharing(shared_plan() + many + "shares: {every: 1m}\n")
    scene, now, shifter = doubting(api), api.world.clock.now(), Shifter(stores=api.ports)
    with down(api.ports.ledger):
        for run in range(14):
            shifter.shifted(scene, now + timedelta(seconds=run))

        assert len(api.stored().news) == 500
        assert len(api.ports.papers.read(PAPER)[1]) < 350_000
        shifter.shifted(scene, now + timedelta(seconds=90))
        assert len(api.stored().news) == 500

    assert shifter.shifted(scene, now + timedelta(seconds=91))
    assert len(api.steps()) == 500
    assert not api.stored().news


class Untouchable:
    def __getattr__(self, name):
        raise AssertionError(f"nobody was to ask for {name}")


def test_without_shares_a_tick_neither_reads_nor_writes_anything_for_them():
    world = World()
    object.__setattr__(world.ports, "papers", Untouchable())

    world.wired.tick.minute()
    world.say()

    assert Shifter(stores=world.ports).shifted(world.wired.situations._newest(), world.clock.now()) == {}
    assert world.row().decision.count("|") == 3


def test_while_all_is_well_nothing_is_written():
    api = Sharing()
    api.minutes(5)

    assert api.ports.papers.read(PAPER) == (0, "")


def test_a_new_plan_that_parts_the_route_otherwise_holds_at_once(api):
    api.minutes(11, box_a=api.doubt)
    assert api.published()["desk-a"] == 50
    api.world.publish(shared_plan("fr: [{desk: desk-a, share: 40}, {desk: desk-b, share: 60}, desk-c]"))

    assert api.route()["desks"][0] == {"desk": "desk-a", "planned": 40, "now": 40, "looks": "troubled"}
    assert api.minutes(10, box_a=api.doubt)[-2:] == [70, 30], "the interval since the last step goes on"


def test_with_a_step_of_nothing_shares_are_as_planned_again_and_stay_so(api):
    api.minutes(11, box_a=api.doubt)
    api.world.publish(shared_plan(more="shares: {step: 0}\n"))

    assert api.minutes(15, box_a=api.doubt) == [70] * 15
    assert api.route()["by"] == "plan"


def test_the_text_of_what_is_kept_reads_as_what_it_was(api):
    api.minutes(5, box_a=api.doubt)
    text = api.ports.papers.read(PAPER)[1]

    shift = read_shifts(text).routes[SCOPE]

    assert (dict(shift.now), dict(shift.well)) == ({"desk-a": 60, "desk-b": 40}, {"desk-a": None})
    with pytest.raises(ValueError, match="no shifts"):
        read_shifts('{"routes": []}')


def test_an_operator_fixes_shares_until_a_time_and_then_the_plans_hold_again(api):
    api.minutes(11, box_a=api.doubt)
    assert api.fix().code == 201
    api.refresh()

    during = api.decided(60)
    assert api.route()["by"] == "order"
    assert during["desk-b"] > 36
    assert api.minutes(20, box_a=api.doubt)[-1] == 70, "automation lets go of the route, and forgets"
    assert len(api.steps()) == 2
    api.world.clock.advance(41 * 60)

    after = api.decided(60, begin=60)

    assert after["desk-a"] > 30, "it ended by itself, in a snapshot that is older than its end"
    assert api.route()["by"] == "plan"
    assert api.minutes(1, box_a=api.doubt) == [60]


def test_orders_of_one_route_wait_for_each_other_and_the_last_one_holds(api):
    assert api.fix().code == 201
    assert api.fix(1, shares={"desk-a": 50, "desk-b": 50}).problem == "too-soon"
    api.world.clock.advance(6)

    assert api.fix(1, shares={"desk-a": 50, "desk-b": 50}).code == 201
    assert [one["now"] for one in api.route()["desks"]] == [50, 50]
    given = api.ports.orders.read().given
    assert [(order.kind, order.shares["desk-a"]) for order in given] == [
        (OrderKind.SHARES, 20),
        (OrderKind.SHARES, 50),
    ]


def test_an_order_for_desks_that_a_later_plan_does_not_share_is_passed_over(api):
    api.fix()
    api.world.publish(shared_plan("fr: [{desk: desk-a, share: 40}, {desk: desk-c, share: 60}, desk-b]"))

    assert api.route()["by"] == "plan"
    assert read_plan(shared_plan(), 1).shared("order", "uk") is None
