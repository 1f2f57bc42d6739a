"""The store suites and the races on the local stack."""

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

from chalicelib.aws.ports import AwsPorts

pytestmark = pytest.mark.stack


@pytest.fixture
def ports(stack_ports) -> AwsPorts:
    return stack_ports


class TestContacts(ContactStoreSuite):
    pass


class TestRowsAhead(RowAheadSuite):
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports


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
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports


class TestHealth(HealthStoreSuite):
    pass


class TestTraffic(TrafficStoreSuite):
    pass


class TestPages(PageStoreSuite):
    pass


class TestVantages(VantageStoreSuite):
    pass


class TestRaces(RaceSuite):
    pass


class TestSchedule(ScheduleStoreSuite):
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports


class TestDocuments(PlanStoreSuite, OrderStoreSuite, MaintenanceStoreSuite, SnapshotStoreSuite, LedgerSuite):
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports


class TestPermission(PermissionSuite):
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports


class TestPermissionInARace(PermissionRaceSuite):
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports


class TestAnchors(AnchorSuite, TouchedSuite):
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports


class TestPapers(PaperStoreSuite):
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports


class TestStance(StanceStoreSuite):
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports


class TestSeats(SeatStoreSuite):
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports


class TestTerms(TermSuite):
    pass


class TestLoud(StoryStoreSuite, EventsSuite, ToldRaceSuite):
    @pytest.fixture
    def ports(self, fresh_stack_ports):
        return fresh_stack_ports
