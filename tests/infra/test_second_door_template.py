"""The second door in the template: the gateway's own role, and no 2xx that the queue did not give."""

import pytest

from infra.routes import routes
from infra.second_door import PATH, ROLE, TYPES, template


@pytest.fixture
def operation(of_type):
    return of_type("AWS::Serverless::Api")["RestAPI"]["DefinitionBody"]["paths"][PATH]["post"]


def test_the_gateway_may_do_one_thing_with_one_queue(of_type):
    role = of_type("AWS::IAM::Role")[ROLE]
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert statement["Action"] == ["sqs:SendMessage"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["OverflowQueue", "Arn"]}]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {
        "Service": "apigateway.amazonaws.com"
    }


def test_no_function_stands_behind_it(template, operation):
    integration = operation["x-amazon-apigateway-integration"]

    assert integration["type"] == "aws"
    assert integration["credentials"] == {"Fn::GetAtt": [ROLE, "Arn"]}
    assert integration["uri"]["Fn::Sub"].endswith("${OverflowQueue.QueueName}")
    assert PATH not in {path for path, _, _ in routes(template)}


def test_only_what_the_queue_took_is_answered_with_2xx(operation):
    answers = operation["x-amazon-apigateway-integration"]["responses"]

    assert {pattern: answer["statusCode"] for pattern, answer in answers.items()} == {
        "2\\d{2}": "200",
        "default": "503",
    }
    assert answers["default"]["responseParameters"]["method.response.header.Retry-After"] == "'30'"
    assert operation["responses"].keys() == {"200", "503"}


def test_a_body_that_is_no_text_is_not_let_in_to_be_spoilt(operation):
    integration = operation["x-amazon-apigateway-integration"]

    assert integration["passthroughBehavior"] == "never"
    assert integration["requestTemplates"] == dict.fromkeys(TYPES, template())
    assert "\n" not in template()
