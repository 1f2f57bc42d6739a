"""Each function, wearing its role on the local stack, tries every right that any has: its own work, and no other's."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.infra.rights import call_of, rights_of

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

PUBLIC = {("s3:GetObject", "FrontDoorBucket")}
"""The bucket's own policy lets everybody read the feed."""
PROBE = Path(__file__).parent / "role_probe.py"


@pytest.fixture(scope="module")
def rights(of_type):
    """Function -> what its policy allows."""
    roles = of_type("AWS::IAM::Role")
    return {
        name: rights_of(roles[properties["Role"]["Fn::GetAtt"][0]]) - PUBLIC
        for name, properties in of_type("AWS::Serverless::Function").items()
    }


def test_every_function_can_do_what_its_policy_says_and_nothing_that_another_says(stack, rights):
    every = sorted(set().union(*rights.values()))
    calls = [call_of(right, stack.outputs) for right in every]

    tried = {name: tried_as(stack, name, calls) for name in rights}

    allowed = {
        name: {right for right, outcome in zip(every, outcomes, strict=True) if outcome != "denied"}
        for name, outcomes in tried.items()
    }
    assert len(every) > 80
    assert {name: allowed[name] ^ rights[name] for name in rights if allowed[name] != rights[name]} == {}


def tried_as(stack, function, calls):
    """What came of each call under the role of a function."""
    client, name = stack.client("lambda"), f"every-right-{function}"
    model = client.get_function_configuration(FunctionName=stack.functions[function])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writing:
        writing.writestr(PROBE.name, PROBE.read_text())
    client.create_function(
        FunctionName=name, Runtime=model["Runtime"], Role=model["Role"], Handler="role_probe.handler",
        Code={"ZipFile": packed.getvalue()}, Timeout=120,
    )  # fmt: skip
    try:
        answer = client.invoke(FunctionName=name, Payload=json.dumps({"calls": calls}))["Payload"].read()
    finally:
        client.delete_function(FunctionName=name)
    return json.loads(answer)
