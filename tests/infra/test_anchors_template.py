"""The anchors' bucket lets nobody change or delete, their key signs and nothing else, and one function asks it to."""

import json


def test_the_bucket_locks_what_is_written_for_the_days_that_the_deployment_says(of_type, template):
    bucket = of_type("AWS::S3::Bucket")["AnchorBucket"]

    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": {"Ref": "AnchorLock"}, "Days": {"Ref": "AnchorDays"}}},
    }
    assert template["Parameters"]["AnchorLock"]["Default"] == "COMPLIANCE"
    assert template["Parameters"]["AnchorDays"]["Default"] == 400
    assert "LifecycleConfiguration" not in bucket
    assert all(bucket["PublicAccessBlockConfiguration"].values())


def test_on_aws_nobody_lays_anything_over_an_anchor_or_hides_it(of_type, template):
    document = of_type("AWS::S3::BucketPolicy")["AnchorBucketPolicy"]["PolicyDocument"]

    denied = {one["Sid"]: (one["Effect"], one["Principal"], one["Action"]) for one in document["Statement"]}
    assert denied == {
        "WriteOnlyWhatIsNotThere": ("Deny", "*", "s3:PutObject"),
        "HideNothing": ("Deny", "*", ["s3:DeleteObject", "s3:BypassGovernanceRetention"]),
    }
    assert document["Statement"][0]["Condition"] == {"Null": {"s3:if-none-match": "true"}}
    assert template["Resources"]["AnchorBucketPolicy"]["Condition"] == "IsAws"


def test_the_key_signs_and_outlives_its_stack_with_the_bucket(of_type, template):
    key = of_type("AWS::KMS::Key")["AnchorKey"]

    assert (key["KeySpec"], key["KeyUsage"]) == ("RSA_2048", "SIGN_VERIFY")
    for name in ("AnchorKey", "AnchorBucket"):
        assert template["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_tick_alone_signs_and_writes_anchors(of_type):
    may = {
        name: {
            action for each in statements(role) if "Anchor" in json.dumps(each) for action in each["Action"]
        }
        for name, role in of_type("AWS::IAM::Role").items()
    }

    assert {name: actions for name, actions in may.items() if actions} == {
        "TickRole": {"s3:GetObject", "s3:PutObject", "s3:ListBucket", "kms:Sign", "kms:GetPublicKey"},
        "OperationsRole": {"s3:GetObject", "s3:ListBucket", "kms:GetPublicKey"},
    }


def statements(role):
    return [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
