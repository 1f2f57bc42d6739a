"""What every bucket of ours is: versioned, encrypted, its owner's alone, closed to the public unless it is said."""

from typing import Any

Json = dict[str, Any]


def bucket(*, public: bool = False) -> Json:
    """Return its properties; a public one may have a policy that lets everybody read."""
    return {
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}},
            ],
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": not public,
            "RestrictPublicBuckets": not public,
        },
    }
