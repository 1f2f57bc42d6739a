"""What one decision costs, and that it grows with the options of a purpose, not with the plan."""

from itertools import cycle

from bench.stage import NOW
from bench.timing import Prepare, Times, again, race
from chalicelib.domain.health import Belief
from chalicelib.domain.model import Direction, Medium, path_id
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.plan import ChannelPlan, Desk, Plan, Purpose
from chalicelib.domain.routing import LAST_RANK, Case, Situation, route

CHANNELS, ROUTES, OPTIONS = 50, 200, 8
GROWING_OPTIONS = (1, 2, 4, 8, 16)
GROWING_PLANS = (50, 500, 5000)
_DOWN = Belief(state="down", weight=0.0, because="open")
_UP = Belief(state="up", weight=1.0, because="score 0")


def deciding(plans: tuple[int, ...], *, rounds: int, calls: int) -> Times:
    """Subjects `options N` (in the budget's plan) and `channels N` (with the budget's options, 4 routes each)."""
    subjects = {f"options {n}": _subject(CHANNELS, n) for n in GROWING_OPTIONS}
    subjects |= {f"channels {n}": _subject(n, OPTIONS) for n in plans}
    return race(subjects, rounds=rounds, calls=calls)


def situation(channels: int, options: int) -> Situation:
    """The dearest case: only the last option works, an order holds elsewhere, every path has a belief."""
    places = range(channels)
    plan = Plan(
        version=1,
        public_base_url="https://contact.example",
        market="fr",
        channels={f"c{n}": ChannelPlan(id=f"c{n}", kind="webhook", provider=f"p{n % 3}") for n in places},
        desks={f"d{n}": Desk(id=f"d{n}", channel=f"c{n}") for n in places},
        purposes={
            f"r{n}": Purpose(id=f"r{n}", routes={"fr": _route(n, channels, options)})
            for n in range(channels * ROUTES // CHANNELS)
        },
    )
    works = {f"c{n}" for n in places if n % options == options - 1}
    beliefs = {
        path_id(c, Direction.OUT, m): _UP if c in works else _DOWN
        for c in plan.channels
        for m in ("fr", "world")
    }
    order = Order(
        id="o",
        kind=OrderKind.DRAIN,
        scope="desk:none",
        until=NOW.replace(hour=23),
        owner="a",
        reason="r",
        since=NOW,
    )
    return Situation(plan=plan, orders=Orders(version=1, given=(order,)), beliefs=beliefs)


def _route(number: int, channels: int, options: int) -> tuple[str, ...]:
    """Some desks in a row, of which the last one works."""
    first = number * options % (channels - channels % options)
    return tuple(f"d{first + n}" for n in range(options))


def _subject(channels: int, options: int) -> Prepare:
    here = situation(channels, options)
    cases = [
        Case(key=f"{number:032x}", purpose=purpose, market="fr", medium=Medium.MESSAGING)
        for number, purpose in enumerate(here.plan.purposes)
    ]
    for case in cases:
        decision = route(case, here, (), NOW)
        assert decision.desk != LAST_RANK
        assert len(decision.rejected) == options - 1
    turn = cycle(cases)
    return again(lambda: route(next(turn), here, (), NOW))
