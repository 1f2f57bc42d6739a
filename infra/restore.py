"""Restores an export into the empty tables of a stage, without whom was erased since, and verifies what it stored.

``python -m infra.restore --stage dr --region eu-west-3 --from-bucket NAME --name EXPORT``
"""

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.aws.ledger import DynamoLedger
from chalicelib.aws.people import TOMBSTONES, digest_of
from chalicelib.domain.proof.chain import broken_at, hour_of_chain
from chalicelib.ports import PortError
from infra.backup import CONTACTS, PEOPLE, Stage, stage_of
from infra.export_keyring import Keyring, keyring_of
from infra.export_lines import read_line
from infra.export_parts import Corrupt, Objects, lines_of, read_manifest
from infra.export_writer import Sum, write
from infra.sealing import name_of

LEDGER, LAST = "LedgerTable", "PlansTable"
ORDER = (CONTACTS, LEDGER, "OrdersTable", LAST)
"""Plans last: a stage without a plan does nothing, so that nobody touches what is not verified yet."""
_MARK = "mark"
Json = dict[str, Any]


class Occupied(Exception):
    """The stage has something of its own, which a restore would write over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """What to restore from where. `erasures` is the state bucket of the stage that was exported, None: do without.

    `again`: into tables that are not empty, as after a restore that broke off; what is there is written over.
    """

    backup: Objects
    name: str
    target: Stage
    erasures: Objects | None
    again: bool = False


@dataclass(slots=True, kw_only=True)
class Restored:
    """Items stored by table; how many are without their person, by why; chains that verified; what is wrong."""

    stored: dict[str, int] = field(default_factory=dict)
    emptied: Counter[str] = field(default_factory=Counter)
    chains: int = 0
    wrong: list[str] = field(default_factory=list)


def restore(asked: Restore, now: datetime) -> Restored:
    """Store every item of an export, and look whether it is there. Only the ledger's hours are kept in memory.

    Raises Occupied before anything is written; Corrupt; Unavailable.
    """
    made = read_manifest(asked.backup.get(f"exports/{asked.name}/manifest.json"))
    ring = keyring_of(asked.backup, asked.erasures)
    if name_of(ring.digests_key()) != made["key_of_digests"]:
        raise Corrupt("the set of keys in the backup bucket is another stage's")
    if not asked.again:
        _require_empty(asked.target)
    told = Restored()
    _people(asked, ring, told)
    for logical in ORDER:
        if logical == LAST:
            _plans(asked, made["objects"])
        wanted = _table(asked, logical, made["tables"][logical]["parts"], ring, told, now)
        _verify(asked, logical, wanted, made["tables"][logical]["lines"], told)
    return told


def _require_empty(target: Stage) -> None:
    for logical in (*ORDER, PEOPLE):
        if [item for item in target.table(logical).scan({}, 2)[0] if item["pk"] != _MARK]:
            raise Occupied(f"{logical} is not empty")


def _people(asked: Restore, ring: Keyring, told: Restored) -> None:
    """The people table, and the second copy of its tombstones."""
    target, counted = asked.target, Sum()
    write(target.clients, target.names[PEOPLE], counted.over(ring.items()))
    told.stored[PEOPLE] = counted.items
    state = target.objects("StateBucket")
    for item in ring.items():
        if item.get("erased_at"):
            tombstone = json.dumps({"erased_at": item["erased_at"]}).encode()
            state.put(f"{TOMBSTONES}{digest_of(item['pk'])}.json", tombstone)


def _plans(asked: Restore, names: list[str]) -> None:
    state = asked.target.objects("StateBucket")
    for name in names:
        state.put(name, asked.backup.get(f"exports/{asked.name}/{name}"))


def _table(
    asked: Restore, logical: str, parts: list[Json], ring: Keyring, told: Restored, now: datetime
) -> Sum:
    """Store a table part by part; what was stored, added up."""
    stored = Sum()
    for part in parts:
        opened = [ring.open(read_line(text), now) for text in lines_of(asked.backup, part)]
        told.emptied.update(one.why for one in opened if one.why)
        items = stored.over(one.item for one in opened)
        write(asked.target.clients, asked.target.names[logical], items)
    told.stored[logical] = stored.items
    return stored


def _verify(asked: Restore, logical: str, stored: Sum, exported: int, told: Restored) -> None:
    if stored.items != exported:
        told.wrong.append(f"{logical}: {stored.items} items stored, {exported} exported")
    table, found = asked.target.table(logical), Sum()
    names = {item["pk"] for item in found.over(table.everything()) if logical == LEDGER}
    if found != stored and not asked.again:
        told.wrong.append(f"{logical}: what is stored is not what was exported")
    for chain in sorted(name for name in names if hour_of_chain(name)):
        number = broken_at(chain, DynamoLedger(table).tail(chain, 1))
        told.chains += number is None
        told.wrong += [f"{chain}: entry {number} does not follow from those before"] if number else []


def main(arguments: list[str] | None = None) -> int:
    """Restore, and print what was stored; 1 when anything is not as it was exported."""
    parser = argparse.ArgumentParser(prog="python -m infra.restore", description="Restore an export.")
    parser.add_argument("--stage", required=True, help="where to: a deployed stage that has no plan yet")
    parser.add_argument("--region", default="eu-west-3")
    parser.add_argument(
        "--from-bucket", required=True, help="the backup bucket of the stage that was exported"
    )
    parser.add_argument("--name", required=True, help="of the export")
    parser.add_argument("--erasures", required=True, help="state bucket of the exported stage, or: none")
    parser.add_argument("--again", action="store_true", help="into tables that are not empty")
    given = parser.parse_args(arguments)
    target = stage_of(given.stage, given.region)
    erasures = None if given.erasures == "none" else Objects(target.clients, given.erasures)
    backup = Objects(target.clients, given.from_bucket)
    asked = Restore(backup=backup, name=given.name, target=target, erasures=erasures, again=given.again)
    try:
        told = restore(asked, datetime.now(UTC))
    except (PortError, Corrupt, Occupied) as refused:
        print(refused, file=sys.stderr)
        return 1
    print(json.dumps(asdict(told), indent=2))
    return 1 if told.wrong or told.emptied["key gone"] else 0


if __name__ == "__main__":
    sys.exit(main())
