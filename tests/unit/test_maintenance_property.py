"""No accepted set of planned work ever breaks a rule, and none is refused without reason: shown by brute force."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.planned_work.rules import Ahead, conflicts, new_conflicts
from chalicelib.domain.planned_work.windows import standing
from tests.unit.test_maintenance_rules import NOW, PLAN, ahead, order, window

SCOPES = (
    "desk:desk-a",
    "desk:desk-b",
    "desk:desk-c",
    "channel:box-a",
    "channel:box-c",
    "channel:shop",
    "channel:mail",
)
NAMED = ("desk:desk-a", "desk:desk-b", "desk:desk-c", "channel:shop", "channel:mail", "reply")
halves = st.integers(0, 160).map(lambda number: number / 4)
named = st.lists(st.sampled_from(NAMED), min_size=1, max_size=2, unique=True).map(tuple)
planned = st.builds(
    lambda scope, start, length, order, alarm, drain: (
        scope, start, start + length + 0.25, {"order": order, "alarm": alarm}, drain / 4
    ),
    st.sampled_from(SCOPES), halves, halves, named, named, st.integers(0, 4),
)  # fmt: skip
commanded = st.tuples(st.sampled_from(SCOPES), halves.map(lambda number: number % 20 + 0.25))


def minute_faults(side):
    """The rules over again by brute force: each quarter of an hour by itself, from the plan's own words."""
    last = max(
        [w.spans[0].end for w in side.windows.planned] + [o.until for o in side.orders.given], default=NOW
    )
    silent = timedelta()
    minute = NOW
    while minute < last:
        held = {o.scope for o in side.orders.given if o.holds_at(minute)}
        busy = [
            w for w in side.windows.planned if w.spans[0].start - w.drain_before <= minute < w.spans[0].end
        ]
        working = {scope for w in busy for scope in w.scopes}
        out = {
            d
            for d, b in (("desk-a", "box-a"), ("desk-b", "box-b"), ("desk-c", "box-c"))
            if {f"desk:{d}", f"channel:{b}"} & (held | working)
        }
        if len(out) == 3:
            yield minute, "order has no desk"
        silent = (
            silent + timedelta(minutes=15)
            if "desk-c" in out or "channel:shop" in held | working
            else timedelta()
        )
        if silent > timedelta(hours=24) and alone(side, minute, silent):
            yield minute, "alarm is silent for a day"
        for one in busy:
            yield from ((minute, why) for why in unserved(one, out, held, working))
        minute += timedelta(minutes=15)


def alone(side, minute, silent):
    """True when one and the same thing, the desk or the way in, was out for the whole time."""
    begun = minute - timedelta(hours=24)
    for scopes in ({"desk:desk-c", "channel:box-c"}, {"channel:shop"}):
        moments = [begun + timedelta(minutes=15 * n) for n in range(97)]
        if all(
            any(
                o.scope in scopes and o.holds_at(m)
                for o in standing(side.orders, side.windows, NOW, timedelta(days=9)).given
            )
            for m in moments
        ):
            return True
    return False


def unserved(one, out, held, working):
    touched = {
        "desk:desk-c": ("order", "alarm"),
        "channel:box-c": ("order", "alarm"),
        "channel:shop": ("order", "alarm"),
    }
    desks = {"desk-a": "box-a", "desk-b": "box-b", "desk-c": "box-c"}
    for purpose in touched.get(one.scopes[0], ("order",)):
        names = one.alternatives[purpose]
        if "reply" in names:
            continue
        serving = [n for n in names if not (purpose == "alarm" and n in ("desk:desk-a", "desk:desk-b"))]
        both = {n: {n, f"channel:{desks.get(n.removeprefix('desk:'), '')}"} for n in serving}
        if (
            not serving
            or any(both[n] & working for n in serving)
            or all(both[n] & (held | working) for n in serving)
        ):
            yield f"{one.id} leaves {purpose} without its alternative"


@given(st.lists(planned, max_size=5), st.lists(commanded, max_size=2))
def test_no_accepted_set_of_windows_and_orders_breaks_a_rule_at_any_time(wanted, commands):
    side = ahead()

    for number, (scope, start, end, alternatives, drain) in enumerate(wanted):
        one = window(f"w{number}", scope, start, end, alternatives=alternatives, drain=min(drain, start))
        more = Ahead(plan=PLAN, orders=side.orders, windows=side.windows.put(one, NOW))
        side = side if new_conflicts(side, more, NOW) else more
    for number, (scope, length) in enumerate(commands):
        given_ = side.orders.give(order(f"o{number}", scope, 0, length), NOW)
        more = Ahead(plan=PLAN, orders=given_, windows=side.windows)
        side = side if new_conflicts(side, more, NOW) else more

    assert conflicts(side, NOW) == ()
    assert next(minute_faults(side), None) is None


@given(st.lists(planned, min_size=1, max_size=4), st.lists(commanded, max_size=2))
def test_what_is_refused_does_break_a_rule_at_some_time(wanted, commands):
    windows = [
        window(f"w{n}", scope, start, end, alternatives=names, drain=min(drain, start))
        for n, (scope, start, end, names, drain) in enumerate(wanted)
    ]
    side = ahead(*windows, orders=[order(f"o{n}", scope, 0, end) for n, (scope, end) in enumerate(commands)])

    assert bool(conflicts(side, NOW)) == (next(minute_faults(side), None) is not None)
