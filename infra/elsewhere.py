"""What the commands share that deploy a part of a stage in another region than home."""

import argparse
import json
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra.deploy import Clients, DeploymentError
from infra.package import PackagingError

Deploying = Callable[[argparse.Namespace, Clients, Clients], dict[str, str]]
"""From what was asked, home's clients and the other region's to the new stack's outputs."""


def command(description: str, region: str, deploying: Deploying) -> None:
    """Deploy with the caller's own credentials, print the outputs; `region` explains that argument.

    Raises SystemExit with what is wrong.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--stage", required=True, help="the stage at home, e.g. prod")
    parser.add_argument("--home", default="eu-west-3", help="the founding region of that stage")
    parser.add_argument("--region", required=True, help=region)
    parser.add_argument("--bucket", required=True, help="a bucket of yours in that region, for the artefact")
    asked = parser.parse_args()
    at_home: Any = boto3.Session(region_name=asked.home)
    there: Any = boto3.Session(region_name=asked.region)
    try:
        found = deploying(asked, at_home.client, there.client)
    except (PackagingError, DeploymentError, ClientError) as error:
        raise SystemExit(str(error)) from error
    print(json.dumps(found, indent=2, sort_keys=True))
