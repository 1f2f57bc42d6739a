"""The stack of a vantage: what it may do, where its things are, and that home finds its queue."""

import json
from dataclasses import fields

import pytest

from chalicelib.aws.queues import far_url
from chalicelib.settings import Settings
from infra.template import environment
from infra.vantage import Home, vantage_template

NAMES = {
    "HealthTable": "h", "LedgerTable": "l", "PlansTable": "p", "OrdersTable": "o", "StateBucket": "state",
    "FlipsQueue": "https://sqs.eu-west-3.amazonaws.com/123456789012/flips",
    "ChannelSecrets": "arn:aws:secretsmanager:eu-west-3:123456789012:secret:channels",
}  # fmt: skip
HOME = Home(
    stage="prod",
    region="eu-west-3",
    names=NAMES,
    function={
        "Role": "arn:aws:iam::123456789012:role/probe", "Runtime": "python3.11", "MemorySize": 512, "Timeout": 30,
        "Handler": "package.module.probe",
        "Environment": {"Variables": dict.fromkeys(environment(), "x") | {"BASCULE_STAGE": "prod"}},
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return vantage_template(HOME, {"S3Bucket": "b", "S3Key": "k"}, "")["Resources"]


@pytest.fixture(scope="module")
def statements(made):
    return made["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]


def test_the_vantage_has_one_function_woken_by_its_own_queue_and_no_way_in(made):
    kinds = sorted(each["Type"] for each in made.values())

    assert kinds == [
        "AWS::IAM::Role", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Function", "AWS::SQS::Queue",
        "AWS::SQS::Queue",
    ]  # fmt: skip
    assert made["Probe"]["Properties"]["Handler"] == HOME.function["Handler"]
    assert made["Wakes"]["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert made["Probes"]["Properties"]["RedrivePolicy"]["maxReceiveCount"] == 5


def test_a_vantage_works_on_the_tables_of_home_and_on_its_own_queue(made):
    variables = made["Probe"]["Properties"]["Environment"]["Variables"]

    assert variables["BASCULE_HOME_REGION"] == "eu-west-3"
    assert variables["BASCULE_PROBES_QUEUE"] == {"Ref": "Probes"}
    assert "BASCULE_VANTAGE" not in variables
    names = {
        each.name for each in fields(Settings) if not each.name.startswith("control_")
    }  # the tick's alone
    told = {f"BASCULE_{name.upper()}" for name in names - {"vantage", "caller_rate"}}
    assert told <= variables.keys()


def test_a_vantage_reads_no_contact_no_person_and_no_operator(statements):
    asked = json.dumps(statements)

    assert "ontacts" not in asked
    assert "eople" not in asked
    assert "perator" not in asked


def test_a_vantage_may_do_nothing_to_everything_but_ask_ses_for_its_state(statements):
    open_to_all = [each["Action"] for each in statements if "*" in each["Resource"]]
    actions = [action for each in statements for action in each["Action"]]

    assert open_to_all == [["ses:GetAccount"]]
    assert not [action for action in actions if "*" in action or action.split(":")[1].startswith("DeleteI")]
    assert [each["Resource"] for each in statements if each["Action"] == ["dynamodb:GetItem"]] == [
        ["arn:aws:dynamodb:eu-west-3:123456789012:table/p", "arn:aws:dynamodb:eu-west-3:123456789012:table/o"]
    ]


@pytest.mark.parametrize(
    ("at_home", "there"),
    [
        (
            "https://sqs.eu-west-3.amazonaws.com/123456789012/bascule-prod-ProbesQueue-1A2B",
            "https://sqs.us-east-1.amazonaws.com/123456789012/bascule-prod-vantage-probes",
        ),
        (
            "http://127.0.0.1:4566/000000000000/bascule-prod-ProbesQueue-1A2B",
            "http://127.0.0.1:4566/000000000000/bascule-prod-vantage-probes",
        ),
        ("", ""),
    ],
)
def test_home_finds_the_queue_of_a_vantage_by_its_name(at_home, there, made):
    values = {each.name: "x" for each in fields(Settings)} | {"stage": "prod"}
    name = Settings(**values).vantage_queue

    assert made["Probes"]["Properties"]["QueueName"] == name
    assert far_url(at_home, "us-east-1", name) == there
