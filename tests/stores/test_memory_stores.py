"""The store suites and the races, in memory."""

import pytest
from anchor_suite import AnchorSuite, TouchedSuite
from contact_store_suite import ContactStoreSuite, RowAheadSuite
from dead_letter_suite import DeadLetterSuite
from document_store_suite import (
    LedgerSuite,
    MaintenanceStoreSuite,
    OrderStoreSuite,
    PlanStoreSuite,
    SnapshotStoreSuite,
)
from examples import NOW, at
from health_store_suite import HealthStoreSuite
from lot_store_suite import LotStoreSuite
from page_store_suite import PageStoreSuite
from paper_store_suite import PaperStoreSuite
from people_store_suite import ErasedRowSuite, PeopleStoreSuite
from permission_suite import PermissionRaceSuite, PermissionSuite
from races import RaceSuite
from repeat_store_suite import RepeatStoreSuite
from schedule_store_suite import ScheduleStoreSuite
from seat_store_suite import SeatStoreSuite
from send_store_suite import SendStoreSuite
from stance_store_suite import StanceStoreSuite
from story_store_suite import EventsSuite, StoryStoreSuite, ToldRaceSuite
from term_suite import TermSuite
from traffic_store_suite import TrafficStoreSuite
from vantage_store_suite import VantageStoreSuite

from chalicelib.memory import ManualClock, MemoryPorts
from chalicelib.ports import Note, Ring, Unavailable


@pytest.fixture
def ports(memory_ports) -> MemoryPorts:
    return memory_ports


class TestContacts(ContactStoreSuite):
    pass


class TestRowsAhead(RowAheadSuite):
    pass


class TestLots(LotStoreSuite):
    pass


class TestSends(SendStoreSuite):
    pass


class TestRepeats(RepeatStoreSuite):
    pass


class TestDeadLetters(DeadLetterSuite):
    pass


class TestErasedRows(ErasedRowSuite):
    pass


class TestPeople(PeopleStoreSuite):
    pass


class TestHealth(HealthStoreSuite):
    pass


class TestPages(PageStoreSuite):
    pass


class TestVantages(VantageStoreSuite):
    pass


class TestTraffic(TrafficStoreSuite):
    pass


class TestPlans(PlanStoreSuite):
    pass


class TestSchedule(ScheduleStoreSuite):
    pass


class TestOrders(OrderStoreSuite):
    pass


class TestPermission(PermissionSuite):
    pass


class TestPermissionInARace(PermissionRaceSuite):
    pass


class TestMaintenance(MaintenanceStoreSuite):
    pass


class TestSnapshots(SnapshotStoreSuite):
    pass


class TestLedger(LedgerSuite):
    pass


class TestAnchors(AnchorSuite):
    pass


class TestTouched(TouchedSuite):
    pass


class TestPapers(PaperStoreSuite):
    pass


class TestStance(StanceStoreSuite):
    pass


class TestSeats(SeatStoreSuite):
    pass


class TestTerms(TermSuite):
    pass


class TestStories(StoryStoreSuite):
    pass


class TestEvents(EventsSuite):
    pass


class TestToldInARace(ToldRaceSuite):
    pass


class TestRaces(RaceSuite):
    pass


class TestDrillSwitches:
    def test_a_store_that_is_down_says_so_and_changes_nothing(self, ports):
        ports.queues.down = True

        with pytest.raises(Unavailable):
            ports.queues.bell(Ring(key="k", lane="urgent"))
        ports.queues.down = False

        assert ports.queues.take_bells() == []

    def test_the_fallback_outlives_the_table(self, ports):
        ports.snapshots.publish(1, "one")
        ports.snapshots.down = True

        with pytest.raises(Unavailable):
            ports.snapshots.read()
        assert ports.snapshots.fallback() == (1, "one")

    def test_object_storage_goes_down_on_its_own(self, ports):
        ports.snapshots.objects_down = True

        with pytest.raises(Unavailable):
            ports.snapshots.feed("fr.fr.json", "{}")

    def test_bells_and_notes_are_taken_once_in_their_order(self, ports):
        ports.queues.bell(Ring(key="k1", lane="urgent"))
        ports.queues.bell(Ring(key="k2", lane="urgent", delay=10))
        ids = [ports.queues.put(Note(queue="probes", body=str(number))) for number in range(2)]

        assert [ring.key for ring in ports.queues.take_bells(longest_delay=0)] == ["k1"]
        assert [ring.key for ring in ports.queues.take_bells()] == ["k2"]
        assert [note.body for note in ports.queues.take_notes("probes")] == ["0", "1"]
        assert ports.queues.take_notes("probes") == []
        assert ids == ["note-1", "note-2"]

    def test_the_clock_moves_when_told(self):
        clock = ManualClock(NOW)

        assert clock.advance(5) == clock.now() == at(5)
