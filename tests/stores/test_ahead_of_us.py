"""What a later release stored is told apart from what is broken, and nothing is written over it."""

import json

import pytest

from chalicelib.domain.orders import Orders
from chalicelib.domain.permission.record import Record
from chalicelib.domain.planned_work.windows import Windows
from chalicelib.domain.telling.story import Stories
from chalicelib.domain.upgrade.schema import READS, WRITES
from chalicelib.ports import Ahead, Change, Note, Ring, Stale

STORED = {
    "orders": ({"pk": "orders"}, "orders", Orders(version=1)),
    "maintenance": ({"pk": "maintenance"}, "windows", Windows(version=1)),
    "stories": ({"pk": "stories", "version": 0}, "text", Stories(version=1)),
}


@pytest.mark.parametrize("name", STORED)
def test_a_document_of_a_later_release_is_ahead_of_us_and_neither_read_nor_replaced(name, moto_ports):
    key, attribute, first = STORED[name]
    store = getattr(moto_ports, name)
    store.write(first)
    changed(moto_ports, name, key, attribute)

    with pytest.raises(Ahead):
        store.read()

    assert json.loads(item(moto_ports, name, key)[attribute]["S"])["schema"] == READS + 1


def test_the_record_of_permission_of_a_later_release_is_ahead_of_us(moto_ports):
    store, key = moto_ports.permission, {"pk": "permission"}
    seen = store.read()
    store.write(seen, Change(record=Record(version=1)))
    changed(moto_ports, "permission", key, "record")

    with pytest.raises(Ahead):
        store.read()
    with pytest.raises(Stale):
        store.write(seen, Change(record=Record(version=1)))


def test_every_message_bears_the_schema_on_its_envelope_and_keeps_the_one_it_was_given(moto_ports):
    moto_ports.queues.bell(Ring(key="k", lane="normal"))
    moto_ports.queues.put(Note(queue="evidence", body="{}"))
    moto_ports.queues.put(Note(queue="overflow", body="{}", attributes={"schema": str(READS + 1)}))

    borne = [schema(moto_ports, queue) for queue in ("normal", "evidence", "overflow")]

    assert borne == [str(WRITES), str(WRITES), str(READS + 1)]


def table(ports, name):
    return ports._names.plans_table if name == "stories" else ports._names.orders_table


def typed(key):
    return {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in key.items()
    }


def item(ports, name, key):
    return ports.clients("dynamodb").get_item(TableName=table(ports, name), Key=typed(key))["Item"]


def changed(ports, name, key, attribute):
    """Write what is stored anew, as the next release would."""
    stored = item(ports, name, key)
    document = json.loads(stored[attribute]["S"]) | {"schema": READS + 1}
    stored[attribute] = {"S": json.dumps(document)}
    ports.clients("dynamodb").put_item(TableName=table(ports, name), Item=stored)


def schema(ports, queue):
    url = ports._names.queues[queue]
    (message,) = ports.clients("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    return message["MessageAttributes"]["schema"]["StringValue"]
