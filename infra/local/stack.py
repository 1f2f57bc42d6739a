"""The local stack: ministack with the very artefact that AWS gets, fresh, IAM enforced, settings compared.

It is not durable: what it holds is gone when it stops, and it keeps nothing across a kill.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from infra.deploy import Clients, Target, deploy
from infra.drift import deployed, differences
from infra.local import server
from infra.local.mend import mend
from infra.local.server import Server, StackError
from infra.package import BUILD, Artefact, package
from infra.versions import go_live, live_version

REGION = "eu-west-3"
BUCKET = "bascule-artefacts"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A running, deployed local stack: where things are, and clients with the root's rights."""

    server: Server
    outputs: Mapping[str, str]
    functions: Mapping[str, str]
    artefact: Artefact
    clients: Clients

    @property
    def endpoint(self) -> str:
        """Address of every AWS service."""
        return self.server.endpoint

    @property
    def api_url(self) -> str:
        """Base address of the API, without a slash at its end."""
        return f"{self.endpoint}/restapis/{self.outputs['RestAPIId']}/api/_user_request_"

    @property
    def front_door_url(self) -> str:
        """Base address of the published feeds, without a slash at its end."""
        return f"{self.endpoint}/{self.outputs['FrontDoorBucket']}"

    def client(self, service: str) -> Any:
        """Return a boto3 client of a service with the root's rights."""
        return self.clients(service)

    @contextmanager
    def changed_environment(self, function: str, **variables: str) -> Iterator[None]:
        """Give a function, by its logical id, other variables for a while: the way to cut it off from a store.

        ``AWS_ENDPOINT_URL_DYNAMODB="http://127.0.0.1:9"`` takes the tables away from it.
        """
        client, name = self.client("lambda"), self.functions[function]
        before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        self._change(name, before | variables)
        try:
            yield
        finally:
            self._change(name, before)

    def _change(self, name: str, variables: Mapping[str, str]) -> None:
        client = self.client("lambda")
        former = live_version(client, name)
        client.update_function_configuration(FunctionName=name, Environment={"Variables": dict(variables)})
        go_live(client, name)
        client.delete_function(FunctionName=name, Qualifier=former)  # its idle containers would stay for ever

    def words(self, function: str) -> str:
        """Return all that a function, by its logical id, has written to its log so far."""
        group = f"/aws/lambda/{self.functions[function]}"
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return "\n".join(event["message"] for page in pages for event in page["events"])


class RootClients:
    """Makes boto3 clients of the local stack with the root's credentials, each once."""

    def __init__(self, endpoint: str, region: str = REGION) -> None:
        self._endpoint = endpoint
        self._made: dict[str, Any] = {}
        self._session: Any = boto3.Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - ministack's documented root credentials, known to all
            region_name=region,
        )

    def __call__(self, service: str, /) -> Any:
        """Return the client of a service."""
        if service not in self._made:
            self._made[service] = self._session.client(service, endpoint_url=self._endpoint)
        return self._made[service]


@contextmanager
def local_stack(
    *, log: Path = BUILD / "ministack.log", hosts: str = LOOPBACK, regions: str = ""
) -> Iterator[Stack]:
    """Start, deploy, mend, compare; give the stack; leave nothing behind.

    Args:
        log: file that takes ministack's words.
        hosts: private hosts that the functions may call, separated by commas.
        regions: those that take turns, likewise; the first is this stack's.

    Raises:
        StackError: if a setting is not as the template wants it.
    """
    artefact = package()
    running = server.start(log=log)
    try:
        yield bring_up(running, artefact, hosts=hosts, regions=regions)
    finally:
        running.stop()


def bring_up(running: Server, artefact: Artefact, *, hosts: str = LOOPBACK, regions: str = "") -> Stack:
    """Deploy the artefact on a running server and make sure that every setting is as wanted."""
    make = RootClients(running.endpoint)
    make("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    parameters = {"Aws": "no", "PrivateHosts": hosts, "Regions": regions}
    target = Target(stage="local", bucket=BUCKET, parameters=parameters)
    outputs = deploy(make, artefact, target)
    found = deployed(make, target.stack, artefact)
    mend(make, differences(make, found))
    left = differences(make, found)
    if left:
        raise StackError("the local stack is not as its template wants:\n" + "\n".join(map(str, left)))
    functions = {logical: name for logical, name, _ in found.resources("AWS::Serverless::Function")}
    return Stack(server=running, outputs=outputs, functions=functions, artefact=artefact, clients=make)
