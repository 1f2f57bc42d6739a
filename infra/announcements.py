"""Where announcements go: our own event bus, and its two rules, to a topic for people and to the subscribers' queue."""

from typing import Any

from infra.queues import dead

Json = dict[str, Any]

SOURCE = "bascule"
DAY = 86_400


def announcements() -> Json:
    """Return bus, rules, topic, and who may speak to topic and queue; people subscribe to the topic by hand."""
    return {
        "EventBus": {
            "Type": "AWS::Events::EventBus",
            "Properties": {"Name": {"Fn::Sub": "${AWS::StackName}"}},
        },
        "Announcements": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"DisplayName": "Bascule announcements"},
        },
        "PeopleRule": _rule(
            {"detail": {"data": {"loud": [True]}}},
            {"Id": "people", "Arn": {"Ref": "Announcements"}, "InputPath": "$.detail"},
        ),
        "SubscribersRule": _rule(
            {}, {"Id": "subscribers", "Arn": {"Fn::GetAtt": ["AnnouncementsQueue", "Arn"]}}
        ),
        "AnnouncementsPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {
                "Topics": [{"Ref": "Announcements"}],
                "PolicyDocument": _only("sns:Publish", {"Ref": "Announcements"}, "PeopleRule"),
            },
        },
        "AnnouncementsQueuePolicy": _queue_policy("AnnouncementsQueue"),
        "AnnouncementsDeadQueuePolicy": _queue_policy(dead("AnnouncementsQueue")),
    }


def _rule(more: Json, target: Json) -> Json:
    """An event that its target does not take for a day waits where a person looks."""
    patient = {
        "RetryPolicy": {"MaximumEventAgeInSeconds": DAY, "MaximumRetryAttempts": 185},
        "DeadLetterConfig": {"Arn": {"Fn::GetAtt": [dead("AnnouncementsQueue"), "Arn"]}},
    }
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventBusName": {"Ref": "EventBus"},
            "EventPattern": {"source": [SOURCE], **more},
            "State": "ENABLED",
            "Targets": [{**target, **patient}],
        },
    }


def _queue_policy(queue: str) -> Json:
    allowed = _only("sqs:SendMessage", {"Fn::GetAtt": [queue, "Arn"]}, "SubscribersRule", "PeopleRule")
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": queue}], "PolicyDocument": allowed},
    }


def _only(action: str, resource: Json, *rules: str) -> Json:
    """What lets EventBridge act, and only for our own rules."""
    statement = {
        "Sid": "OurRulesSpeak",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        "Condition": {"ArnEquals": {"aws:SourceArn": [{"Fn::GetAtt": [rule, "Arn"]} for rule in rules]}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
