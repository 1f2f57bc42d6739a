"""What every store of permission must do: plan, orders, windows and their record change together or not at all."""

from dataclasses import replace

import pytest
from document_store_suite import order, plan, window
from examples import NOW, at
from races import all_at_once

from chalicelib.domain.orders import Orders
from chalicelib.domain.permission.record import Glass, Off, Record, Switch
from chalicelib.domain.planned_work.windows import Windows
from chalicelib.ports import Change, Stale

ORDERS = Orders().give(order("o1"), NOW)
WINDOWS = Windows().put(window("w1"), NOW)
RECORD = Record(
    version=1,
    changed={"desk:a": NOW},
    off=(Off(switch=Switch.AUTOMATION, until=at(60), owner="anna", reason="é", since=NOW),),
    glass=(
        Glass(
            id="g1", scope="desk:a", owner="anna", name="digest", reason="é", since=NOW, until=at(3600), minutes=60,
            by="bob", at=at(60), orders=("o1",),
        ),
    ),
)  # fmt: skip
WHOLE = Change(plan=plan(1), orders=ORDERS, windows=WINDOWS, record=RECORD)
NEXT = {
    "plan": lambda s: Change(plan=plan(s.plan + 1)),
    "orders": lambda s: Change(orders=s.orders.give(order(f"o{s.orders.version}"), NOW)),
    "windows": lambda s: Change(windows=s.windows.put(window("w2"), NOW)),
    "record": lambda s: Change(record=replace(s.record, version=s.record.version + 1)),
}


class PermissionSuite:
    def test_nothing_stands_before_the_first(self, ports):
        seen = ports.permission.read()

        assert (seen.plan, seen.orders, seen.windows, seen.record) == (0, Orders(), Windows(), Record())

    def test_all_four_are_stored_at_once_and_come_back_as_they_were(self, ports):
        ports.permission.write(ports.permission.read(), WHOLE)

        seen = ports.permission.read()
        assert (seen.plan, seen.orders, seen.windows, seen.record) == (1, ORDERS, WINDOWS, RECORD)
        assert ports.plans.current() == ports.plans.version(1) == plan(1)
        assert (ports.orders.read(), ports.maintenance.read()) == (ORDERS, WINDOWS)

    def test_what_is_not_changed_stays(self, ports):
        ports.permission.write(ports.permission.read(), WHOLE)

        for change in NEXT.values():
            ports.permission.write(ports.permission.read(), change(ports.permission.read()))

        seen = ports.permission.read()
        assert (seen.plan, seen.orders.version, seen.windows.version, seen.record.version) == (2, 2, 2, 2)
        assert seen.record.glass == RECORD.glass

    @pytest.mark.parametrize("mine", NEXT)
    @pytest.mark.parametrize("theirs", NEXT)
    def test_a_change_beside_any_other_since_it_was_looked_at_is_stale_and_stores_nothing(
        self, ports, mine, theirs
    ):
        ports.permission.write(ports.permission.read(), WHOLE)
        seen = ports.permission.read()
        ports.permission.write(seen, NEXT[theirs](seen))
        between = ports.permission.read()

        late = seen.orders.give(order("late"), NOW)
        wanted = replace(NEXT[mine](seen), **({"orders": late} if mine == theirs else {}))
        with pytest.raises(Stale):
            ports.permission.write(seen, wanted)

        assert ports.permission.read() == between

    def test_a_document_that_does_not_follow_its_own_is_stale(self, ports):
        ports.permission.write(ports.permission.read(), WHOLE)
        seen = ports.permission.read()

        for late in (
            Change(plan=plan(1)),
            Change(plan=plan(3)),
            Change(orders=ORDERS),
            Change(windows=WINDOWS),
        ):
            with pytest.raises(Stale):
                ports.permission.write(seen, late)
        assert ports.permission.read() == seen

    def test_what_another_way_of_writing_has_changed_is_noticed_too(self, ports):
        ports.permission.write(ports.permission.read(), WHOLE)
        seen = ports.permission.read()
        ports.orders.write(ORDERS.give(order("o2"), NOW))

        with pytest.raises(Stale):
            ports.permission.write(seen, Change(windows=WINDOWS.put(window("w2"), NOW)))
        assert ports.maintenance.read() == WINDOWS

    def test_a_plan_beyond_an_item_comes_back_whole(self, ports):
        long = plan(1, "# é" + "x" * 500_000)

        ports.permission.write(ports.permission.read(), Change(plan=long))

        assert ports.plans.current() == ports.plans.version(1) == long


class PermissionRaceSuite:
    def test_of_fifty_writers_of_all_documents_each_that_wins_has_seen_all_before_it(self, ports):
        ports.permission.write(ports.permission.read(), WHOLE)

        def write(number):
            seen = ports.permission.read()
            ports.permission.write(seen, own_of(number, seen))
            return sum_of(seen)

        before = sum_of(ports.permission.read())
        wins = sorted(found for found in all_at_once(write, 50) if not isinstance(found, Stale))

        assert wins == list(range(before, before + len(wins)))
        assert sum_of(ports.permission.read()) == before + len(wins)
        assert wins


def own_of(number, seen):
    """A change that no other writer makes: who finds just that stored takes it for an answer that was lost."""
    switch = Off(switch=Switch.ORDERS, until=at(60), owner=str(number), reason="é", since=NOW)
    return (
        Change(plan=plan(seen.plan + 1, f"schema: 1 # {number}")),
        Change(orders=seen.orders.give(order(f"o{number}"), NOW)),
        Change(windows=seen.windows.put(window(f"w{number}"), NOW)),
        Change(record=replace(seen.record, version=seen.record.version + 1, off=(switch,))),
    )[number % 4]


def sum_of(seen):
    return seen.plan + seen.orders.version + seen.windows.version + seen.record.version
