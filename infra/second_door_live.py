"""What the gateway really does with the second door, beside what the template wants of it."""

from typing import Any, Protocol

from infra.deploy import Clients
from infra.second_door import PATH, ROLE

Json = dict[str, Any]
METHOD = "POST"


class Names(Protocol):
    """A deployed stack, as far as it says what a name of the template stands for."""

    names: dict[str, Any]


def wanted(stack: Names, properties: Json) -> Json:
    """Return what the template wants, in the words of the gateway's own API."""
    meant = properties["DefinitionBody"]["paths"][PATH]["post"]["x-amazon-apigateway-integration"]
    partition, region, account = (stack.names["InboundMail"].split(":")[i] for i in (1, 3, 4))
    queue = stack.names["OverflowQueue"].rsplit("/", 1)[-1]
    return {
        "SecondDoor": {
            "type": "AWS",
            "httpMethod": METHOD,
            "uri": f"arn:{partition}:apigateway:{region}:sqs:path/{account}/{queue}",
            "credentials": f"arn:{partition}:iam::{account}:role/{stack.names[ROLE]}",
            "passthroughBehavior": "NEVER",
            "requestParameters": meant["requestParameters"],
            "requestTemplates": meant["requestTemplates"],
            "responses": {
                answer["statusCode"]: {
                    "selectionPattern": "" if pattern == "default" else pattern,
                    "responseParameters": answer["responseParameters"],
                    "responseTemplates": answer["responseTemplates"],
                }
                for pattern, answer in meant["responses"].items()
            },
        }
    }


def door(clients: Clients, api: str) -> Json:
    """Read what the gateway does now."""
    client = clients("apigateway")
    found = client.get_integration(restApiId=api, resourceId=_resource(clients, api), httpMethod=METHOD)
    answers = found.get("integrationResponses", {})
    names = (
        "type",
        "httpMethod",
        "uri",
        "credentials",
        "passthroughBehavior",
        "requestParameters",
        "requestTemplates",
    )
    return {
        "SecondDoor": {name: found.get(name) for name in names}
        | {"responses": {code: _answer(answer) for code, answer in answers.items()}}
    }


def put(clients: Clients, api: str, meant: Json) -> None:
    """Have the gateway do what is meant."""
    client = clients("apigateway")
    at = {"restApiId": api, "resourceId": _resource(clients, api), "httpMethod": METHOD}
    settings = {name: value for name, value in meant.items() if name not in ("httpMethod", "responses")}
    client.put_integration(**at, integrationHttpMethod=meant["httpMethod"], **settings)
    for code, answer in meant["responses"].items():
        headers = dict.fromkeys(answer["responseParameters"], False)
        client.put_method_response(**at, statusCode=code, responseParameters=headers)
        client.put_integration_response(**at, statusCode=code, **answer)


def _resource(clients: Clients, api: str) -> str:
    items = clients("apigateway").get_resources(restApiId=api, limit=500)["items"]
    return str(next(item["id"] for item in items if item["path"] == PATH))


def _answer(found: Json) -> Json:
    return {
        "selectionPattern": found.get("selectionPattern") or "",
        "responseParameters": found.get("responseParameters", {}),
        "responseTemplates": found.get("responseTemplates", {}),
    }
