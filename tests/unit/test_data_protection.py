"""The data-protection sheet keeps to what there is: every store is in its table, with the times that hold."""

import re
from pathlib import Path

from chalicelib.aws.contacts import KEPT
from chalicelib.aws.people import KEPT as TOMBSTONES_KEPT
from chalicelib.domain.plan_document.reader import LONGEST_KEPT
from chalicelib.service.forget import A_MINUTE
from infra.queues import QUEUES
from infra.stores import EXPORTS_KEPT, stores

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "data-protection.md").read_text()
ROWS = {
    match[1]: match[0]
    for match in re.finditer(r"^\| `?(\w+)`? \|.*$", TEXT, re.MULTILINE)
    if match[1] != "store"
}


def test_every_store_is_in_the_table_and_nothing_else():
    kept = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}

    stored = {name for name, resource in stores().items() if resource["Type"] in kept}

    assert ROWS.keys() == stored | {"queues", "logs"}


def test_the_times_are_those_of_the_code():
    assert f"{LONGEST_KEPT} at most" in ROWS["ContactsTable"]
    assert f"until {KEPT // 86_400} days after" in ROWS["ContactsTable"]
    assert f"tombstones {TOMBSTONES_KEPT // 86_400} days" in ROWS["PeopleTable"]
    assert f"exports {EXPORTS_KEPT} days" in ROWS["BackupBucket"]
    assert f"R / {A_MINUTE * 1_440:,} days" in TEXT
    assert {queue.retention_days for queue in QUEUES} <= set(range(15))


def test_a_tombstone_outlives_every_copy_of_what_it_speaks_of():
    assert TOMBSTONES_KEPT // 86_400 > LONGEST_KEPT + EXPORTS_KEPT + 35
