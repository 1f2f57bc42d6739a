"""Upgrades and ways back while people contact us, and what became of every one of them.

``python -m infra.local.upgrade`` plays the release before this one, this one, and the one before again.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from infra.deploy import Target, deploy
from infra.drift import deployed, differences
from infra.former import of_commit
from infra.local.fakes import Fakes
from infra.local.mend import mend
from infra.local.scene import Scene, SceneError, until
from infra.local.stack import BUCKET, LOOPBACK, Stack, local_stack
from infra.local.steady import Steady
from infra.package import Artefact
from infra.versions import live_version

DESKS = ("desk-a", "desk-b", "chatwoot")
SWEEP_AFTER = 10.0
PATIENCE = 120.0
"""Seconds: containers of a new release start while those who wait for them go on."""
ENTRY = "APIHandler"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of the contacts; `versions` of the intake are those that answered, by their logs.

    `tries_without_2xx` are answers by code, 0 for none at all: the vendor asked again.
    """

    contacts: int
    tries_without_2xx: Mapping[int, int]
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    given_up: tuple[str, ...]
    versions: tuple[str, ...]
    schemas: tuple[int, ...]

    @property
    def balanced(self) -> bool:
        """True when each contact was accepted, kept and handed over once."""
        return not (self.lost or self.doubled or self.given_up)


def play(scene: Scene, releases: Sequence[Artefact], each: int) -> Account:
    """Deploy one release after another; `each`: contacts that are accepted under one before the next comes.

    What is deployed at first takes its share before the first of them. Raises SceneError, DeploymentError.
    """
    versions = [live_version(scene.stack.client("lambda"), scene.stack.functions[ENTRY])]
    with Steady(scene) as people:
        people.go_on(each, PATIENCE)
        for release in releases:
            move(scene.stack, release)
            versions.append(live_version(scene.stack.client("lambda"), scene.stack.functions[ENTRY]))
            people.go_on(each, PATIENCE)
    _at_rest(scene, people)
    return _account(scene, people, versions)


def move(stack: Stack, release: Artefact) -> None:
    """Deploy another release on a running stack, as on AWS: its change set moves each function's alias."""
    target = Target(stage="local", bucket=BUCKET, parameters={"Aws": "no", "PrivateHosts": LOOPBACK})
    outputs = deploy(stack.clients, release, target)
    if outputs["RestAPIId"] != stack.outputs["RestAPIId"]:
        raise SceneError("the API has another address now: vendors' calls would go nowhere")
    mend(stack.clients, differences(stack.clients, deployed(stack.clients, target.stack, release)))


def _at_rest(scene: Scene, people: Steady) -> None:
    """Wait until each accepted contact was handed over; a bell that was lost costs a sweep."""

    def all_taken() -> bool:
        taken = _taken(scene)
        return all(taken[name] for name in people.accepted)

    for _ in range(int(PATIENCE / SWEEP_AFTER)):
        if _happens(all_taken, SWEEP_AFTER):
            return
        scene.stack.client("sqs").send_message(QueueUrl=scene.stack.outputs["FlipsQueue"], MessageBody="{}")


def _happens(done: Callable[[], bool], seconds: float) -> bool:
    try:
        until(done, "", seconds)
    except SceneError:
        return False
    return True


def _taken(scene: Scene) -> Counter[str]:
    return Counter(entry.text for desk in DESKS for entry in scene.fakes.taken(desk))


def _account(scene: Scene, people: Steady, versions: Sequence[str]) -> Account:
    rows, taken = _rows(scene), _taken(scene)
    return Account(
        contacts=len(people.accepted),
        tries_without_2xx=dict(Counter(people.refused)),
        lost=tuple(_loss(name, rows) for name in people.accepted if name not in rows or not taken[name]),
        doubled=tuple(name for name in people.accepted if taken[name] > 1),
        given_up=tuple(people.given_up),
        versions=tuple(version for version in versions if _spoke(scene, version)),
        schemas=tuple(sorted({rows[name][0] for name in people.accepted if name in rows})),
    )


def _rows(scene: Scene) -> dict[str, tuple[int, str]]:
    """Each stored contact's id at its vendor, with the schema that its row is in, and where its work stands."""
    reading = scene.stack.client("dynamodb").get_paginator("scan")
    pages = reading.paginate(TableName=scene.stack.outputs["ContactsTable"])
    items = [item for page in pages for item in page["Items"]]
    stands = {item["pk"]["S"]: item["state"]["S"] for item in items if item["sk"]["S"] == "w"}
    return {
        row["provider_id"]["S"]: (int(row["schema"]["N"]), stands.get(row["pk"]["S"], "accepted"))
        for row in items
        if row["sk"]["S"] == "c"
    }


def _loss(name: str, rows: Mapping[str, tuple[int, str]]) -> str:
    """What of a contact is there, if not all."""
    schema, state = rows.get(name, (0, "no row"))
    return f"{name}: {state}, schema {schema}" if name in rows else f"{name}: no row"


def _spoke(scene: Scene, version: str) -> bool:
    """Say whether a version of the intake wrote to its log."""
    group = f"/aws/lambda/{scene.stack.functions[ENTRY]}"
    pages = scene.stack.client("logs").get_paginator("describe_log_streams").paginate(logGroupName=group)
    return any(f"[{version}]" in stream["logStreamName"] for page in pages for stream in page["logStreams"])


def main() -> None:
    """Play this release, the former and this one again; print the account; fail unless it is balanced."""
    parser = argparse.ArgumentParser(description="Upgrade and go back under load, on the local stack.")
    parser.add_argument("--former", default="", help="commit of the former release (newest tag, else HEAD~1)")
    parser.add_argument("--each", type=int, default=200, help="contacts under each release before the next")
    asked = parser.parse_args()
    name, former = of_commit(asked.former)
    with local_stack() as stack, Fakes() as fakes:
        scene = Scene(stack, fakes)
        scene.set_up()
        move(stack, former)
        account = play(scene, [stack.artefact, former], asked.each)
    print(json.dumps({"former": name, **asdict(account)}, indent=2))
    raise SystemExit(0 if account.balanced else 1)


if __name__ == "__main__":
    main()
