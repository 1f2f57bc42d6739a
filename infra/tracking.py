"""Target tracking of the intake's warm environments, for stages that ask for it: two alarms of AWS's own, USD 0.20."""

from typing import Any

from infra.alias import ALIAS, aliased

Json = dict[str, Any]

PARAMETERS: Json = {
    "TrackIntake": {
        "Type": "String",
        "Default": "no",
        "AllowedValues": ["yes", "no"],
        "Description": "yes lets a plan have AWS move the intake's warm environments between two bounds",
    },
}
CONDITIONS: Json = {
    "TracksIntake": {
        "Fn::And": [{"Condition": "IsAws"}, {"Fn::Equals": [{"Ref": "TrackIntake"}, "yes"]}],
    },
}
BUSY = 0.7
"""Of the warm environments, the share that shall be at work: with more of them AWS adds, with much fewer it removes.

It adds after three minutes above, and removes after fifteen below (a tenth under it): surges are the posture's, this
follows what lasts.
"""
_INTAKE: Json = {"Fn::Sub": f"function:${{APIHandler}}:{ALIAS}"}


def tracking() -> Json:
    """Return the target, with bounds that allow nothing until `tick` moves them, and its policy."""
    target = {
        "ServiceNamespace": "lambda",
        "ResourceId": _INTAKE,
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
        "MinCapacity": 0,
        "MaxCapacity": 0,
    }
    followed = {
        "PredefinedMetricSpecification": {"PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"},
        "TargetValue": BUSY,
    }
    policy = {
        "PolicyName": {"Fn::Sub": "bascule-${Stage}-intake"},
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": {"Ref": "IntakeTarget"},
        "TargetTrackingScalingPolicyConfiguration": followed,
    }
    return {
        "IntakeTarget": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "Condition": "TracksIntake",
            "DependsOn": aliased("APIHandler"),
            "Properties": target,
        },
        "IntakeTracking": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Condition": "TracksIntake",
            "Properties": policy,
        },
    }
