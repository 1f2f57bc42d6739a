"""Functions stand behind an alias, in the template: whoever wakes one wakes the version that is live."""

import json

from infra.alias import ALIAS


def test_every_function_publishes_a_version_and_moves_its_alias_whatever_changed(of_type):
    for properties in of_type("AWS::Serverless::Function").values():
        assert properties["AutoPublishAlias"] == ALIAS
        assert properties["AutoPublishAliasAllProperties"] is True


def test_the_gateway_asks_every_function_by_its_alias(of_type):
    body = json.dumps(of_type("AWS::Serverless::Api")["RestAPI"]["DefinitionBody"])

    asked = {part.split("}")[0] for part in body.split("functions/${")[1:]}
    assert asked == {"APIHandlerAliaslive", "OperationsHandlerAliaslive", "AuthorizerAliaslive"}


def test_the_gateway_may_call_each_of_those_aliases(of_type):
    permissions = of_type("AWS::Lambda::Permission").values()

    allowed = {each["FunctionName"].get("Ref") for each in permissions}
    assert {"APIHandlerAliaslive", "OperationsHandlerAliaslive", "AuthorizerAliaslive"} <= allowed
