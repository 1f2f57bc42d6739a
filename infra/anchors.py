"""Where the ledger's anchors lie: a bucket that lets nobody change or delete, and the key that signs them."""

from typing import Any

from infra.buckets import bucket

Json = dict[str, Any]

PARAMETERS: Json = {
    "AnchorDays": {
        "Type": "Number",
        "Default": 400,
        "MinValue": 1,
        "Description": "days for which an anchor of the ledger cannot be deleted; it is kept longer",
    },
    "AnchorLock": {
        "Type": "String",
        "Default": "COMPLIANCE",
        "AllowedValues": ["COMPLIANCE", "GOVERNANCE"],
        "Description": "COMPLIANCE binds everybody, its owner too; GOVERNANCE is for stages to be thrown away",
    },
}
_KEEPS = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


def anchors() -> Json:
    """Return the bucket, its policy and the key."""
    return {
        "AnchorBucket": {"Type": "AWS::S3::Bucket", **_KEEPS, "Properties": _bucket()},
        "AnchorBucketPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Condition": "IsAws",
            "Properties": {"Bucket": {"Ref": "AnchorBucket"}, "PolicyDocument": _only_new()},
        },
        "AnchorKey": {"Type": "AWS::KMS::Key", **_KEEPS, "Properties": _key()},
    }


def _bucket() -> Json:
    lock = {"Mode": {"Ref": "AnchorLock"}, "Days": {"Ref": "AnchorDays"}}
    return {
        **bucket(),
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": lock}},
    }


def _only_new() -> Json:
    """A locked version stays, but a new one could be laid over it, or a marker that hides it: neither is let in."""
    objects = {"Fn::Sub": "${AnchorBucket.Arn}/*"}
    everybody = {"Effect": "Deny", "Principal": "*", "Resource": objects}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "WriteOnlyWhatIsNotThere",
                **everybody,
                "Action": "s3:PutObject",
                "Condition": {"Null": {"s3:if-none-match": "true"}},
            },
            {
                "Sid": "HideNothing",
                **everybody,
                "Action": ["s3:DeleteObject", "s3:BypassGovernanceRetention"],
            },
        ],
    }


def _key() -> Json:
    """RSA of 2,048 bits: what it signs can be proven anywhere, and asking for it is the cheapest."""
    root = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    statement = {
        "Sid": "RolesSayWhoMay",
        "Effect": "Allow",
        "Principal": root,
        "Action": "kms:*",
        "Resource": "*",
    }
    return {
        "Description": "Signs the anchors of Bascule's ledger",
        "KeySpec": "RSA_2048",
        "KeyUsage": "SIGN_VERIFY",
        "PendingWindowInDays": 30,
        "KeyPolicy": {"Version": "2012-10-17", "Statement": [statement]},
    }
