"""Exports a stage as JSON lines to its backup bucket, a person's items in boxes that only the people table opens.

``python -m infra.backup --stage prod --region eu-west-3``; the same ``--name`` again goes on where one broke off.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import botocore.session

from chalicelib.aws.clients import Clients
from chalicelib.aws.table import Table
from chalicelib.ports import PortError
from infra.deploy import Target, outputs
from infra.export_lines import Item, plain_line
from infra.export_parts import (
    PART_BYTES,
    Course,
    Objects,
    Parts,
    manifest,
    progress,
    read_manifest,
    read_progress,
)
from infra.export_persons import Persons, contact_lines
from infra.sealing import name_of

CONTACTS, PEOPLE = "ContactsTable", "PeopleTable"
EXPORTED = (CONTACTS, "PlansTable", "OrdersTable", "LedgerTable")
"""Beside people, who are kept apart. Health is not: a stage that starts anew must see for itself."""
PLANS = "plans/"
PAGE = 250
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a stage calls its things, by their names in the template."""

    names: Mapping[str, str]
    clients: Clients

    def table(self, logical: str) -> Table:
        """A table."""
        return Table(self.clients, self.names[logical])

    def objects(self, logical: str) -> Objects:
        """A bucket."""
        return Objects(self.clients, self.names[logical])

    def persons(self) -> Persons:
        """The people table."""
        return Persons(self.clients, self.names[PEOPLE], self.names["StateBucket"])


def stage_of(stage: str, region: str) -> Stage:
    """A deployed stage, by its stack's outputs, with the caller's own credentials."""
    session = botocore.session.get_session()
    session.set_config_variable("region", region)
    clients = Clients(session)
    found = outputs(clients("cloudformation"), Target(stage=stage, bucket="").stack)
    return Stage(names=found, clients=clients)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export of a stage. `page` and `part` bound what is in memory: items read at once, bytes written at once."""

    stage: Stage
    name: str
    now: datetime
    page: int = PAGE
    part: int = PART_BYTES

    @property
    def folder(self) -> str:
        """Where it lies in the backup bucket."""
        return f"exports/{self.name}"


def export(asked: Export) -> Json:
    """Export all tables under `exports/NAME/`, then everybody's keys under `keys/NAME/`; the manifest.

    Memory does not grow with the tables. What broke off is gone on with from the last part. Raises Unavailable.
    """
    stage, backup = asked.stage, asked.stage.objects("BackupBucket")
    persons, listed = stage.persons(), f"{asked.folder}/manifest.json"
    done = backup.find(listed)
    if done is None:
        digests = name_of(persons.key_of_digests())
        courses = read_progress(backup.find(f"{asked.folder}/progress.json"))
        for logical in EXPORTED:
            _export_table(asked, backup, logical, courses)
        about = {"name": asked.name, "at": asked.now.isoformat(), "state_bucket": stage.names["StateBucket"]}
        texts = _plans(stage, backup, asked.folder)
        done = manifest(courses, **about, key_of_digests=digests, objects=texts)
        backup.put(listed, done)
    _export_keys(backup, persons, asked)
    return read_manifest(done)


def _export_table(asked: Export, backup: Objects, logical: str, courses: dict[str, Course]) -> None:
    course = courses.setdefault(logical, Course())
    prefix = f"{asked.folder}/{logical}"
    parts = Parts(objects=backup, prefix=prefix, course=course, longest=asked.part)
    if course.done:
        return
    for lines, after in _pages(asked, logical, course):
        parts.add(lines)
        if parts.flush(after or None, whole=not after):
            backup.put(f"{asked.folder}/progress.json", progress(courses))


def _pages(asked: Export, logical: str, course: Course) -> Iterator[tuple[list[str], Item]]:
    stage, after = asked.stage, course.after or {}
    table, persons = stage.table(logical), stage.persons()
    while True:
        page, after = table.scan(after, asked.page)
        if logical == CONTACTS:
            yield list(contact_lines(page, table, persons, asked.now)), after
        else:
            yield [plain_line(item) for item in page], after
        if not after:
            return


def _plans(stage: Stage, backup: Objects, folder: str) -> list[str]:
    """Copies of the plans' texts that are too long for their table."""
    state, copied = stage.objects("StateBucket"), []
    for key in state.names(PLANS):
        backup.put(f"{folder}/{key}", state.get(key))
        copied.append(key)
    return copied


def _export_keys(backup: Objects, persons: Persons, asked: Export) -> None:
    """Everybody's keys in a set of their own, of which only the newest is kept: who is erased is in it no more."""
    course, folder = Course(), f"keys/{asked.name}"
    parts = Parts(objects=backup, prefix=folder, course=course, longest=asked.part)
    for item in persons.items():
        parts.add([plain_line(item)])
        parts.flush(None, whole=False)
    parts.flush(None, whole=True)
    listed = f"{folder}/manifest.json"
    backup.put(listed, manifest({PEOPLE: course}, name=asked.name))
    for key in set(backup.names("keys/")) - {listed, *(part["name"] for part in course.parts)}:
        backup.remove(key)


def instead(stage: Stage, tables: Sequence[str]) -> Stage:
    """The stage with other tables in place of its own (`ContactsTable=NAME`), as restored to a point in time.

    Its people table stays the living one: who was erased since is exported without their words.
    """
    named = dict(one.partition("=")[::2] for one in tables)
    if strange := named.keys() - set(EXPORTED):
        raise SystemExit(f"no exported table: {', '.join(sorted(strange))}; there are {', '.join(EXPORTED)}")
    return replace(stage, names={**stage.names, **named})


def main(arguments: list[str] | None = None) -> int:
    """Export, and print what there is of each table."""
    parser = argparse.ArgumentParser(prog="python -m infra.backup", description="Export a stage.")
    parser.add_argument("--stage", required=True)
    parser.add_argument("--region", default="eu-west-3")
    parser.add_argument("--name", default="", help="of the export; the same again goes on with it")
    parser.add_argument(
        "--table",
        action="append",
        default=[],
        metavar="NAME=TABLE",
        help="read another table instead of one's own",
    )
    asked = parser.parse_args(arguments)
    now = datetime.now(UTC)
    try:
        stage = instead(stage_of(asked.stage, asked.region), asked.table)
        name = asked.name or f"{now:%Y%m%dT%H%M%SZ}"
        made = export(Export(stage=stage, name=name, now=now))
    except PortError as sick:
        print(f"broke off, go on by the same --name: {sick}", file=sys.stderr)
        return 1
    told = {name: table["lines"] for name, table in made["tables"].items()}
    print(json.dumps({"name": made["name"], "lines": told, "objects": len(made["objects"])}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
