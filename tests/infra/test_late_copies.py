"""The local stack's global tables: late, last writer wins, and not at all while regions are cut off."""

from contextlib import contextmanager

import pytest

from infra.local.replication import CUT, LAG, Late


class Service:
    """As much of ministack's DynamoDB as the copies touch."""

    def __init__(self):
        self.region, self.tables = "west", {"west": {}, "east": {}}

    @property
    def _tables(self):
        return {"T": self.tables[self.region]}

    def _replica_group(self, _table):
        return ["east", "west"]

    def get_account_id(self):
        return "1"

    def get_region(self):
        return self.region

    @contextmanager
    def request_scope(self, _account, region):
        before, self.region = self.region, region
        yield
        self.region = before

    def _extract_key_val(self, value):
        return value["S"] if value else ""

    def _set_item(self, table, pk, sk, item):
        table[pk, sk] = item

    def _remove_item(self, table, pk, sk):
        table.pop((pk, sk), None)


class Two:
    def __init__(self, folder):
        self.service, self.time = Service(), 0.0
        self.late = Late(self.service, lambda: self.time, folder)

    def write(self, region, value):
        item = {"pk": {"S": "k"}, "v": value} if value else None
        key = {"pk": {"S": "k"}}
        with self.service.request_scope("1", region):
            table = self.service._tables["T"]
            if item:
                table["k", "__no_sort__"] = item
            else:
                table.pop(("k", "__no_sort__"))
            self.late.replicate({"TableName": "T", "pk_name": "pk", "sk_name": ""}, "MODIFY", key, item)

    def read(self):
        self.late.let_through()
        return [self.service.tables[name].get(("k", "__no_sort__"), {}).get("v") for name in ("west", "east")]


@pytest.fixture
def two(tmp_path):
    return Two(tmp_path)


def test_a_write_comes_over_after_a_while(two):
    two.write("west", "a")

    assert two.read() == ["a", None]
    two.time = LAG
    assert two.read() == ["a", "a"]


def test_the_last_writer_wins_in_both(two):
    two.write("west", "a")
    two.write("east", "b")
    two.time = LAG

    assert two.read() == ["b", "b"]


def test_what_is_written_while_they_are_cut_off_comes_when_they_meet(two, tmp_path):
    (tmp_path / CUT).touch()
    two.write("west", "a")
    two.time = 60
    assert two.read() == ["a", None]

    (tmp_path / CUT).unlink()
    assert two.read() == ["a", "a"]


def test_an_item_that_is_gone_is_gone_in_both(two):
    two.write("west", "a")
    two.time = LAG
    two.read()
    two.write("west", None)
    two.time = 2 * LAG

    assert two.read() == [None, None]
