"""Every function may do its own work and nothing else, as its policy is written."""

import json

import pytest

from infra.package import ROOT

# Actions that AWS cannot restrict to a resource, and why they are asked for.
UNRESTRICTABLE = {
    "ses:GetAccount": "the probe asks whether SES may send at all, the doctor whether for everybody",
    "lambda:ListEventSourceMappings": "the doctor looks for queues that nobody reads",
}
FUNCTIONS = {
    "intake",
    "operations",
    "authorizer",
    "mail",
    "deliver",
    "replay_overflow",
    "probe",
    "tick",
    "evidence",
    "announce",
}


@pytest.fixture(scope="module")
def roles(of_type):
    """Role -> its statements, as deployed."""
    return {
        name: [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
        for name, role in of_type("AWS::IAM::Role").items()
    }


def test_every_function_has_a_role_of_its_own(of_type):
    functions = of_type("AWS::Serverless::Function")

    worn = [each["Role"]["Fn::GetAtt"][0] for each in functions.values()]
    assert len(functions) == len(FUNCTIONS)
    assert len(set(worn)) == len(worn)


def test_every_policy_file_is_that_of_a_function():
    files = {path.name.split("-")[1] for path in (ROOT / ".chalice").glob("policy-*-live.json")}

    assert files == FUNCTIONS


def test_no_policy_allows_every_action_of_a_service(roles):
    for statements in roles.values():
        for statement in statements:
            assert not [action for action in statement["Action"] if "*" in action]


def test_no_policy_allows_every_resource_except_where_aws_offers_no_other_way(roles):
    open_to_all = [
        action
        for statements in roles.values()
        for statement in statements
        for action in statement["Action"]
        if "*" in (statement["Resource"], *statement["Resource"])
    ]

    assert set(open_to_all) == UNRESTRICTABLE.keys()


def test_no_function_may_delete_what_was_accepted(roles):
    asked = {action for each in roles.values() for statement in each for action in statement["Action"]}

    assert not [
        action for action in asked if action.split(":")[1].startswith(("DeleteI", "Purge", "DeleteO"))
    ]


def test_only_the_operations_side_and_who_publishes_for_absent_authors_read_operators_secrets(roles):
    readers = [name for name, each in roles.items() if "OperatorSecrets" in json.dumps(each)]

    assert sorted(readers) == ["AuthorizerRole", "OperationsRole", "TickRole"]


def test_no_function_reaches_the_backups(roles):
    assert not [name for name, each in roles.items() if "BackupBucket" in json.dumps(each)]


def test_only_tick_writes_what_the_public_reads(roles):
    writers = [
        name
        for name, each in roles.items()
        for statement in each
        if "s3:PutObject" in statement["Action"] and "FrontDoorBucket" in json.dumps(statement["Resource"])
    ]

    assert writers == ["TickRole"]


def test_every_consumer_may_take_from_its_queues_and_from_no_other(of_type, roles):
    for properties in of_type("AWS::Serverless::Function").values():
        events = [each for each in properties.get("Events", {}).values() if each["Type"] == "SQS"]
        taken = {
            resource["Fn::GetAtt"][0]
            for statement in roles[properties["Role"]["Fn::GetAtt"][0]]
            if "sqs:ReceiveMessage" in statement["Action"]
            for resource in statement["Resource"]
            if "DeadQueue" not in resource["Fn::GetAtt"][0]
        }
        assert taken == {each["Properties"]["Queue"]["Fn::GetAtt"][0] for each in events}


def test_only_the_operations_side_takes_from_dead_letter_queues_and_from_all_of_them(of_type, roles):
    dead = {name for name in of_type("AWS::SQS::Queue") if "DeadQueue" in name}

    takers = {
        name: {resource["Fn::GetAtt"][0] for resource in statement["Resource"]} & dead
        for name, each in roles.items()
        for statement in each
        if "sqs:DeleteMessage" in statement["Action"] and "DeadQueue" in json.dumps(statement["Resource"])
    }
    assert takers == {"OperationsRole": dead}


def test_every_consumer_may_lay_aside_what_failed_and_only_beside_its_own_queues(of_type, roles):
    for properties in of_type("AWS::Serverless::Function").values():
        events = [each for each in properties.get("Events", {}).values() if each["Type"] == "SQS"]
        laid = {
            resource["Fn::GetAtt"][0]
            for statement in roles[properties["Role"]["Fn::GetAtt"][0]]
            if "sqs:SendMessage" in statement["Action"]
            for resource in statement["Resource"]
            if "DeadQueue" in str(resource)
        }
        own = {each["Properties"]["Queue"]["Fn::GetAtt"][0].replace("Queue", "DeadQueue") for each in events}
        assert laid == own


def test_mail_that_its_function_fails_on_is_held_with_the_other_requests_and_its_role_may_put_it_there(
    of_type, roles
):
    mail = of_type("AWS::Serverless::Function")["Mail"]
    held = {"Fn::GetAtt": ["OverflowQueue", "Arn"]}

    allowed = [
        each
        for each in roles[mail["Role"]["Fn::GetAtt"][0]]
        if "sqs:SendMessage" in each["Action"] and held in each["Resource"]
    ]

    assert mail["DeadLetterQueue"] == {"Type": "SQS", "TargetArn": held}
    assert len(allowed) == 1
