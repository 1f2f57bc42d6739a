"""The posture's machine on a clock that is moved: hysteresis, orders first, money counted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.surge.levers import Posture
from chalicelib.domain.surge.posture import LASTING, QUIET, Asked, Stance, asked_by, counted, moved, ordered
from chalicelib.domain.surge.record import read_stance, stance_text
from chalicelib.domain.surge.sums import ENOUGH
from chalicelib.domain.surge.verdict import Verdict
from chalicelib.domain.upgrade.schema import Newer

NOW = datetime(2026, 3, 31, 23, 0, tzinfo=UTC)
CALM, ALERT, CRISIS = Posture
QUIETLY = Asked(posture=CALM, because="quiet")


def surge(times, lasted=timedelta(minutes=1), up=ENOUGH):
    return Verdict(up=up, seen=round(times * 100), due=100.0, since=NOW - lasted)


def order(posture, minutes=60, id_="o1"):
    return Order(
        id=id_, kind=OrderKind.POSTURE, scope=f"capacity:{posture.value}", until=NOW + timedelta(minutes=minutes),
        owner="o1", reason="drill", since=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verdicts", "asked"),
    [
        ([], CALM),
        ([surge(9, up=ENOUGH - 0.1)], CALM),
        ([surge(1.2)], CALM),
        ([surge(2)], ALERT),
        ([surge(2), surge(5)], CRISIS),
        ([surge(2.5, LASTING)], CRISIS),
        ([surge(2.4, LASTING)], ALERT),
    ],
)
def test_a_surge_asks_by_its_size_and_its_length(verdicts, asked):
    assert asked_by(verdicts, NOW).posture is asked


STORY = [
    # minute, asked for, believed after
    (0, CALM, CALM),
    (1, ALERT, ALERT),
    (2, CALM, ALERT),
    (15, ALERT, ALERT),
    (16, CRISIS, CRISIS),
    (20, ALERT, CRISIS),
    (30, CALM, CRISIS),
    (31, CALM, ALERT),
    (40, ALERT, ALERT),
    (54, CALM, ALERT),
    (55, CALM, CALM),
    (56, CRISIS, CRISIS),
]


def test_it_rises_at_once_and_falls_one_posture_at_a_time_after_a_quarter_of_an_hour():
    stance, seen = Stance(), []

    for minute, asked, _ in STORY:
        stance = moved(stance, Asked(posture=asked, because="surge"), NOW + timedelta(minutes=minute))
        seen.append((minute, asked, stance.posture))

    assert seen == STORY


def test_an_order_is_obeyed_at_once_in_both_directions_and_left_slowly_when_it_ends():
    up = moved(Stance(), Asked(posture=CRISIS, because="order", ordered=True), NOW)
    held = moved(up, Asked(posture=CALM, because="order", ordered=True), NOW + timedelta(minutes=1))
    still = moved(held, Asked(posture=CALM, because="order", ordered=True), NOW + timedelta(minutes=2))
    ended = moved(up, QUIETLY, NOW + QUIET - timedelta(seconds=1))

    assert (up.posture, up.because, up.since) == (CRISIS, "order", NOW)
    assert held.posture is still.posture is CALM
    assert ended.posture is CRISIS
    assert moved(up, QUIETLY, NOW + QUIET).posture is ALERT


def test_of_several_orders_the_highest_counts_and_only_while_it_holds():
    orders = Orders(version=2, given=(order(CALM, 120), order(ALERT, 60, "o2")))

    assert ordered(orders, NOW) == Asked(posture=ALERT, because="order", ordered=True)
    assert ordered(orders, NOW + timedelta(minutes=61)).posture is CALM
    assert ordered(orders, NOW + timedelta(minutes=121)) is None
    assert ordered(Orders(given=(replace(order(CRISIS), kind=OrderKind.DRAIN),)), NOW) is None


def test_money_is_counted_by_the_hour_and_a_month_begins_with_nothing():
    stance = Stance(month="2026-03", spent=10.0, hourly=3.0, counted_at=NOW)

    soon = counted(stance, NOW + timedelta(minutes=20))
    april = counted(soon, NOW + timedelta(hours=3))

    assert (soon.month, soon.spent) == ("2026-03", pytest.approx(11.0))
    assert (april.month, april.spent) == ("2026-04", pytest.approx(6.0))


def test_a_calm_that_costs_nothing_changes_nothing_from_minute_to_minute():
    stance = counted(Stance(), NOW)

    assert counted(stance, NOW + timedelta(minutes=1)) == stance
    assert moved(stance, QUIETLY, NOW + timedelta(minutes=1)) == stance
    assert moved(stance, Asked(posture=CALM, because="order", ordered=True), NOW) == stance


def test_a_stance_reads_back_and_what_is_none_is_refused():
    stance = Stance(
        version=3, posture=ALERT, since=NOW, asked_at=NOW, month="2026-03", news={"id": "3/alert"}
    )

    assert read_stance(stance_text(stance)) == stance
    with pytest.raises(ValueError, match="no stance"):
        read_stance('{"version": 1}')
    with pytest.raises(Newer):
        read_stance('{"schema": 99}')
