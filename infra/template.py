"""The merge template: everything that ``chalice package`` does not generate, made from what it did."""

from typing import Any

from infra.alarms import alarms
from infra.alias import PUBLISHED
from infra.anchors import PARAMETERS as ANCHORING
from infra.announcements import announcements
from infra.dashboard import dashboard
from infra.measures import API
from infra.queues import QUEUES, dead, events, held_by_the_platform, queues
from infra.routes import HANDLER, operations_overlay
from infra.second_door import ROLE, path, role
from infra.stores import TABLES, stores
from infra.throttle import method_settings
from infra.tracking import CONDITIONS as TRACKED
from infra.tracking import PARAMETERS as TRACKING
from infra.tracking import tracking

Json = dict[str, Any]

STAGE = "live"  # Chalice's own word; deployments are told apart by the Stage parameter and the stack's name
BUCKETS = ("StateBucket", "FrontDoorBucket", "AnchorBucket")
SECRETS = ("ChannelSecrets", "OperatorSecrets")
PARAMETERS: Json = {
    "Stage": {"Type": "String", "Default": "dev", "AllowedPattern": "[a-z][a-z0-9-]{0,19}"},
    "Aws": {
        "Type": "String",
        "Default": "no",
        "AllowedValues": ["yes", "no"],
        "Description": "yes adds what only AWS understands",
    },
    "PrivateHosts": {
        "Type": "String",
        "Default": "",
        "Description": "private hosts that the functions may call, separated by commas; empty on AWS",
    },
    "MailDomain": {
        "Type": "String",
        "Default": "",
        "Description": "domain whose inbound mail SES hands over; empty for none",
    },
    "Regions": {
        "Type": "String",
        "Default": "",
        "Description": "the regions that take turns, the founding one first, separated by commas; empty for one",
    },
    **ANCHORING,
    **TRACKING,
    "CallerRate": {
        "Type": "Number",
        "Default": 20,
        "MinValue": 0,
        "Description": "requests a second that one operator may make of one container; 0 for any number",
    },
    "OperationsConcurrency": {
        "Type": "Number",
        "Default": 20,
        "MinValue": 1,
        "Description": "parallel requests that operators may take from the account",
    },
}
CONDITIONS: Json = TRACKED | {
    "HasRegions": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Regions"}, ""]}]},
    "IsAws": {"Fn::Equals": [{"Ref": "Aws"}, "yes"]},
    "HasMail": {
        "Fn::And": [{"Condition": "IsAws"}, {"Fn::Not": [{"Fn::Equals": [{"Ref": "MailDomain"}, ""]}]}]
    },
}


def merge_template(sam: Json, operations_policy: Json) -> Json:
    """Return the file for ``chalice package --merge-template``.

    Args:
        sam: the template that ``chalice package`` writes without it.
        operations_policy: the IAM policy document of the operations role.
    """
    resources = stores() | queues() | alarms() | dashboard() | announcements() | tracking() | _mail()
    resources |= operations_overlay(sam, operations_policy)
    functions = [n for n, r in sam["Resources"].items() if r["Type"] == "AWS::Serverless::Function"]
    for name in [*functions, HANDLER]:
        properties = resources.setdefault(name, {}).setdefault("Properties", {})
        properties |= {"Environment": {"Variables": environment()}, **PUBLISHED}
        properties |= {"Events": events(name)} if events(name) else {}
    resources["Tick"]["Properties"]["Environment"]["Variables"] |= controlled()
    resources[HANDLER]["Properties"]["Environment"]["Variables"]["BASCULE_CALLER_RATE"] = {
        "Ref": "CallerRate"
    }
    resources[HANDLER]["Properties"]["ReservedConcurrentExecutions"] = {"Ref": "OperationsConcurrency"}
    resources["Mail"]["Properties"]["DeadLetterQueue"] = held_by_the_platform()
    _correct(resources)
    resources[ROLE] = role()
    api = resources["RestAPI"]["Properties"]
    api["DefinitionBody"]["paths"] |= path()
    api["DefinitionBody"]["info"] = {"title": {"Fn::Sub": API}}
    api["MethodSettings"] = method_settings(api["DefinitionBody"]["paths"])
    return {"Parameters": PARAMETERS, "Conditions": CONDITIONS, "Resources": resources, "Outputs": _outputs()}


def _correct(resources: Json) -> None:
    """Set right what the generated template gets wrong."""
    # Chalice names its API function APIHandler but lets the function's log group look for ApiHandler.
    resources["ApiHandlerLogGroup"] = {
        "Properties": {"LogGroupName": {"Fn::Sub": "/aws/lambda/${APIHandler}"}}
    }
    # Chalice's x-amazon-apigateway-binary-media-types is not read everywhere; SAM's property is.
    resources["RestAPI"]["Properties"]["BinaryMediaTypes"] = [
        "application/octet-stream",
        "multipart/form-data",
    ]


def environment() -> Json:
    """Return the variables every function gets: where its stores are, never a secret's value."""
    tables = {f"BASCULE_{_snake(name)}": {"Ref": name} for name in TABLES}
    names = [name for queue in QUEUES for name in (queue.name, dead(queue.name))]
    urls = {f"BASCULE_{_snake(name)}": {"Ref": name} for name in names}
    rest = {f"BASCULE_{_snake(name)}": {"Ref": name} for name in (*BUCKETS, *SECRETS)}
    return {
        "BASCULE_STAGE": {"Ref": "Stage"},
        **tables,
        **urls,
        **rest,
        "BASCULE_MAIL_TOPIC": {"Ref": "InboundMail"},
        "BASCULE_ALARM_TOPIC": {"Ref": "Alarms"},
        "BASCULE_EVENT_BUS": {"Ref": "EventBus"},
        "BASCULE_ANCHOR_KEY": {"Ref": "AnchorKey"},
        "BASCULE_PRIVATE_HOSTS": {"Ref": "PrivateHosts"},
        "BASCULE_REGIONS": {"Ref": "Regions"},
        "POWERTOOLS_SERVICE_NAME": "bascule",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def controlled() -> Json:
    """Return what `tick` alone is told: what it may make larger. To name a queue's event is to name its trigger."""
    lanes = {lane: f"Deliver{lane}Queue" for lane in ("Urgent", "Normal", "Bulk")}
    found = {"INTAKE": "APIHandler", "API": "RestAPI"} | {lane.upper(): name for lane, name in lanes.items()}
    named: Json = {f"BASCULE_CONTROL_{name}": {"Ref": logical} for name, logical in found.items()}
    return named | {"BASCULE_CONTROL_TRACKED": {"Ref": "TrackIntake"}}


def _snake(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).strip("_").upper()


def _mail() -> Json:
    """Return the way in for mail: SES writes to a topic that wakes the mail function."""
    statement = {
        "Sid": "SesHandsOverInboundMail",
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": {"Ref": "InboundMail"},
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return _mail_rules() | {
        "InboundMail": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "Bascule inbound mail"}},
        "InboundMailPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "InboundMail"}], "PolicyDocument": policy},
        },
    }


def _mail_rules() -> Json:
    """Return what makes SES take mail; a rule set works once it is made the active one, by hand."""
    action = {"SNSAction": {"TopicArn": {"Ref": "InboundMail"}, "Encoding": "Base64"}}
    rule = {"Enabled": True, "ScanEnabled": True, "Recipients": [{"Ref": "MailDomain"}], "Actions": [action]}
    return {
        "MailRules": {"Type": "AWS::SES::ReceiptRuleSet", "Condition": "HasMail"},
        "MailRule": {
            "Type": "AWS::SES::ReceiptRule",
            "Condition": "HasMail",
            "DependsOn": "InboundMailPolicy",
            "Properties": {"RuleSetName": {"Ref": "MailRules"}, "Rule": rule},
        },
    }


def _outputs() -> Json:
    names = [*TABLES, *BUCKETS, "BackupBucket", *SECRETS, "AnchorKey", "InboundMail", "Alarms", "EventBus"]
    names += ["Announcements", HANDLER]
    for queue in QUEUES:
        names += [queue.name, dead(queue.name)]
    urls = {
        "ApiUrl": "https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api",
        "FrontDoorUrl": "https://${FrontDoorBucket}.s3.${AWS::Region}.${AWS::URLSuffix}",
    }
    return {name: {"Value": {"Ref": name}} for name in names} | {
        name: {"Value": {"Fn::Sub": url}} for name, url in urls.items()
    }
