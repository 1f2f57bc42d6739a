"""The contact suites on the durability benchmark's indexed memory: it must answer as every other store does."""

import pytest
from contact_store_suite import ContactStoreSuite, RowAheadSuite
from lot_store_suite import LotStoreSuite
from people_store_suite import ErasedRowSuite
from send_store_suite import SendStoreSuite

from bench.durability.indexed import IndexedContacts
from chalicelib.memory import MemoryPorts


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts(contacts=IndexedContacts())


class TestContacts(ContactStoreSuite):
    pass


class TestRowsAhead(RowAheadSuite):
    pass


class TestLots(LotStoreSuite):
    pass


class TestSends(SendStoreSuite):
    pass


class TestErasedRows(ErasedRowSuite):
    pass
