"""Target tracking of the intake in the template: only where a stage asks for it, and its bounds are tick's alone."""

import json

from infra.template import CONDITIONS


def test_a_stage_that_does_not_ask_for_it_has_no_target_no_policy_and_tells_tick_of_none(template):
    resources, parameters = template["Resources"], template["Parameters"]

    assert parameters["TrackIntake"]["Default"] == "no"
    assert {resources[name]["Condition"] for name in ("IntakeTarget", "IntakeTracking")} == {"TracksIntake"}
    assert CONDITIONS["TracksIntake"]["Fn::And"][0] == {"Condition": "IsAws"}
    told = resources["Tick"]["Properties"]["Environment"]["Variables"]
    assert told["BASCULE_CONTROL_TRACKED"] == {"Ref": "TrackIntake"}


def test_the_target_is_the_alias_that_the_door_calls_and_may_nothing_until_tick_moves_its_bounds(template):
    made = template["Resources"]["IntakeTarget"]
    intake = {"Fn::Sub": "function:${APIHandler}:live"}

    assert made["Properties"] == {
        "ServiceNamespace": "lambda", "ScalableDimension": "lambda:function:ProvisionedConcurrency",
        "ResourceId": intake, "MinCapacity": 0, "MaxCapacity": 0,
    }  # fmt: skip
    assert made["DependsOn"] == "APIHandlerAliaslive"


def test_the_policy_follows_how_busy_the_warm_environments_are(template):
    policy = template["Resources"]["IntakeTracking"]["Properties"]

    assert policy["ScalingTargetId"] == {"Ref": "IntakeTarget"}
    assert policy["PolicyType"] == "TargetTrackingScaling"
    followed = policy["TargetTrackingScalingPolicyConfiguration"]
    assert followed["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"
    }
    assert 0.1 <= followed["TargetValue"] <= 0.9


def test_tick_alone_moves_bounds_of_lambda_and_may_neither_make_policies_nor_remove_targets(of_type):
    moving = {
        name: statement
        for name, role in of_type("AWS::IAM::Role").items()
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "application-autoscaling" in json.dumps(statement["Action"])
    }

    assert moving.keys() == {"TickRole"}
    assert moving["TickRole"]["Action"] == ["application-autoscaling:RegisterScalableTarget"]
    assert moving["TickRole"]["Condition"]["StringEquals"] == {
        "application-autoscaling:service-namespace": "lambda",
        "application-autoscaling:scalable-dimension": "lambda:function:ProvisionedConcurrency",
    }
