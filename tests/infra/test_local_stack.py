"""The local stack is what the template says, notices when it is not, and leaves nothing behind."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from infra.deploy import DeploymentError, Target, deploy
from infra.drift import deployed, differences
from infra.local import server
from infra.local.mend import mend
from infra.package import ROOT, Artefact
from infra.versions import go_live

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]


@pytest.fixture
def live(stack):
    return deployed(stack.clients, "bascule-local", stack.artefact)


def test_every_setting_of_the_running_stack_is_as_its_template_wants(stack, live):
    assert differences(stack.clients, live) == []


def test_a_queue_changed_by_hand_is_named_with_both_values(stack, live):
    url = stack.outputs["FlipsQueue"]
    stack.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "31"})

    try:
        found = [str(each) for each in differences(stack.clients, live)]
    finally:
        stack.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "360"})

    assert found == ["FlipsQueue.VisibilityTimeout: wanted 360, found 31"]


def test_a_function_changed_by_hand_is_named(stack, live):
    name = stack.functions["Evidence"]
    stack.client("lambda").update_function_configuration(FunctionName=name, Timeout=7)
    go_live(stack.client("lambda"), name)

    try:
        found = [str(each) for each in differences(stack.clients, live)]
    finally:
        stack.client("lambda").update_function_configuration(FunctionName=name, Timeout=30)
        go_live(stack.client("lambda"), name)

    assert found == ["Evidence.Timeout: wanted 30, found 7"]


def test_a_setting_that_the_local_cloudformation_drops_is_mended(stack, live):
    name = stack.functions["OperationsHandler"]
    stack.client("lambda").delete_function_concurrency(FunctionName=name)
    broken = differences(stack.clients, live)

    mend(stack.clients, broken)

    assert [each.setting for each in broken] == ["ReservedConcurrentExecutions"]
    assert differences(stack.clients, live) == []


def test_the_same_artefact_deployed_again_changes_nothing(stack):
    target = Target(
        stage="local",
        bucket="bascule-artefacts",
        parameters={"Aws": "no", "PrivateHosts": "127.0.0.1"},
    )

    again = deploy(stack.clients, stack.artefact, target)

    assert again == stack.outputs


def test_a_refused_template_is_told_with_the_reason(stack, tmp_path):
    template = tmp_path / "sam.json"
    parameter = {"Stage": {"Type": "String"}}
    resources = {"Odd": {"Type": "AWS::NoSuch::Thing"}}
    template.write_text(json.dumps({"Parameters": parameter, "Resources": resources}))
    odd = Artefact(zip_file=stack.artefact.zip_file, template=template, digest="odd")

    with pytest.raises(DeploymentError, match="AWS::NoSuch::Thing"):
        deploy(stack.clients, odd, Target(stage="odd", bucket="bascule-artefacts"))


def test_the_public_reads_the_feed_and_nothing_of_the_state(stack):
    for bucket in ("FrontDoorBucket", "StateBucket"):
        stack.client("s3").put_object(Bucket=stack.outputs[bucket], Key="open.json", Body=b"{}")

    with urllib.request.urlopen(f"{stack.front_door_url}/open.json") as answer:
        read = answer.read()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{stack.endpoint}/{stack.outputs['StateBucket']}/open.json")

    assert read == b"{}"
    assert refused.value.code == 403
    refused.value.close()


def test_the_operations_api_is_closed_to_strangers(stack):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{stack.api_url}/v1/health")

    assert refused.value.code == 401
    refused.value.close()


def test_a_server_ends_with_its_parent_even_if_that_is_killed(tmp_path):
    program = (
        "import pathlib, sys, time; from infra.local import server;"
        "running = server.start(log=pathlib.Path(sys.argv[1]));"
        "print(running.child.pid, running.folder, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "words.log")], stdout=subprocess.PIPE, cwd=ROOT
    ) as parent:
        group, folder = parent.stdout.readline().decode().split()

        parent.kill()

    assert gone(int(group))
    assert not Path(folder).exists()


def gone(group):
    """Wait for the last process of a group to end."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_function_is_cut_off_for_a_while_and_gets_its_environment_back(stack):
    client, name = stack.client("lambda"), stack.functions["Mail"]
    before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    with stack.changed_environment("Mail", AWS_ENDPOINT_URL_DYNAMODB="http://127.0.0.1:9"):
        during = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    after = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    assert during == before | {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9"}
    assert after == before


def test_what_a_function_wrote_to_its_log_can_be_read(stack):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{stack.api_url}/hooks/no-such-channel", data=b"")
    refused.value.close()

    until = time.monotonic() + 10
    while not stack.words("APIHandler") and time.monotonic() < until:
        time.sleep(0.05)

    assert stack.words("APIHandler")


def test_a_stopped_server_leaves_neither_port_nor_folder(tmp_path):
    running = server.start(log=tmp_path / "words.log")

    running.stop()

    assert not running.running()
    assert gone(running.child.pid)
    assert not running.folder.exists()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{running.endpoint}/_ministack/health", timeout=1)
