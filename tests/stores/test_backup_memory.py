"""An export of a table of any length holds no more of it than a few pages; a key that is gone opens nothing."""

import tracemalloc
from dataclasses import replace
from types import SimpleNamespace

import pytest
from backup_suite import LATER, of_person

from chalicelib.aws.rows import row_item
from chalicelib.aws.table import plain, typed
from infra.backup import Export, Stage, export
from infra.export_keyring import Keyring
from infra.export_lines import Owner, emptied, read_line, sealed_line
from infra.sealing import KEY

NAMES = (
    "ContactsTable",
    "PeopleTable",
    "PlansTable",
    "OrdersTable",
    "LedgerTable",
    "StateBucket",
    "BackupBucket",
)
BODY = typed({**row_item(of_person("ann", "ann")), "sk": "c", "text": "x" * 2_000})


class Endless:
    """The clients of a stage whose contacts table has so many pages, and whose objects only their sizes are kept of."""

    def __init__(self, pages):
        self.pages, self.bytes = pages, 0
        self.keys = {}

    def __call__(self, service, **options):
        return self

    def scan(self, **asked):
        if asked["TableName"] != "ContactsTable":
            return {"Items": list(self.keys.values())[:1] if asked["TableName"] == "PeopleTable" else []}
        page = int(plain(asked.get("ExclusiveStartKey", {"pk": {"S": "0"}}))["pk"])
        items = [BODY | {"pk": {"S": f"{page}-{number}"}} for number in range(asked["Limit"])]
        return {
            "Items": items,
            **({"LastEvaluatedKey": {"pk": {"S": str(page + 1)}}} if page + 1 < self.pages else {}),
        }

    def get_item(self, **asked):
        return {"Item": {**asked["Key"], "secret": {"B": b"digests"}}}

    def batch_get_item(self, RequestItems):  # noqa: N803 - the API's name
        [[table, asked]] = RequestItems.items()
        return {
            "Responses": {
                table: [self.keys[k["pk"]["S"]] for k in asked["Keys"] if k["pk"]["S"] in self.keys]
            }
        }

    def update_item(self, **asked):
        self.keys[asked["Key"]["pk"]["S"]] = {
            **asked["Key"],
            "export_key": asked["ExpressionAttributeValues"][":new"],
        }
        return {}

    def put_object(self, **asked):
        self.bytes += len(asked["Body"])

    def get_paginator(self, name):
        return SimpleNamespace(paginate=lambda **asked: [{}])


def peak(pages):
    """Bytes at the highest, and bytes written, of an export of so many pages of 25 rows."""
    clients = Endless(pages)
    stage = Stage(names={name: name for name in NAMES}, clients=clients)
    tracemalloc.start()
    export(Export(stage=stage, name="e1", now=LATER, page=25, part=100_000))
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return highest, clients.bytes


def test_memory_does_not_grow_with_the_table():
    peak(2)

    (few, little), (many, much) = peak(8), peak(40)

    assert much > 4 * little
    assert many < 1.3 * few


def test_a_box_without_its_key_is_what_is_left_without_the_person():
    item = {"pk": "k", "sk": "c", **row_item(of_person("ann", "ann"))}
    owner = Owner(digest="d" * 32, key=b"k" * KEY, at=LATER)
    line = read_line(sealed_line(item, owner, LATER))
    other = {"pk": f"person#{owner.digest}", "export_key": b"o" * KEY}

    known = Keyring([{"pk": f"person#{owner.digest}", "export_key": owner.key}]).open(line, LATER)
    never, replaced = Keyring([]).open(line, LATER), Keyring([other]).open(line, LATER)

    assert (known.item, known.why) == (item, "")
    assert (never.why, replaced.why) == ("key gone", "key gone")
    assert never.item == replaced.item == emptied(item, LATER)
    assert "Zoë" not in repr(never.item)


@pytest.mark.parametrize("text", ["{}", "[]", "1", "not json", '{"item": {"pk": {"x": 1}}}'])
def test_what_is_no_line_is_refused(text):
    with pytest.raises(ValueError, match="no line of an export"):
        read_line(text)


def test_a_line_carries_bytes_numbers_and_texts():
    item = {
        "pk": "k",
        "sk": "c",
        **row_item(replace(of_person("ann", "ann"), erased_at=LATER)),
        "contact": b"\x00\xff",
    }

    line = read_line('{"item": {"pk": "k", "n": 3, "contact": {"b64": "AP8="}}}')

    assert line.item == {"pk": "k", "n": 3, "contact": item["contact"]}
