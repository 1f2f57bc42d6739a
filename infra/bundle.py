"""Packs a stage's own snapshot and plan into the artefact: what functions go by when nothing else can be read.

``python -m infra.deploy`` does it before each deployment of a stage that exists already.
"""

from collections.abc import Mapping
from pathlib import Path

import botocore.session

from chalicelib.aws.ports import AwsPorts, Names
from chalicelib.bundle import FOLDER, PLAN, SNAPSHOT
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.domain.snapshot import read_snapshot
from chalicelib.ports import Missing
from chalicelib.service.stores import Stores


def pack(stores: Stores, folder: Path = FOLDER) -> str:
    """Write the two files and say what they hold; a stage that has published nothing packs nothing."""
    try:
        text = stores.snapshots.read()[1]
        snapshot = read_snapshot(text)
        plan = stores.plans.version(snapshot.plan)
    except Missing:
        return "nothing published yet, nothing bundled"
    folder.mkdir(exist_ok=True)
    (folder / SNAPSHOT).write_text(text)
    (folder / PLAN).write_text(plan.compiled or dump_plan(read_plan(plan.text, plan.version)))
    return f"bundled plan {plan.version} and the snapshot of {snapshot.at.isoformat()}"


def stores_of(outputs: Mapping[str, str], region: str) -> Stores:
    """The stores of a deployed stage, by its stack's outputs."""
    session = botocore.session.get_session()
    session.set_config_variable("region", region)
    names = Names(
        contacts_table=outputs["ContactsTable"],
        health_table=outputs["HealthTable"],
        plans_table=outputs["PlansTable"],
        orders_table=outputs["OrdersTable"],
        ledger_table=outputs["LedgerTable"],
        state_bucket=outputs["StateBucket"],
        front_door_bucket=outputs["FrontDoorBucket"],
        channel_secrets=outputs["ChannelSecrets"],
        operator_secrets=outputs["OperatorSecrets"],
        people_table=outputs["PeopleTable"],
    )
    return AwsPorts(names, session)
