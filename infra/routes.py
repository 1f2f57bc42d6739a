"""Which of the two API functions answers which route, on Chalice's generated SAM template.

Chalice makes one function for every route. The operations side gets its own function, with its own role and
concurrency, so that an operator's page never competes with a vendor's webhook.
"""

import copy
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

INTAKE = ("hooks", "front-door")
OPERATIONS = ("v1", "console", "status")
HANDLER = "OperationsHandler"
MEMORY_MB = 512
TIMEOUT_SECONDS = 30
# API Gateway speaks to functions through this action of the Lambda API, whose version never changed.
INVOKE = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"
)


class UnplacedRouteError(ValueError):
    """A route belongs to neither API function: name its first segment in INTAKE or OPERATIONS."""


def operations_overlay(sam: Json, policy: Json) -> Json:
    """Return what the merge template adds so that operations routes have their own function.

    Args:
        sam: the template that ``chalice package`` writes.
        policy: the IAM policy document of the operations role.

    Raises:
        UnplacedRouteError: if a route has no owner.
    """
    policies = [{"PolicyName": "OperationsRolePolicy", "PolicyDocument": policy}]
    function = {
        "MemorySize": MEMORY_MB,
        "Timeout": TIMEOUT_SECONDS,
        "Role": {"Fn::GetAtt": ["OperationsRole", "Arn"]},
    }
    return {
        HANDLER: _like(sam, "APIHandler", **function),
        "OperationsRole": _like(sam, "ApiHandlerRole", Policies=policies),
        f"{HANDLER}InvokePermission": _like(sam, "APIHandlerInvokePermission", FunctionName={"Ref": HANDLER}),
        f"{HANDLER}LogGroup": _like(
            sam, "ApiHandlerLogGroup", LogGroupName={"Fn::Sub": f"/aws/lambda/${{{HANDLER}}}"}
        ),
        "RestAPI": {"Properties": {"DefinitionBody": {"paths": _moved_paths(sam)}}},
    }


def routes(sam: Json) -> Iterator[tuple[str, str, str]]:
    """Yield (path, method, logical id of the function) for every route of a template."""
    for path, methods in sam["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"].items():
        for method, operation in methods.items():
            uri = operation["x-amazon-apigateway-integration"].get("uri")
            if uri:  # a CORS preflight is answered by the gateway itself
                yield path, method, uri["Fn::Sub"].split("functions/${")[1].split(".Arn")[0]


def owner(path: str) -> str:
    """Return the logical id of the function that must answer a path."""
    first = path.strip("/").split("/")[0]
    if first in OPERATIONS:
        return HANDLER
    if first in INTAKE:
        return "APIHandler"
    raise UnplacedRouteError(f"{path} belongs to no API function: add {first!r} to infra/routes.py")


def _like(sam: Json, model: str, **changed: Any) -> Json:
    """Return a copy of a generated resource with some properties changed."""
    made: Json = copy.deepcopy(sam["Resources"][model])
    made["Properties"] |= changed
    return made


def _moved_paths(sam: Json) -> Json:
    """Return the integration override of every route that is not the intake's."""
    moved: Json = {}
    for path, method, _ in routes(sam):
        if owner(path) == HANDLER:
            uri = {"uri": {"Fn::Sub": INVOKE % HANDLER}}
            moved.setdefault(path, {})[method] = {"x-amazon-apigateway-integration": uri}
    return moved
