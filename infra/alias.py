"""The alias that every function stands behind, in the template: an upgrade moves it, the API and the queues follow."""

from typing import Any

Json = dict[str, Any]

ALIAS = "live"
PUBLISHED: Json = {"AutoPublishAlias": ALIAS, "AutoPublishAliasAllProperties": True}
"""What a SAM function needs: a change of anything, not only of the code, makes a version and moves the alias."""
# API Gateway speaks to functions through this action of the Lambda API, whose version never changed.
INVOKE = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s}/invocations"


def aliased(function: str) -> str:
    """Return the logical id that SAM gives the alias of a function; to refer to it is to name the alias's ARN."""
    return f"{function}Alias{ALIAS}"


def authorizer_overlay() -> Json:
    """Return what has the gateway ask the authorizer by its alias."""
    asked = {"x-amazon-apigateway-authorizer": {"authorizerUri": {"Fn::Sub": INVOKE % aliased("Authorizer")}}}
    return {"securityDefinitions": {"authorizer": asked}}
