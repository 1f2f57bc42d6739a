"""Counts what a path does when it is well, from its stored sends, and prints the plan's line for it.

``python -m infra.baseline --stage prod --region eu-west-3 --path box-a#out#world --days 28``
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from chalicelib.domain.detection.baseline import Baseline
from chalicelib.domain.detection.batch import AGAINST
from chalicelib.domain.detection.calibration import ENOUGH, baseline, rules_for
from chalicelib.domain.health import Rules
from chalicelib.domain.model import Outcome
from chalicelib.domain.plan_document.watch import baseline_document
from chalicelib.domain.proof.dispatch import hours_between
from chalicelib.domain.proof.spells import Spell, flips_of, spells
from chalicelib.service.flips import STREAM
from chalicelib.service.stores import Stores
from infra.bundle import stores_of
from infra.deploy import Target, outputs

HOUR = timedelta(hours=1)
MOST_SENDS = 100_000
MOST_DAYS = 60


def counted(stores: Stores, path: str, since: datetime, until: datetime) -> Iterator[tuple[int, int]]:
    """(Outcomes, bad ones) of each whole hour, those left out in which the path was away, planned or not.

    Counted is what scores: success, outage, and no answer. Raises Unavailable.
    """
    away = spells(flips_of(stores.ledger.read(STREAM, since, until), path))
    for hour in hours_between(since, until):
        if not any(_away(spell, hour) for spell in away):
            sends = stores.contacts.sent(path, hour, hour + HOUR, MOST_SENDS)
            told = [one.outcome for one in sends if one.outcome is Outcome.OK or one.outcome in AGAINST]
            yield len(told), sum(outcome in AGAINST for outcome in told)


def _away(spell: Spell, hour: datetime) -> bool:
    return spell.within(hour, hour + HOUR) is not None


def told(found: Baseline) -> dict[str, Any]:
    """The baseline as the plan takes it, and what it does to the thresholds; None where it would say too little."""
    rules, enough = Rules(), found.seen >= ENOUGH
    after = rules_for(rules, found)
    document = baseline_document(found) if enough else None
    return {
        "outcomes": found.seen,
        "bad": found.bad,
        "baseline": document and {name: round(value, 5) for name, value in document.items()},
        "because": "" if enough else f"fewer than {ENOUGH} outcomes: the common rules stay",
        "thresholds": {"trip": [rules.trip, after.trip], "p0": [rules.p0, round(after.p0, 4)]},
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the baseline as JSON."""
    parser = argparse.ArgumentParser(prog="python -m infra.baseline", description="Count a path's baseline.")
    parser.add_argument("--stage", required=True)
    parser.add_argument("--region", default="eu-west-3")
    parser.add_argument("--path", required=True, help="an outward path, e.g. box-a#out#world")
    parser.add_argument("--days", type=int, default=28, choices=range(1, MOST_DAYS + 1), metavar="DAYS")
    asked = parser.parse_args(arguments)
    client: Any = boto3.Session(region_name=asked.region).client("cloudformation")
    stores = stores_of(outputs(client, Target(stage=asked.stage, bucket="").stack), asked.region)
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    found = baseline(counted(stores, asked.path, until - timedelta(days=asked.days), until))
    print(json.dumps(told(found), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
