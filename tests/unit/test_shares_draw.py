"""The draw by shares: each desk its share of all keys, the same for one key, and little moves when shares do."""

from collections import Counter
from functools import cache
from math import sqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.shares.draw import drawn_order, put_first

KEYS = [f"key-{number}" for number in range(10_000)]
SIGMAS = 4
PARTS = (
    {"lille": 70, "paris": 30},
    {"lille": 99, "paris": 1},
    {"lille": 34, "paris": 33, "nantes": 33},
    {"a": 50, "b": 25, "c": 15, "d": 10},
)


def first(shares, key):
    return drawn_order(shares, key)[0][0]


@cache
def firsts(*parts):
    """For each of the keys."""
    shares = dict(parts)
    return [first(shares, key) for key in KEYS]


def within(count, of, share):
    return abs(count - of * share) <= SIGMAS * sqrt(of * share * (1 - share))


@pytest.mark.parametrize("shares", PARTS, ids=str)
def test_each_desk_comes_first_for_its_share_of_ten_thousand_keys(shares):
    came = Counter(firsts(*shares.items()))

    assert all(within(came[desk], len(KEYS), share / 100) for desk, share in shares.items()), came


def test_when_the_first_cannot_take_it_the_others_follow_in_proportion():
    shares = {"lille": 50, "paris": 30, "nantes": 20}
    orphans = [order for key in KEYS if (order := drawn_order(shares, key))[0][0] == "lille"]

    came = Counter(order[1][0] for order in orphans)

    assert within(came["paris"], len(orphans), 30 / 50)


@pytest.mark.parametrize(
    ("before", "after", "points"),
    [
        ({"lille": 70, "paris": 30}, {"lille": 60, "paris": 40}, 10),
        ({"lille": 70, "paris": 30}, {"lille": 69, "paris": 31}, 1),
        ({"a": 50, "b": 30, "c": 20}, {"a": 40, "b": 36, "c": 24}, 10),
        ({"a": 40, "b": 36, "c": 24}, {"a": 50, "b": 30, "c": 20}, 10),
    ],
)
def test_moving_so_many_points_moves_so_many_contacts_in_a_hundred(before, after, points):
    pairs = zip(firsts(*before.items()), firsts(*after.items()), strict=True)

    moved = [(was, now) for was, now in pairs if was != now]

    assert within(len(moved), len(KEYS), points / 100), len(moved)
    gainers = {desk for desk, share in after.items() if share > before[desk]}
    assert {now for _, now in moved} <= gainers, "nobody moves to a desk that lost"


def test_points_between_two_of_several_desks_move_less_than_half_as_many_again():
    before, after = {"a": 50, "b": 30, "c": 20}, {"a": 40, "b": 30, "c": 30}

    pairs = zip(firsts(*before.items()), firsts(*after.items()), strict=True)

    moved = sum(was != now for was, now in pairs)

    assert 900 <= moved <= 1_500


def test_the_draw_of_a_key_stays_the_same_for_ever():
    assert drawn_order({"lille": 70, "paris": 30}, "k1") == (("paris", 30), ("lille", 70))
    assert [first({"a": 50, "b": 50}, f"k{n}") for n in range(8)] == list("aababbab")


@given(
    shares=st.dictionaries(st.text(max_size=3), st.integers(1, 99), min_size=1, max_size=6),
    key=st.text(max_size=20),
)
@example(shares={"a": 1, "b": 99}, key="\ud800")
def test_every_desk_is_in_the_order_once_whatever_the_key(shares, key):
    order = drawn_order(shares, key)

    assert dict(order) == shares
    assert len(order) == len(shares)
    assert drawn_order(dict(reversed(shares.items())), key) == order


def test_what_is_told_of_a_desk_puts_it_first_and_the_others_by_their_shares():
    assert put_first({"a": 20, "b": 50, "c": 30}, "a") == (("a", 20), ("b", 50), ("c", 30))
