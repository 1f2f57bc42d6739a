"""A second region of the local stack: the same stage on copies of its tables, and what takes a region away."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.deploy import Target
from infra.drift import deployed
from infra.local.fault_proxy import Fault, FaultProxy
from infra.local.replication import CUT
from infra.local.scene import Scene
from infra.local.stack import LOOPBACK, RootClients, Stack
from infra.local.triggers import switch
from infra.region import deploy_region, replicated, target_of

REGION, BUCKET = "us-east-1", "bascule-artefacts-second"
TAKES_IN = ("APIHandler", "Deliver", "ReplayOverflow", "Evidence", "Tick", "Probe")


def second_region(first: Stack, regions: str, hosts: str = LOOPBACK) -> Stack:
    """Copy the tables of a running stack and deploy the stage beside it; where things are there."""
    clients = RootClients(first.endpoint, REGION)
    clients("s3").create_bucket(Bucket=BUCKET)
    replicated(first.clients, clients, first.outputs, REGION, look=0.1)
    parameters = {"Aws": "no", "PrivateHosts": hosts, "Regions": regions}
    target: Target = target_of("local", REGION, BUCKET, parameters)
    outputs = deploy_region(clients, first.artefact, target, first.outputs)
    found = deployed(clients, target.stack, first.artefact)
    functions = {logical: name for logical, name, _ in found.resources("AWS::Serverless::Function")}
    return replace(first, outputs=outputs, functions=functions, clients=clients)


def beside(scene: Scene, stack: Stack) -> Scene:
    """The same play in the second region: the same people, secrets and operators."""
    other = Scene(stack, scene.fakes)
    other.tokens, other.shop_secret = scene.tokens, scene.shop_secret
    other.write_secrets()
    return other


@contextmanager
def cut_off(stack: Stack) -> Iterator[None]:
    """No write of one region comes to the other."""
    mark = Path(stack.server.folder) / CUT
    mark.touch()
    try:
        yield
    finally:
        mark.unlink()


@contextmanager
def lost(stack: Stack) -> Iterator[None]:
    """A region whose functions nobody wakes any more, and whose database answers nobody."""
    with ExitStack() as ending:
        _switch(stack, on=False)
        ending.callback(_switch, stack, on=True)
        proxy = ending.enter_context(FaultProxy(stack.endpoint, {Fault.HANG: 1.0}))
        for function in TAKES_IN:
            changed = stack.changed_environment(function, AWS_ENDPOINT_URL_DYNAMODB=proxy.url)
            ending.enter_context(changed)
        yield


def tick(scene: Scene) -> Any:
    """The minute's work now, and what it says it did."""
    answer = scene.stack.client("lambda").invoke(
        FunctionName=scene.stack.functions["Tick"], Qualifier="live", Payload=b"{}"
    )
    return json.loads(answer["Payload"].read())


def _switch(stack: Stack, *, on: bool) -> None:
    switch(stack.client("lambda"), on=on)
    events = stack.client("events")
    for rule in events.list_rules()["Rules"]:
        (events.enable_rule if on else events.disable_rule)(Name=rule["Name"])
