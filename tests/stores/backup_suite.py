"""What a backup must do: export, restore elsewhere, answer the same, and bring back nobody who is erased."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from examples import NOW, at, row, work

from chalicelib.aws.ports import AwsPorts
from chalicelib.domain.audit.rsa import read_key
from chalicelib.domain.audit.verify import Verification
from chalicelib.domain.model import ContactKind, Medium, Outcome, Party, party_key, row_key
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.outbox import Due, RowState
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.domain.planned_work.windows import Windows
from chalicelib.domain.proof.dispatch import Dispatch
from chalicelib.memory import MemoryPorts
from chalicelib.ports import PlanVersion
from chalicelib.service.anchoring import Anchoring
from chalicelib.service.forget import forget
from chalicelib.service.rows import contact_row
from chalicelib.wiring import Wired
from infra.backup import Export, Stage, export, instead
from infra.export_keyring import keyring_of
from infra.export_lines import read_line
from infra.export_parts import Corrupt
from infra.export_writer import write
from infra.restore import Occupied, Restore, restore
from tests.world import PLAN, SETTINGS, Desks, ManualClock, World

ANN, BOB = "+33612345678", "bob@example.org"
WORDS = (
    ANN,
    BOB,
    "Zoë",
    "Où est ma commande",
    "commande",
    "m-ann",
    "m-bob",
    "cdn.example",
    "réclamation",
    "503 é",
)
LATER = at(7_200)
LEDGER_CHAINS = ("operations#2026-11-21T20", "operations#2026-11-21T21")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One stage, and its ports."""

    ports: AwsPorts
    stage: Stage


def side_of(ports: AwsPorts) -> Side:
    """The stage behind ports that the fixtures made, with a backup bucket of its own."""
    names, bucket = ports._names, f"backup-of-{ports._names.state_bucket}"
    place = {"LocationConstraint": "eu-west-3"}
    ports.clients("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    stage = Stage(
        clients=ports.clients,
        names={
            "ContactsTable": names.contacts_table, "PeopleTable": names.people_table,
            "PlansTable": names.plans_table, "OrdersTable": names.orders_table,
            "LedgerTable": names.ledger_table, "StateBucket": names.state_bucket, "BackupBucket": bucket,
        },
    )  # fmt: skip
    return Side(ports=ports, stage=stage)


def fill(ports) -> dict[str, str]:
    """A little of everything; the rows' keys by a name."""
    keys = {}
    for name, person in (("ann", ANN), ("bob", BOB), ("ann-again", ANN)):
        stored = of_person(name, person)
        ports.contacts.add(stored)
        ports.contacts.save(stored.key, work(), Due.SET, at(600))
        keys[name] = stored.key
    fresh = replace(of_person("carl", "carl"), work=work(1, state=RowState.SENT))
    ports.contacts.add(fresh)
    ports.contacts.alias("f" * 32, fresh.key)
    ports.contacts.note_sent(
        Dispatch(
            path="box-a#out#world", key=keys["ann"], attempt=1, at=NOW, outcome=Outcome.OK, provider_id=ANN
        )
    )
    plan = read_plan(PLAN, 1)
    ports.plans.publish(
        PlanVersion(
            version=1,
            text=PLAN,
            digest=plan.digest,
            author="a1",
            reason="first",
            at=NOW,
            compiled=dump_plan(plan),
        )
    )
    order = Order(
        id="o1",
        kind=OrderKind.FORCE_DOWN,
        scope="desk:desk-a",
        until=at(80_000),
        owner="a1",
        reason="no sound",
        since=NOW,
    )
    ports.orders.write(Orders(version=0).give(order, NOW))
    ports.maintenance.write(Windows(version=1))
    for number in range(5):
        ports.ledger.append("operations", {"what": f"step {number}"}, at(number * 900))
    return keys | {"carl": fresh.key}


def of_person(name, person):
    own = replace(row().contact, account="", provider_id=f"m-{name}", party=Party(address=person, name="Zoë"))
    own = replace(own, kind=ContactKind.CONTACT, medium=Medium.MESSAGING)
    key, party = row_key("shop", "", own.provider_id), party_key("shop", "", person)
    return row(key=key, channel="shop", contact=own, party=party, kind=ContactKind.CONTACT, parent="")


def erase(ports, keys, *names):
    """As the operators' verb does it."""
    people = {ports.contacts.get(keys[name]).party for name in names}
    for party in people:
        ports.people.erase(party, LATER)
    for name in names:
        assert forget(ports.contacts, read_plan(PLAN, 1), ports.contacts.get(keys[name]), LATER)


def decided(ports):
    """How a stage on these ports decides now."""
    wired = Wired(stores=ports, http=Desks(), clock=ManualClock(LATER), settings=SETTINGS)
    wired.tick.flip()
    return contact_row("shop", of_person("new", "dora").contact, wired.situations.read(LATER), LATER).decision


def exported(stage, name="e1"):
    return export(Export(stage=stage, name=name, now=LATER))


def bodies(stage, prefix=""):
    backup = stage.objects("BackupBucket")
    return {key: backup.get(key) for key in backup.names(prefix)}


class Pair:
    """A subclass gives `pair`: the ports of two empty stages."""

    @pytest.fixture
    def source(self, pair):
        return side_of(pair[0])

    @pytest.fixture
    def target(self, pair):
        return side_of(pair[1])

    @pytest.fixture
    def asked(self, source, target):
        return Restore(
            backup=source.stage.objects("BackupBucket"), name="e1", target=target.stage,
            erasures=source.stage.objects("StateBucket"),
        )  # fmt: skip


class BackupSuite(Pair):
    def test_a_restored_stage_has_everything_and_decides_the_same(self, source, target, asked):
        keys = fill(source.ports)

        made = exported(source.stage)
        told = restore(asked, LATER)

        assert (told.wrong, dict(told.emptied)) == ([], {})
        assert told.stored["ContactsTable"] == made["tables"]["ContactsTable"]["lines"] == 9
        assert told.chains == 2
        for key in keys.values():
            assert target.ports.contacts.get(key) == source.ports.contacts.get(key)
        party = party_key("shop", "", ANN)
        assert sorted(target.ports.contacts.history(party, 9)) == sorted([keys["ann"], keys["ann-again"]])
        assert target.ports.contacts.find("f" * 32) == keys["carl"]
        path = "box-a#out#world"
        assert target.ports.contacts.sent(path, at(-9), at(9), 9) == source.ports.contacts.sent(
            path, at(-9), at(9), 9
        )
        assert target.ports.plans.current() == source.ports.plans.current()
        assert target.ports.orders.read() == source.ports.orders.read()
        assert target.ports.maintenance.read() == source.ports.maintenance.read()
        assert target.ports.ledger.entries("operations", NOW) == source.ports.ledger.entries(
            "operations", NOW
        )
        due = {key for n in range(16) for key, *_ in target.ports.contacts.due(n, at(700), 99)}
        assert due == {keys["ann"], keys["bob"], keys["ann-again"], keys["carl"]}
        assert decided(target.ports) == decided(source.ports)

    def test_a_restored_ledger_is_verified_by_the_anchors_of_the_stage_that_it_came_from(
        self, source, target, asked
    ):
        kept = MemoryPorts().anchors
        fill(source.ports)
        Anchoring(ledger=source.ports.ledger, anchors=kept, stage="prod").run(at(3_600))
        Anchoring(ledger=source.ports.ledger, anchors=kept, stage="prod").run(at(30_000))
        exported(source.stage)

        told = restore(asked, LATER)
        ledger = target.ports.ledger
        rows = [(name, entry) for name in LEDGER_CHAINS for entry in ledger.tail(name, 1)]
        checking = Verification(stage="prod", keys=[read_key(kept.public_key())])
        faults = list(checking.faults(enumerate(kept.texts, 1), rows))

        assert (told.wrong, faults, checking.done.rows, checking.done.after_the_last) == ([], [], 5, 0)
        assert list(ledger.touched(NOW)) == list(source.ports.ledger.touched(NOW)) == [LEDGER_CHAINS[0]]

    def test_every_event_of_a_conversation_is_stored_within_seconds_exported_and_restored(
        self, source, target, asked
    ):
        world = World(
            PLAN, replace(MemoryPorts(), contacts=source.ports.contacts, people=source.ports.people)
        )
        world.say("Où est ma commande", person=ANN)
        world.run()
        reply = {
            "type": "contact.reply",
            "data": {"reference": world.row().key, "text": "En route", "id": "r1"},
        }
        world.wired.acceptance.receive("box-a", world.signed(reply, "d1"), world.clock.now())
        world.run()
        stored, _ = source.ports.contacts.page(9)

        exported(source.stage)
        restored = restore(asked, LATER)

        assert {row.kind: row.contact.text for row in stored} == {
            "contact": "Où est ma commande",
            "reply": "En route",
        }
        assert all(
            timedelta() <= world.clock.now() - row.accepted_at < timedelta(seconds=5) for row in stored
        )
        assert (restored.wrong, sorted(target.ports.contacts.page(9)[0], key=lambda row: row.key)) == (
            [],
            sorted(stored, key=lambda row: row.key),
        )

    def test_no_exported_line_has_a_word_or_a_key_of_a_person(self, source):
        fill(source.ports)

        exported(source.stage)

        found = b"".join(bodies(source.stage, "exports/").values()).decode()
        assert found.count('"box"') == 8
        words = [*WORDS, party_key("shop", "", ANN), *(json.dumps(word).strip('"') for word in WORDS)]
        assert not [word for word in words if word in found]

    def test_who_was_erased_after_the_export_does_not_come_back_by_it(self, source, target, asked):
        keys = fill(source.ports)
        exported(source.stage)
        erase(source.ports, keys, "ann", "ann-again")

        told = restore(asked, LATER)

        assert (told.wrong, dict(told.emptied)) == ([], {"erased": 5})
        ann = target.ports.contacts.get(keys["ann"])
        assert (ann.contact.party.address, ann.contact.text, ann.party) == ("", "", "")
        assert (ann.erased_at, ann.work.state, ann.due_at) == (LATER, RowState.CLOSED, None)
        assert not [word for word in WORDS if word in repr(ann)]
        assert target.ports.contacts.get(keys["bob"]) == source.ports.contacts.get(keys["bob"])
        assert target.ports.contacts.history(party_key("shop", "", ANN), 9) == []

    def test_a_vendors_retry_at_the_restored_stage_is_a_duplicate(self, source, target, asked):
        keys = fill(source.ports)
        exported(source.stage)
        erase(source.ports, keys, "ann")
        restore(asked, LATER)

        known = target.ports.contacts.add(of_person("ann", ANN))

        assert known is not None
        assert target.ports.contacts.get(keys["ann"]).contact.text == ""
        assert target.ports.people.erased([party_key("shop", "", ANN)]) == {party_key("shop", "", ANN): LATER}


class BackupCornersSuite(Pair):
    def test_the_tombstone_counts_even_where_the_people_table_was_restored_to_a_time_before_it(
        self, source, target, asked
    ):
        keys = fill(source.ports)
        exported(source.stage)
        erase(source.ports, keys, "ann")
        assert b"export_key" in b"".join(bodies(source.stage, "keys/").values())

        told = restore(asked, LATER)

        assert told.emptied["erased"] == 5

    def test_destroying_the_key_shuts_every_export_once_the_next_set_of_keys_is_written(
        self, source, target, asked
    ):
        keys = fill(source.ports)
        exported(source.stage)
        erase(source.ports, keys, "ann")
        exported(source.stage, "e2")

        told = restore(replace(asked, erasures=None), LATER)

        sets = {key.split("/")[1] for key in bodies(source.stage, "keys/")}
        assert sets == {"e2"}
        assert told.emptied["erased"] == 5
        assert target.ports.contacts.get(keys["ann"]).contact.party.address == ""

    def test_who_was_erased_before_the_export_is_not_in_it(self, source, target, asked):
        keys = fill(source.ports)
        for name in ("ann", "ann-again"):
            source.ports.people.erase(source.ports.contacts.get(keys[name]).party, LATER)

        exported(source.stage)
        told = restore(asked, LATER)

        found = b"".join(bodies(source.stage, "exports/").values()).decode()
        assert found.count('"box"') == 3
        assert told.wrong == []
        assert target.ports.contacts.get(keys["ann"]).contact.text == ""

    def test_a_table_restored_to_a_point_in_time_is_exported_without_whom_was_erased_since(
        self, source, target
    ):
        keys = fill(source.ports)
        copy = target.stage.names["ContactsTable"]
        write(source.stage.clients, copy, source.stage.table("ContactsTable").everything())
        erase(source.ports, keys, "ann", "ann-again")

        exported(instead(source.stage, [f"ContactsTable={copy}"]))

        [part] = bodies(source.stage, "exports/e1/ContactsTable").values()
        lines = [read_line(text) for text in part.decode().splitlines()]
        assert {line.item["pk"] for line in lines if line.box} == {keys["bob"], keys["carl"]}
        assert {keys["ann"], keys["ann-again"]} <= {line.item["pk"] for line in lines}

    def test_who_came_again_after_their_erasure_is_restored_from_then_on(self, source, target, asked):
        keys = fill(source.ports)
        erase(source.ports, keys, "ann", "ann-again")
        again = replace(of_person("third", ANN), accepted_at=LATER + timedelta(seconds=5))
        source.ports.contacts.add(again)

        exported(source.stage)
        told = restore(asked, LATER)

        assert (told.wrong, dict(told.emptied)) == ([], {})
        assert target.ports.contacts.get(again.key).contact.party.address == ANN
        assert target.ports.contacts.get(keys["ann"]).contact.party.address == ""

    def test_tables_that_are_not_empty_are_left_alone_unless_asked(self, source, target, asked):
        keys = fill(source.ports)
        exported(source.stage)
        own = row(key=uuid4().hex)
        target.ports.contacts.add(own)

        with pytest.raises(Occupied):
            restore(asked, LATER)
        assert target.ports.contacts.page(9)[0][0].key == own.key
        told = restore(replace(asked, again=True), LATER)

        assert told.wrong == []
        assert target.ports.contacts.get(keys["bob"]) == source.ports.contacts.get(keys["bob"])
        assert target.ports.contacts.get(own.key) == own

    def test_a_changed_part_or_manifest_is_refused(self, source, target, asked):
        fill(source.ports)
        made = exported(source.stage)
        backup = source.stage.objects("BackupBucket")
        part = made["tables"]["LedgerTable"]["parts"][0]["name"]
        body = backup.get(part)
        backup.put(part, body.replace(b"step 1", b"step 7"))

        with pytest.raises(Corrupt, match="LedgerTable"):
            restore(asked, LATER)

        backup.put(part, body)
        backup.put(
            "exports/e1/manifest.json",
            backup.get("exports/e1/manifest.json").replace(b'"lines": 9', b'"lines": 8'),
        )
        with pytest.raises(Corrupt, match="manifest"):
            restore(replace(asked, again=True), LATER)

    def test_a_box_that_was_put_beside_another_item_does_not_open(self, source):
        fill(source.ports)
        made = exported(source.stage)
        backup = source.stage.objects("BackupBucket")
        raw = backup.get(made["tables"]["ContactsTable"]["parts"][0]["name"])
        lines = [json.loads(line) for line in raw.splitlines() if b'"box"' in line]
        one, other = next(
            (a, b) for a in lines for b in lines if a["person"] == b["person"] and a["item"] != b["item"]
        )
        ring = keyring_of(backup, None)

        with pytest.raises(Corrupt, match="does not open"):
            ring.open(read_line(json.dumps({**one, "item": other["item"]})), LATER)

        assert ring.open(read_line(json.dumps(one)), LATER).why == ""

    def test_what_is_stored_otherwise_than_exported_is_told(self, source, target, asked):
        fill(source.ports)
        exported(source.stage)
        lossy = replace(target.stage, clients=Lossy(target.stage.clients))

        told = restore(replace(asked, target=lossy), LATER)

        assert [one for one in told.wrong if one.startswith("ContactsTable: what is stored")]


class Lossy:
    """Clients whose table says yes to a batch and forgets its first item."""

    def __init__(self, clients):
        self._clients = clients

    def __call__(self, service, **options):
        made = self._clients(service, **options)
        return _Forgetful(made) if service == "dynamodb" else made


class _Forgetful:
    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        return getattr(self._client, name)

    def batch_write_item(self, **asked):
        cut = {table: requests[1:] for table, requests in asked["RequestItems"].items() if requests[1:]}
        return self._client.batch_write_item(RequestItems=cut) if cut else {}
