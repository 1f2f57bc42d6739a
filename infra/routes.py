"""Which of the two API functions answers which route, on Chalice's generated SAM template.

Chalice makes one function for every route. The operations side gets its own function, with its own role and
concurrency, so that an operator's page never competes with a vendor's webhook.
"""

import copy
from collections.abc import Iterator
from typing import Any

from infra.alias import ALIAS, INVOKE, aliased, authorizer_overlay

Json = dict[str, Any]

INTAKE = ("hooks", "front-door")
OPERATIONS = ("v1", "console", "status")
HANDLER = "OperationsHandler"
MEMORY_MB = 512
TIMEOUT_SECONDS = 30


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
        f"{HANDLER}InvokePermission": _like(
            sam, "APIHandlerInvokePermission", FunctionName={"Ref": aliased(HANDLER)}
        ),
        f"{HANDLER}LogGroup": _like(
            sam, "ApiHandlerLogGroup", LogGroupName={"Fn::Sub": f"/aws/lambda/${{{HANDLER}}}"}
        ),
        "APIHandlerInvokePermission": {"Properties": {"FunctionName": {"Ref": aliased("APIHandler")}}},
        "AuthorizerAliasInvokePermission": _like(
            sam, "AuthorizerInvokePermission", FunctionName={"Ref": aliased("Authorizer")}
        ),
        "RestAPI": {"Properties": {"DefinitionBody": {"paths": _placed(sam), **authorizer_overlay()}}},
    }


def routes(sam: Json) -> Iterator[tuple[str, str, str]]:
    """Yield (path, method, logical id of the function) for every route of a template."""
    for path, methods in sam["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"].items():
        for method, operation in methods.items():
            uri = operation["x-amazon-apigateway-integration"].get("uri")
            if uri and "functions/" in uri["Fn::Sub"]:  # a preflight and the second door need none
                asked = uri["Fn::Sub"].split("functions/${")[1].split("}")[0]
                yield path, method, asked.removesuffix(".Arn").removesuffix(f"Alias{ALIAS}")


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


def _placed(sam: Json) -> Json:
    """Return the integration override of every route: its own function, by the alias."""
    placed: Json = {}
    for path, method, _ in routes(sam):
        uri = {"uri": {"Fn::Sub": INVOKE % aliased(owner(path))}}
        placed.setdefault(path, {})[method] = {"x-amazon-apigateway-integration": uri}
    return placed
