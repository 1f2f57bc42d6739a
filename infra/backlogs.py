"""Gives all rows that wait in backlogs to the sweep: for a release that knows no backlogs, or when nobody serves them.

``python -m infra.backlogs --stage prod --region eu-west-3``
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from chalicelib.domain.backlog.lot import LOT_SHARDS
from chalicelib.ports import ContactStore
from infra.bundle import stores_of
from infra.deploy import Target, outputs

PAGE = 500
A_SECOND = 50
"""As many as the sweep of 16 shards takes."""


def give_back(contacts: ContactStore, now: datetime) -> int:
    """Make every waiting row due, the earliest promises of each shard first; how many. Raises Unavailable."""
    given = 0
    for lot in contacts.lots():
        for shard in range(LOT_SHARDS):
            while rows := contacts.waiting((lot, shard), PAGE):
                moved = sum(
                    contacts.unpark(key, lot, now + timedelta(seconds=(given + place) // A_SECOND))
                    for place, (key, _, _) in enumerate(rows)
                )
                given += moved
                if not moved:  # the index is behind: what it shows is gone already
                    break
    return given


def main(arguments: list[str] | None = None) -> int:
    """Say how many were given back."""
    parser = argparse.ArgumentParser(prog="python -m infra.backlogs", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--region", default="eu-west-3")
    asked = parser.parse_args(arguments)
    client: Any = boto3.Session(region_name=asked.region).client("cloudformation")
    stores = stores_of(outputs(client, Target(stage=asked.stage, bucket="").stack), asked.region)
    print(f"{give_back(stores.contacts, datetime.now(UTC))} waiting rows given to the sweep")
    return 0


if __name__ == "__main__":
    sys.exit(main())
