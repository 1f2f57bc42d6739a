"""Rules for planned work: at every edge ahead each purpose keeps an alternative, its safety rules, and a way in."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.planned_work.record import dump_windows as dumped
from chalicelib.domain.planned_work.record import read_windows
from chalicelib.domain.planned_work.rules import Ahead, MaintenanceRule, conflicts, new_conflicts
from chalicelib.domain.planned_work.scopes import affected
from chalicelib.domain.planned_work.windows import Span, Window, Windows

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLAN = read_plan(
    """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  shop:
    {kind: webhook, market: fr, account: shop, settings: {url: "https://s.example"},
     door: {url: "https://shop.example", labels: {fr: B, en: S}}}
  mail:
    {kind: webhook, market: fr, account: mail, settings: {url: "https://m.example"},
     door: {url: "mailto:a@shop.example", labels: {fr: M, en: M}}}
  box-a: {kind: webhook, account: a, provider: alpha, settings: {url: "https://a.example"}}
  box-b: {kind: webhook, account: b, provider: beta, settings: {url: "https://b.example"}}
  box-c: {kind: webhook, account: c, provider: gamma, settings: {url: "https://c.example"}}
desks:
  desk-a: {channel: box-a, capacity: {concurrent: 10}}
  desk-b: {channel: box-b, capacity: {concurrent: 5}}
  desk-c: {channel: box-c, capacity: {concurrent: 5}}
purposes:
  order: {match: [{}], routes: {fr: [desk-a, desk-b, desk-c]}, lane: normal}
  alarm: {match: [{channel: shop, keywords: [fire]}], routes: {fr: [desk-c]}, essential: true, offer: {fr: o, en: o}}
safety:
  - {purpose: order, min_channels: 1, min_capacity: 5}
  - {purpose: alarm, min_channels: 0}
""",
    1,
)  # fmt: skip


def at(hours):
    return NOW + timedelta(hours=hours)


def window(name, scope, start, end, *, alternatives=None, drain=0.0, reply=None):  # noqa: PLR0913 - named
    named = {"order": ("desk:desk-b",)} if alternatives is None else alternatives
    return Window(
        id=name, title=name, scopes=(scope,), spans=(Span(start=at(start), end=at(end)),), alternatives=named,
        drain_before=timedelta(hours=drain), reply=reply or {},
    )  # fmt: skip


def order(name, scope, start, end, kind=OrderKind.FORCE_DOWN):
    return Order(id=name, kind=kind, scope=scope, since=at(start), until=at(end), owner="o", reason="r")


def ahead(*windows, orders=()):
    return Ahead(plan=PLAN, orders=Orders(given=tuple(orders)), windows=Windows(planned=tuple(windows)))


def found(*windows, orders=()):
    return [
        (one.rule.value, one.window, one.purpose, one.at)
        for one in conflicts(ahead(*windows, orders=orders), NOW)
    ]


@pytest.mark.parametrize(
    ("scope", "purposes"),
    [
        ("desk:desk-a", ("order",)), ("channel:box-a", ("order",)), ("path:box-a#out#fr", ("order",)),
        ("path:box-a#out#world", ("order",)), ("path:box-a#in#fr", ()), ("desk:desk-c", ("order", "alarm")),
        ("channel:shop", ("order", "alarm")), ("path:shop#in#fr", ("order", "alarm")), ("path:shop#out#fr", ()),
        ("channel:mail", ("order",)),
    ],
)  # fmt: skip
def test_a_scope_affects_the_purposes_that_lose_a_desk_or_a_way_in(scope, purposes):
    assert affected(PLAN, [scope]) == purposes


def test_work_with_an_alternative_that_is_free_breaks_no_rule():
    assert found(window("w1", "desk:desk-a", 1, 3)) == []


@pytest.mark.parametrize(
    "alternatives", [{}, {"order": ()}, {"order": ("desk:desk-z",)}, {"alarm": ("desk:desk-c",)}]
)
def test_an_affected_purpose_without_an_alternative_that_serves_it_is_named(alternatives):
    assert found(window("w1", "desk:desk-a", 1, 3, alternatives=alternatives)) == [
        ("alternative_missing", "w1", "order", at(1))
    ]


def test_an_alternative_in_its_own_scope_is_none():
    assert ("alternative_overlaps", "w1", "order", at(1)) in found(
        window("w1", "channel:box-a", 1, 3, alternatives={"order": ("desk:desk-a",)})
    )


@pytest.mark.parametrize(
    "scope", ["desk:desk-b", "channel:box-b", "path:box-b#out#world", "path:box-b#out#fr"]
)
def test_work_that_overlaps_on_the_alternative_is_found_where_it_begins(scope):
    first = window("w1", "desk:desk-a", 1, 5)
    second = window("w2", scope, 4, 8, alternatives={"order": ("desk:desk-c",)})

    assert found(first, second) == [("alternative_overlaps", "w1", "order", at(4))]


def test_work_on_the_alternative_that_begins_when_the_other_ends_does_not_overlap():
    second = window("w2", "desk:desk-b", 5, 8, alternatives={"order": ("desk:desk-a",)})

    assert found(window("w1", "desk:desk-a", 1, 5), second) == []


def test_draining_counts_as_work():
    second = window("w2", "desk:desk-b", 5, 8, alternatives={"order": ("desk:desk-a",)}, drain=1)

    rules = found(window("w1", "desk:desk-a", 1, 5), second)

    assert ("alternative_overlaps", "w1", "order", at(4)) in rules
    assert ("alternative_overlaps", "w2", "order", at(4)) in rules


def test_an_overlap_in_the_far_occurrence_of_a_series_is_found():
    weekly = tuple(Span(start=at(1 + 168 * n), end=at(3 + 168 * n)) for n in range(50))
    series = Window(
        id="w1", title="s", scopes=("desk:desk-a",), spans=weekly, alternatives={"order": ("desk:desk-b",)}
    )
    once = window("w2", "desk:desk-b", 168 * 40, 168 * 40 + 2, alternatives={"order": ("desk:desk-c",)})

    assert found(series, once) == [("alternative_overlaps", "w1", "order", at(168 * 40 + 1))]


def test_an_order_may_take_one_alternative_of_two_and_not_the_last():
    both = window("w1", "desk:desk-a", 1, 5, alternatives={"order": ("desk:desk-b", "desk:desk-c")})
    taken = [order("o1", "desk:desk-b", 0, 9), order("o2", "channel:box-c", 2, 9)]

    assert found(both, orders=taken[:1]) == []
    assert ("alternative_forbidden", "w1", "order", at(2)) in found(both, orders=taken)


def test_two_windows_that_together_break_a_safety_rule_are_refused_at_the_edge_where_they_do():
    three = [
        window(
            f"w{n}",
            f"desk:desk-{d}",
            n,
            9,
            alternatives={"order": ("channel:mail",), "alarm": ("channel:mail",)},
        )
        for n, d in ((1, "a"), (2, "b"), (3, "c"))
    ]

    assert [one[:3] for one in found(*three)] == [("safety", "w3", "order")]


def test_an_essential_purpose_may_be_without_a_desk_for_24_hours_and_no_longer():
    silent = {"order": ("desk:desk-a",), "alarm": ("reply",)}
    words = {"fr": "Nous revenons lundi.", "en": "Back on Monday."}

    assert found(window("w1", "desk:desk-c", 1, 25, alternatives=silent, reply=words)) == []
    assert found(window("w1", "desk:desk-c", 1, 25.5, alternatives=silent, reply=words)) == [
        ("silence", "w1", "alarm", at(1))
    ]


def test_two_windows_in_a_row_are_one_silence():
    silent = {"order": ("desk:desk-a",), "alarm": ("reply",)}
    day, night = (
        window(n, "desk:desk-c", s, e, alternatives=silent) for n, s, e in (("w1", 1, 13), ("w2", 13, 26))
    )

    assert [one[:3] for one in found(day, night)] == [("silence", "w1", "alarm")]


def test_extending_work_bit_by_bit_does_not_get_round_the_24_hours():
    silent = {"order": ("desk:desk-a",), "alarm": ("reply",)}

    assert [one[:3] for one in found(window("w1", "desk:desk-c", -20, 5, alternatives=silent))] == [
        ("silence", "w1", "alarm")
    ]


def test_an_essential_purpose_may_not_be_without_any_way_in_either():
    both = {"order": ("channel:mail",), "alarm": ("reply",)}

    assert [one[:3] for one in found(window("w1", "channel:shop", 1, 30, alternatives=both))] == [
        ("silence", "w1", "alarm")
    ]


def test_a_change_is_not_blamed_for_what_was_broken_before():
    broken = [window("w1", "desk:desk-a", 1, 5, alternatives={})]
    elsewhere = window("w2", "channel:mail", 2, 3, alternatives={"order": ("channel:shop",)})

    assert new_conflicts(ahead(*broken), ahead(*broken, elsewhere), NOW) == ()
    assert [c.window for c in new_conflicts(ahead(), ahead(*broken, elsewhere), NOW)] == ["w1"]


def test_windows_come_back_from_their_stored_form():
    windows = Windows().put(window("w1", "desk:desk-a", 1, 3, drain=1, reply={"fr": "é"}), NOW)

    assert read_windows(dumped(windows)) == windows


def test_what_is_over_is_left_out_by_the_next_change():
    windows = Windows().put(window("w1", "desk:desk-a", 1, 3), NOW)

    assert windows.put(window("w2", "desk:desk-a", 5, 6), at(4)).planned == (
        window("w2", "desk:desk-a", 5, 6),
    )


def test_every_rule_has_a_story_here():
    told = ["alternative_missing", "alternative_overlaps", "alternative_forbidden", "safety", "silence"]

    assert [rule.value for rule in MaintenanceRule] == told
