"""The store suites on moto, single-threaded."""

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
from health_store_suite import HealthStoreSuite
from lot_store_suite import LotStoreSuite
from page_store_suite import PageStoreSuite
from paper_store_suite import PaperStoreSuite
from people_store_suite import ErasedRowSuite, PeopleStoreSuite
from permission_suite import PermissionSuite
from repeat_store_suite import RepeatStoreSuite
from schedule_store_suite import ScheduleStoreSuite
from seat_store_suite import SeatStoreSuite
from send_store_suite import SendStoreSuite
from stance_store_suite import StanceStoreSuite
from story_store_suite import EventsSuite, StoryStoreSuite
from term_suite import TermSuite
from traffic_store_suite import TrafficStoreSuite
from vantage_store_suite import VantageStoreSuite

from chalicelib.aws.ports import AwsPorts


@pytest.fixture
def ports(moto_ports) -> AwsPorts:
    return moto_ports


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
