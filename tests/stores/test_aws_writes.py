"""How the AWS stores write: how many writes, and what a retry finds whose first answer was lost."""

from collections import Counter
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import pytest
from document_store_suite import order, plan
from examples import NOW, at, contact, row, work
from health_store_suite import HARD, RULES, failures, signals

from chalicelib.aws.works import work_item, work_of
from chalicelib.domain.health import batch_of, demanded
from chalicelib.domain.model import Outcome
from chalicelib.domain.orders import Orders
from chalicelib.domain.outbox import Due
from chalicelib.domain.telling.story import Stories


class Spying:
    """A client that counts its calls and, when told, makes each write twice: its first answer was lost."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: Counter[str] = Counter()
        self.twice = False

    def __getattr__(self, operation: str) -> Any:
        def call(**asked: Any) -> Any:
            self.calls[operation] += 1
            if self.twice and operation in ("put_item", "update_item", "put_object"):
                getattr(self._client, operation)(**asked)
            return getattr(self._client, operation)(**asked)

        return call


@pytest.fixture
def spies(moto_ports) -> dict[str, Spying]:
    """The clients under the ports, by service."""
    clients = moto_ports.clients
    made = {service: Spying(clients(service)) for service in ("dynamodb", "s3", "sqs", "secretsmanager")}
    moto_ports.clients = made.__getitem__
    return made


def writes(spies: dict[str, Spying]) -> dict[str, int]:
    counted = dict(spies["dynamodb"].calls)
    spies["dynamodb"].calls.clear()
    return counted


class TestCounts:
    def test_acceptance_is_one_put_and_no_read(self, spies, moto_ports):
        moto_ports.contacts.add(row())

        assert writes(spies) == {"put_item": 1}

    def test_a_claim_is_one_update_and_touches_no_due_time(self, spies, moto_ports):
        moto_ports.contacts.add(row())
        before = moto_ports.contacts.get("k1").due_at
        writes(spies)

        moto_ports.contacts.save("k1", work(1))

        assert writes(spies) == {"update_item": 1}
        assert moto_ports.contacts.get("k1").due_at == before

    def test_a_row_and_its_work_are_one_query(self, spies, moto_ports):
        moto_ports.contacts.add(row())
        writes(spies)

        moto_ports.contacts.get("k1")

        assert writes(spies) == {"query": 1}

    def test_a_fold_is_one_update_for_a_fresh_path_and_for_one_that_is_known(self, spies, moto_ports):
        mixed = batch_of(signals(Outcome.OUTAGE, Outcome.OK, Outcome.OK), 0, RULES)
        for batch in (failures(1), mixed, failures(2), mixed, mixed):
            moto_ports.health.fold("p", HARD, batch, NOW)

            assert writes(spies) == {"update_item": 1}

    def test_a_fold_on_an_unknown_score_is_two_updates_at_most(self, spies, moto_ports, moto_clients):
        moto_ports.health.fold("p", HARD, failures(3), NOW)
        moto_ports.health._seen.clear()
        writes(spies)

        moto_ports.health.fold("p", HARD, batch_of(signals(Outcome.OK), 0, RULES), NOW)

        assert writes(spies) == {"update_item": 2}

    def test_tokens_of_a_known_second_are_one_update(self, spies, moto_ports):
        for second in (100, 100, 101, 101):
            assert moto_ports.contacts.lease("d", 0, 1, second, 5) == 1

        assert writes(spies) == {"update_item": 4}


class TestLostAnswers:
    @pytest.fixture(autouse=True)
    def every_write_is_made_twice(self, spies, moto_ports):
        self.spies = spies
        spies["dynamodb"].twice = spies["s3"].twice = True

    def test_a_saved_work_is_not_stale(self, moto_ports):
        moto_ports.contacts.add(row())

        moto_ports.contacts.save("k1", work(1), Due.SET, at(100))
        moto_ports.contacts.save("k1", work(2), Due.CLEAR)

        assert moto_ports.contacts.get("k1").work == work(2)
        assert moto_ports.contacts.get("k1").due_at is None

    def test_work_after_work_done_at_acceptance_is_not_stale(self, moto_ports):
        moto_ports.contacts.add(row(work=work(2)))

        moto_ports.contacts.save("k1", work(3))

        assert moto_ports.contacts.get("k1").work == work(3)

    def test_an_added_row_looks_like_a_duplicate_of_itself(self, moto_ports):
        assert moto_ports.contacts.add(row()) == row()

    def test_a_flip_is_still_won(self, moto_ports):
        self.spies["dynamodb"].twice = False
        cls = moto_ports.health.fold("p", HARD, failures(5), NOW)
        self.spies["dynamodb"].twice = True

        assert moto_ports.health.flip("p", cls, demanded("p", HARD, cls, NOW, RULES))

    def test_documents_are_published(self, moto_ports):
        moto_ports.plans.publish(plan(1))
        moto_ports.orders.write(Orders().give(order("o1"), NOW))
        moto_ports.snapshots.publish(1, "one")
        moto_ports.snapshots.publish(2, "two")
        moto_ports.stories.write(Stories(version=1))
        moto_ports.stories.write(Stories(version=2))
        moto_ports.ledger.append("s", {"a": "b"}, NOW)
        moto_ports.ledger.append("s", {"a": "c"}, NOW)

        assert moto_ports.plans.current() == plan(1)
        assert moto_ports.orders.read().version == 1
        assert moto_ports.snapshots.fallback() == (2, "two")
        assert moto_ports.stories.read().version == 2
        assert [found.seq for found in moto_ports.ledger.entries("s", NOW)] == [1, 2]

    def test_tokens_lost_with_an_answer_are_never_given_twice(self, moto_ports):
        grants = [moto_ports.contacts.lease("d", 0, 1, 100, 5) for _ in range(10)]

        assert 0 < sum(grants) <= 5


class TestOrderOfWrites:
    def test_a_due_time_is_set_even_if_the_work_then_goes_stale(self, moto_ports):
        contacts = moto_ports.contacts
        contacts.add(row(due_at=None))
        contacts.save("k1", work(1), Due.CLEAR)
        contacts.save("k1", work(2))

        with pytest.raises(Exception, match="not the next"):
            contacts.save("k1", work(2), Due.SET, at(50))

        assert contacts.get("k1").due_at == at(50)

    def test_a_late_clear_does_not_undo_a_later_due_time(self, moto_ports):
        contacts = moto_ports.contacts
        contacts.add(row())
        contacts.save("k1", work(1))
        contacts.save("k1", work(2), Due.SET, at(50))

        contacts._clear_due("k1", 1)

        assert contacts.get("k1").due_at == at(50)


LATER = work(term="2@us-east-1", started=3, seen=(("", 4, 2),), in_doubt=True)


def test_the_work_of_a_later_term_reads_back_whole():
    assert work_of(work_item(LATER)) == LATER


def test_the_example_row_leaves_no_field_at_its_default():
    for value in (
        row(work=work(), works=(work(), LATER), erased_at=at(90), lot="q/words/shop"),
        contact(),
        LATER,
        *work().attempts[:1],
        contact().party,
        *contact().attachments,
    ):
        assert is_dataclass(value)
        for field in fields(value):
            default = field.default_factory() if field.default_factory is not MISSING else field.default
            assert getattr(value, field.name) != default, f"{type(value).__name__}.{field.name}"


def test_a_plan_is_read_from_its_copy_when_its_table_is_gone(moto_ports):
    moto_ports.plans.publish(plan(1))
    client = moto_ports.clients("dynamodb")
    for table in client.list_tables()["TableNames"]:
        client.delete_table(TableName=table)

    assert moto_ports.plans.version(1) == plan(1)
