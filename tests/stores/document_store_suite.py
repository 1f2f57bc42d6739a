"""What every store of plans, orders, snapshots and ledger entries must do; subclasses give fresh `ports`."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from examples import NOW, at

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.planned_work.notices import DueNotice, NoticeState
from chalicelib.domain.planned_work.windows import ICAL, VENDOR, Effect, Span, Window, Windows
from chalicelib.domain.proof.chain import broken_at
from chalicelib.ports import Missing, PlanVersion, Stale


def plan(number: int, text: str = "") -> PlanVersion:
    text = text or f"schema: 1 # é {number}"
    digest = sha256(text.encode()).hexdigest()
    return PlanVersion(
        version=number, text=text, digest=digest, author="anna", reason="because", at=at(number),
        compiled=f'{{"schema": {number}}}',
    )  # fmt: skip


def order(name: str) -> Order:
    return Order(
        id=name, kind=OrderKind.DRAIN, scope="desk:a", until=at(600), owner="anna", reason="é", since=NOW
    )


def window(name: str) -> Window:
    return Window(
        id=name, title="é", scopes=("desk:a", "path:a#out#fr"), owner="anna", reason="because",
        spans=(Span(start=at(600), end=at(900)), Span(start=at(7_200), end=at(7_500))),
        alternatives={"order": ("desk:b", "reply")}, drain_before=timedelta(minutes=5), source=ICAL,
        reply={"fr": "À bientôt."},
    )  # fmt: skip


class PlanStoreSuite:
    def test_nothing_is_current_before_the_first(self, ports):
        with pytest.raises(Missing):
            ports.plans.current()
        assert list(ports.plans.versions(5)) == []

    def test_versions_follow_each_other_and_stay(self, ports):
        for number in (1, 2, 3):
            ports.plans.publish(plan(number))

        assert ports.plans.current() == plan(3)
        assert ports.plans.version(1) == plan(1)
        with pytest.raises(Missing):
            ports.plans.version(4)

    def test_of_two_who_publish_at_once_one_is_stale(self, ports):
        ports.plans.publish(plan(1))
        ports.plans.publish(plan(2))

        for late in (plan(2, "other"), plan(1, "other"), plan(5)):
            with pytest.raises(Stale):
                ports.plans.publish(late)
        assert ports.plans.current() == plan(2)

    def test_versions_are_listed_newest_first_without_texts(self, ports):
        for number in range(1, 6):
            ports.plans.publish(plan(number))

        listed = ports.plans.versions(2, below=5)

        assert [found.version for found in listed] == [4, 3]
        assert listed[0] == replace(plan(4), text="", compiled="")

    def test_a_text_beyond_an_item_comes_back_whole(self, ports):
        long = plan(1, "# é" + "x" * 500_000)

        ports.plans.publish(long)

        assert ports.plans.current() == long
        assert ports.plans.version(1) == long

    def test_a_plan_of_four_megabytes_and_its_compiled_form_come_back_and_can_be_published_again(self, ports):
        text = "# é" + "x" * 4_000_000
        first = replace(plan(1, text), compiled='{"schema": 1, "words": "' + "y" * 3_900_000 + '"}')
        ports.plans.publish(first)
        ports.plans.publish(plan(2))
        again = replace(first, version=3, reason="rollback to 1: it went wrong")

        ports.plans.publish(again)

        assert ports.plans.current() == again
        assert ports.plans.version(1) == first


class OrderStoreSuite:
    def test_there_are_no_orders_before_the_first(self, ports):
        assert ports.orders.read() == Orders()

    def test_orders_come_back_as_they_were_given(self, ports):
        given = Orders().give(order("o1"), NOW)
        ports.orders.write(given)
        more = given.give(order("o2"), NOW)

        ports.orders.write(more)

        assert ports.orders.read() == more

    def test_of_two_operators_at_once_one_is_stale(self, ports):
        first = Orders().give(order("o1"), NOW)
        ports.orders.write(first)

        with pytest.raises(Stale):
            ports.orders.write(Orders().give(order("o2"), NOW))
        with pytest.raises(Stale):
            ports.orders.write(replace(first, version=3))
        assert ports.orders.read() == first


class MaintenanceStoreSuite:
    def test_there_are_no_windows_before_the_first(self, ports):
        assert ports.maintenance.read() == Windows()

    def test_windows_come_back_as_they_were_planned_and_orders_are_left_alone(self, ports):
        ports.orders.write(Orders().give(order("o1"), NOW))
        first = Windows().put(window("w1"), NOW)
        ports.maintenance.write(first)
        more = first.put(window("w2"), NOW)

        ports.maintenance.write(more)

        assert ports.maintenance.read() == more
        assert ports.orders.read().version == 1

    def test_a_vendors_window_and_announcements_come_back_as_they_were(self, ports):
        extended = Span(start=at(600), end=at(1_200), promised=at(900))
        said, why = Span(start=at(600), end=at(1_000)), ("silence: é",)
        found = replace(
            window("v-1"), source=VENDOR, spans=(extended,), said=said, effect=Effect.EXPECT, unserved=why
        )
        notice = DueNotice(
            window="v-1", title="é", name="H-1", start=at(600), end=at(1_200), due=at(-3_000), at=NOW,
            state=NoticeState.PUBLISHED, channels=("shop",), unanswered=True,
        )  # fmt: skip
        windows = replace(Windows().put(found, NOW), notices=(notice,))

        ports.maintenance.write(windows)

        back = ports.maintenance.read()
        assert back == windows
        assert back.planned[0].spans[0].promised == at(900)

    def test_of_two_who_plan_at_once_one_is_stale(self, ports):
        first = Windows().put(window("w1"), NOW)
        ports.maintenance.write(first)

        with pytest.raises(Stale):
            ports.maintenance.write(Windows().put(window("w2"), NOW))
        with pytest.raises(Stale):
            ports.maintenance.write(replace(first, version=3))
        assert ports.maintenance.read() == first


class SnapshotStoreSuite:
    def test_nothing_is_there_before_the_first(self, ports):
        for read in (
            ports.snapshots.read,
            ports.snapshots.fallback,
            lambda: ports.snapshots.read_feed("fr.fr.json"),
        ):
            with pytest.raises(Missing):
                read()

    def test_the_published_text_is_in_both_places(self, ports):
        for version in (3, 4, 9):
            ports.snapshots.publish(version, f'{{"é":{version}}}')

        assert ports.snapshots.read() == (9, '{"é":9}')
        assert ports.snapshots.fallback() == (9, '{"é":9}')

    def test_an_older_or_equal_version_is_stale(self, ports):
        ports.snapshots.publish(5, "five")

        for version in (4, 5):
            with pytest.raises(Stale):
                ports.snapshots.publish(version, "late")
        assert ports.snapshots.read() == ports.snapshots.fallback() == (5, "five")

    def test_a_text_beyond_an_item_is_read_all_the_same(self, ports):
        long = "x" * 500_000

        ports.snapshots.publish(1, long)

        assert ports.snapshots.read() == (1, long)

    def test_a_feed_is_published_and_replaced(self, ports):
        ports.snapshots.feed("fr.fr.json", "{}")
        ports.snapshots.feed("fr.fr.json", '{"é":1}')

        assert ports.snapshots.read_feed("fr.fr.json") == '{"é":1}'


class LedgerSuite:
    def test_entries_form_a_whole_chain_per_stream_and_hour(self, ports):
        for number in range(5):
            ports.ledger.append("health", {"flip": f"é{number}"}, at(number))
        ports.ledger.append("orders", {"given": "o1"}, NOW)
        ports.ledger.append("health", {"flip": "later"}, at(7_200))

        entries = ports.ledger.entries("health", NOW)

        assert [found.entry["flip"] for found in entries] == [f"é{number}" for number in range(5)]
        assert [found.seq for found in entries] == [1, 2, 3, 4, 5]
        assert broken_at("health#2026-11-21T20", entries) is None

    def test_an_entry_with_a_name_is_added_once_to_its_hour(self, ports):
        for name in ("p/hard/1", "p/hard/2", "p/hard/1", "p/hard/2"):
            ports.ledger.append_once("flips", {"id": name}, NOW)
            ports.ledger.append("flips", {"words": "of somebody else"}, NOW)

        entries = ports.ledger.entries("flips", NOW)

        assert [e.entry["id"] for e in entries if "id" in e.entry] == ["p/hard/1", "p/hard/2"]
        assert broken_at("flips#2026-11-21T20", entries) is None

    def test_a_changed_or_missing_entry_shows(self, ports):
        for number in range(4):
            ports.ledger.append("health", {"flip": str(number)}, at(number))
        entries = list(ports.ledger.entries("health", NOW))
        changed = [*entries[:2], replace(entries[2], entry={"flip": "x"}), entries[3]]

        assert broken_at("health#2026-11-21T20", changed) == 3
        assert broken_at("health#2026-11-21T20", [entries[0], *entries[2:]]) == 2

    def test_reading_gives_the_whole_chains_of_the_hours_touched(self, ports):
        for seconds in (0, 60, 3_600, 3 * 3_600, 200 * 3_600):
            ports.ledger.append("flips", {"n": str(seconds)}, at(seconds))
        ports.ledger.append("other", {"n": "0"}, at(60))

        read = ports.ledger.read("flips", at(30), at(3 * 3_600))
        late = ports.ledger.read("flips", at(-24 * 3_600), at(300 * 3_600))

        assert list(read) == ["flips#2026-11-21T20", "flips#2026-11-21T21", "flips#2026-11-21T23"]
        assert [found.entry["n"] for found in read["flips#2026-11-21T20"]] == ["0", "60"]
        assert read["flips#2026-11-21T20"] == ports.ledger.entries("flips", NOW)
        assert len(late) == 4
        assert ports.ledger.read("flips", NOW, NOW) == {}
