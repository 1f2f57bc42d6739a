"""The door that needs no function: the gateway itself puts a vendor's request into the overflow queue.

It proves nothing: the replay does (`chalicelib/service/second_door.py` reads what this writes).
"""

from typing import Any

Json = dict[str, Any]

PATH = "/second-door/{channel}"
ROLE = "SecondDoorRole"
TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "application/cloudevents+json",
    "text/plain",
)
"""What may come: text, which a mapping template keeps as it is. Anything else is answered 415."""
SENT, LATER = "200", "503"
_EACH = (
    "#foreach($name in $input.params().%(where)s.keySet())"
    '#set($held="${held}&%(mark)s.$util.urlEncode($name)'
    '=$util.urlEncode($input.params().%(where)s.get($name))")'
    "#end"
)


def template() -> str:
    """Return the mapping template: a request as the form of SQS's SendMessage, on one line, for each break would count.

    The message is a form itself, for values that are URL-encoded need no other care.
    """
    return "".join(
        [
            '#set($held="door=second&at=$context.requestTimeEpoch")',
            "#set($held=\"${held}&channel=$util.urlEncode($input.params('channel'))\")",
            _EACH % {"where": "header", "mark": "h"},
            _EACH % {"where": "querystring", "mark": "q"},
            '#set($held="${held}&body=$util.urlEncode($input.body)")',
            "Action=SendMessage&Version=2012-11-05&MessageBody=$util.urlEncode($held)",
        ]
    )


def role() -> Json:
    """Return the gateway's own role: one action on one queue."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    allowed = {
        "Sid": "HoldRequests",
        "Effect": "Allow",
        "Action": ["sqs:SendMessage"],
        "Resource": [{"Fn::GetAtt": ["OverflowQueue", "Arn"]}],
    }
    policy = {"Version": "2012-10-17", "Statement": [allowed]}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "SecondDoorRolePolicy", "PolicyDocument": policy}],
        },
    }


def path() -> Json:
    """Return the path's operation. 2xx only after SQS has taken the message; anything else makes a vendor ask again."""
    integration = {
        "type": "aws",
        "httpMethod": "POST",
        "uri": {
            "Fn::Sub": (
                "arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${OverflowQueue.QueueName}"
            )
        },
        "credentials": {"Fn::GetAtt": [ROLE, "Arn"]},
        "passthroughBehavior": "never",
        "requestParameters": {
            "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"
        },
        "requestTemplates": dict.fromkeys(TYPES, template()),
        "responses": {
            "2\\d{2}": _answer(SENT, {"Content-Type": "'text/plain'"}),
            "default": _answer(LATER, {"Content-Type": "'text/plain'", "Retry-After": "'30'"}),
        },
    }
    parameter = {"name": "channel", "in": "path", "required": True, "type": "string"}
    responses = {
        SENT: _declared("Held.", "Content-Type"),
        LATER: _declared("Ask again.", "Content-Type", "Retry-After"),
    }
    return {
        PATH: {
            "post": {
                "consumes": list(TYPES),
                "produces": ["text/plain"],
                "parameters": [parameter],
                "responses": responses,
                "x-amazon-apigateway-integration": integration,
            }
        }
    }


def _answer(code: str, headers: dict[str, str]) -> Json:
    """An empty body: a template that renders to nothing, for none at all would pass on what SQS said."""
    return {
        "statusCode": code,
        "responseParameters": {f"method.response.header.{name}": value for name, value in headers.items()},
        "responseTemplates": {"application/json": '#set($nothing="")'},
    }


def _declared(description: str, *headers: str) -> Json:
    return {"description": description, "headers": {name: {"type": "string"} for name in headers}}
