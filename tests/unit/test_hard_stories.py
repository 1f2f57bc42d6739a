"""The awkward stories of health: page against traffic, lies, orders that end, late words, nothing left, two classes."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.detection.receipts import arrived, missing, receipt_rules
from chalicelib.domain.health import PathHealth, Rules, State, believe, elapse, observe
from chalicelib.domain.model import EvidenceClass, Medium, Outcome, Signal
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.routing import Case, route
from chalicelib.ports import Unavailable
from tests.world import World

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES = Rules()
OK, OUTAGE = Outcome.OK, Outcome.OUTAGE
HARD, SILENT, VENDOR = EvidenceClass.HARD, EvidenceClass.SILENT, EvidenceClass.VENDOR
PATH = "box-a#out#world"


def at(seconds):
    return START + timedelta(seconds=seconds)


def page(second, weight):
    return Signal(outcome=OUTAGE if weight else OK, at=at(second), evidence=VENDOR, weight=weight)


def heard(path, signals, rules=RULES):
    flips = []
    for signal in signals:
        path, flip = observe(path, signal, rules)
        flips += [flip] if flip else []
    return path, flips


def test_page_green_while_one_in_two_is_lost_the_path_goes_down_all_the_same():
    green = [page(second, 0) for second in range(0, 60, 10)]
    halves = [Signal(outcome=OUTAGE if n % 2 else OK, at=at(n)) for n in range(60)]

    path, flips = heard(PathHealth(path="p"), sorted([*green, *halves], key=lambda one: one.at))

    assert flips[0].because == "failures"
    assert believe(path, at(60), RULES).state == "down"


def test_page_red_for_a_day_while_all_is_well_the_path_stays_up():
    red = [page(second, 6_900) for second in range(0, 86_400, 120)]
    goods = [Signal(outcome=OK, at=at(second)) for second in range(0, 86_400, 60)]
    stray = [Signal(outcome=OUTAGE, at=at(second + 30)) for second in range(0, 86_400, 7_200)]

    path, flips = heard(PathHealth(path="p"), sorted([*red, *goods, *stray], key=lambda one: one.at))

    assert flips == []
    assert believe(path, at(86_400), RULES).state == "up"


def test_receipts_that_lie_hide_the_loss_and_only_a_canary_tells():
    lies = [arrived(at(second)) for second in range(0, 3_600, 30)]
    canaries = [missing(at(second), "canary") for second in range(45, 3_600, 60)]
    rules = receipt_rules(RULES, 0.0)

    without, no_flips = heard(PathHealth(path="p"), lies, rules)
    _, flips = heard(PathHealth(path="p"), sorted([*lies, *canaries], key=lambda one: one.at), rules)

    assert no_flips == []
    assert believe(without, at(3_600), RULES).state == "up"
    assert (flips[0].evidence, flips[0].after) == (SILENT, State.OPEN)
    assert flips[0].at <= at(600)


@pytest.mark.parametrize("first", [HARD, SILENT])
def test_hard_and_silent_open_together_each_is_cleared_by_its_own_kind(first):
    other = SILENT if first is HARD else HARD
    both = [Signal(outcome=OUTAGE, at=at(n), evidence=each) for n in range(5) for each in (HARD, SILENT)]
    path, flips = heard(PathHealth(path="p"), both)
    path, trials = elapse(path, at(40), RULES)

    goods = [Signal(outcome=OK, at=at(40 + n), evidence=first) for n in range(12)]
    path, back = heard(path, goods)

    assert [flip.after for flip in (*flips, *trials)] == [State.OPEN] * 2 + [State.TRIAL] * 2
    assert [(flip.evidence, flip.after) for flip in back] == [(first, State.CLOSED)]
    belief = believe(path, at(52), RULES)
    assert (belief.worst, belief.weight < 1) == (other, True)


def test_an_order_that_ends_between_two_reads_forbids_before_and_not_after():
    world = World()
    ends = world.clock.now() + timedelta(seconds=30)
    order = Order(
        id="o", kind=OrderKind.FORCE_DOWN, scope="desk:desk-a", until=ends, owner="t", reason="t",
        since=world.clock.now(),
    )  # fmt: skip
    world.ports.orders.write(Orders(version=1, given=(order,)))
    world.wired.tick.flip()
    held = world.wired.situations.read(world.clock.now())

    case = Case(key="k", purpose="order", market="fr", medium=Medium.MESSAGING)
    answers = [route(case, held, (), ends + timedelta(seconds=each)).desk for each in (-1, 0, 1)]

    assert answers == ["desk-b", "desk-a", "desk-a"]


def test_the_outcome_of_a_send_that_began_before_the_flip_changes_nothing():
    world = World()
    world.minute()
    world.desks.fault["a.example"] = 503
    before = world.ports.health.read([PATH])[PATH]
    world.minute()
    down = world.ports.health.read([PATH])[PATH]

    late = Signal(outcome=OK, at=world.clock.now())
    flip = world.wired.believer.learn(PATH, late, before)

    assert down.classes[HARD].gen > before.classes[HARD].gen
    assert flip is None
    assert world.ports.health.read([PATH])[PATH] == down


def test_with_every_desk_disbelieved_the_last_one_is_never_taken_out():
    world = World()
    world.minute()
    for path in ("box-a#out#world", "box-b#out#world"):
        for _ in range(5):
            known = world.ports.health.read([path]).get(path)
            world.wired.believer.learn(path, Signal(outcome=OUTAGE, at=world.clock.now()), known)
    world.run()
    world.clock.advance(3)

    world.say(id_="m1")
    world.run()

    row = world.row("m1")
    assert {belief.weight for belief in world.wired.situations.read(world.clock.now()).beliefs.values()} >= {
        0.0
    }
    assert row.work.desk in ("desk-a", "desk-b")


def test_with_the_health_store_out_of_reach_contacts_go_on_by_the_last_snapshot():
    world = World()
    world.desks.fault["a.example"] = 503
    world.minute()
    world.ports.health.down = True
    world.clock.advance(120)
    with pytest.raises(Unavailable):
        world.wired.tick.minute()

    world.say(id_="m1")
    world.run()

    assert world.row("m1").work.desk == "desk-b"
