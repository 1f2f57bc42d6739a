"""Run by itself in a fresh interpreter: a container's whole first contact, on the deployed app and wiring.

Every client is made and called; botocore does all but the network.
"""

import json
from pathlib import Path

from app import app
from bench.cloud import Cloud, answering
from chalicelib import wiring
from chalicelib.aws.ports import AwsPorts

kept = json.loads(Path("cloud.json").read_text())
cloud = Cloud(kept["items"], kept["secrets"])
ports = wiring.current().stores
assert isinstance(ports, AwsPorts)
ports.clients.session.register("before-send", answering(cloud))  # type: ignore[arg-type] # as botocore calls it
said = app(kept["event"], None)
assert said["statusCode"] == 200, said  # noqa: PLR2004 - accepted
assert cloud.calls["PutItem"] == cloud.calls["SendMessage"] == 1
