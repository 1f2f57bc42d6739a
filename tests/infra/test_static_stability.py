"""What decides about contacts may speak to data planes alone: control planes fail first, and mend last."""

import pytest

DATA_PLANE = {
    "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
    "logs:CreateLogStream", "logs:PutLogEvents",
    "s3:GetObject", "s3:ListBucket",
    "secretsmanager:GetSecretValue",
    "ses:SendEmail", "ses:SendRawEmail",
    "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage",
    "sqs:SendMessage",
}  # fmt: skip
DECIDING = ("APIHandler", "Mail", "Deliver", "ReplayOverflow")


@pytest.mark.parametrize("function", DECIDING)
def test_a_function_that_decides_may_call_no_control_plane(of_type, function):
    role = of_type("AWS::Serverless::Function")[function]["Role"]["Fn::GetAtt"][0]
    policies = of_type("AWS::IAM::Role")[role]["Policies"]
    actions = {
        action
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }

    assert actions <= DATA_PLANE
    assert "dynamodb:PutItem" in actions
