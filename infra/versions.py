"""Each function stands behind an alias: an upgrade moves the alias, and what runs already ends as it began.

``python -m infra.versions --stage prod --back`` puts every function back to the version before, without a deployment,
and gives rows that wait in backlogs to the sweep, for the version before may know none.
"""

import argparse
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra import backlogs
from infra.alias import ALIAS
from infra.deploy import APP, Clients


def go_live(client: Any, name: str) -> str:
    """Publish a function as it stands and move its alias there; return the version."""
    version = str(client.publish_version(FunctionName=name)["Version"])
    client.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)
    return version


def live_version(client: Any, name: str) -> str:
    """Return the version that answers now."""
    return str(client.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"])


def go_back(client: Any, name: str) -> str:
    """Move a function's alias to the version before the present one; return it, or "" where there is none.

    The next deployment moves it on, as it always does.
    """
    now = int(live_version(client, name))
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    numbers = [each["Version"] for page in pages for each in page["Versions"]]
    before = [int(number) for number in numbers if number.isdecimal() and int(number) < now]
    if not before:
        return ""
    client.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=str(max(before)))
    return str(max(before))


def functions_of(clients: Clients, stack: str) -> dict[str, str]:
    """Return the functions of a deployed stack: logical id -> name."""
    pages = clients("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }


def main() -> None:
    """Say which version of each function answers, or put all of them back by one."""
    parser = argparse.ArgumentParser(description="The versions of a stage's functions.")
    parser.add_argument("--stage", required=True)
    parser.add_argument("--region", default="eu-west-3")
    parser.add_argument("--back", action="store_true", help="put every function back to the version before")
    asked = parser.parse_args()
    session: Any = boto3.Session(region_name=asked.region)
    client = session.client("lambda")
    move = go_back if asked.back else live_version
    try:
        for logical, name in sorted(functions_of(session.client, f"{APP}-{asked.stage}").items()):
            print(f"{logical}: version {move(client, name) or 'unchanged: there is none before'}")
        if asked.back:
            backlogs.main(["--stage", asked.stage, "--region", asked.region])
    except ClientError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
