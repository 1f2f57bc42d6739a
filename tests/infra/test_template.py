"""The template keeps the architecture's promises about stores, queues and functions."""

from dataclasses import fields

from chalicelib.settings import Settings
from infra.routes import owner, routes


def test_every_table_is_encrypted_and_can_be_recovered_to_a_point_in_time(of_type):
    tables = of_type("AWS::DynamoDB::Table")

    assert len(tables) == 6
    for properties in tables.values():
        assert properties["SSESpecification"] == {"SSEEnabled": True}
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert properties["BillingMode"] == "PAY_PER_REQUEST"


def test_a_table_outlives_its_stack(template):
    kept = {name: each.get("DeletionPolicy") for name, each in template["Resources"].items()}

    assert kept["ContactsTable"] == kept["LedgerTable"] == kept["StateBucket"] == "RetainExceptOnCreate"
    assert kept["UrgentQueue"] is None


def test_every_working_queue_has_a_dead_letter_queue_that_keeps_two_weeks(of_type):
    queues = of_type("AWS::SQS::Queue")
    working = {name: each for name, each in queues.items() if "DeadQueue" not in name}

    assert len(working) == 8
    for properties in working.values():
        redrive = properties["RedrivePolicy"]
        dead = queues[redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        assert redrive["maxReceiveCount"] == 5
        assert dead["MessageRetentionPeriod"] == 14 * 86_400


def test_every_queue_is_encrypted(of_type):
    queues = of_type("AWS::SQS::Queue")

    assert all(each["SqsManagedSseEnabled"] for each in queues.values())


def test_what_was_acknowledged_by_a_queue_alone_is_kept_two_weeks(of_type):
    queues = of_type("AWS::SQS::Queue")

    assert queues["OverflowQueue"]["MessageRetentionPeriod"] == 14 * 86_400
    assert queues["EvidenceQueue"]["MessageRetentionPeriod"] == 14 * 86_400


def test_every_queue_hides_a_message_six_times_as_long_as_its_function_may_run(of_type):
    queues = of_type("AWS::SQS::Queue")

    for properties in of_type("AWS::Serverless::Function").values():
        for event in mappings(properties):
            hidden = queues[event["Queue"]["Fn::GetAtt"][0]]["VisibilityTimeout"]
            assert hidden >= 6 * properties["Timeout"]


def test_every_working_queue_wakes_exactly_one_function(of_type):
    woken = [
        event["Queue"]["Fn::GetAtt"][0]
        for properties in of_type("AWS::Serverless::Function").values()
        for event in mappings(properties)
    ]

    assert sorted(woken) == sorted(name for name in of_type("AWS::SQS::Queue") if "DeadQueue" not in name)


def test_every_queue_mapping_reports_single_failures_and_has_a_ceiling(of_type):
    for properties in of_type("AWS::Serverless::Function").values():
        for event in mappings(properties):
            assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            assert event["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_every_function_is_told_every_setting_that_the_code_reads(of_type):
    of_the_runtime = {
        "vantage": "the region, unless somebody names it",
        "home_region": "set where a probe runs outside of home (infra/vantage.py)",
    }
    read = {each.name for each in fields(Settings)} - of_the_runtime.keys()
    tick_alone = {name for name in read if name.startswith("control_")}

    for function, properties in of_type("AWS::Serverless::Function").items():
        told = read if function == "Tick" else read - tick_alone
        told = told if function == "OperationsHandler" else told - {"caller_rate"}
        given = {name for name in properties["Environment"]["Variables"] if name.startswith("BASCULE_")}
        assert {f"BASCULE_{name.upper()}" for name in told} == given


def test_no_secret_value_is_in_the_template(of_type):
    for properties in of_type("AWS::SecretsManager::Secret").values():
        assert properties.keys() == {"Description"}


def test_only_the_front_door_bucket_lets_the_public_read(of_type):
    buckets = of_type("AWS::S3::Bucket")
    policies = of_type("AWS::S3::BucketPolicy")

    assert all(buckets["StateBucket"]["PublicAccessBlockConfiguration"].values())
    open_to_all = [
        each["Bucket"]["Ref"]
        for each in policies.values()
        if "Allow" in [statement["Effect"] for statement in each["PolicyDocument"]["Statement"]]
    ]
    assert open_to_all == ["FrontDoorBucket"]
    statement = policies["FrontDoorBucketPolicy"]["PolicyDocument"]["Statement"]
    assert [each["Action"] for each in statement] == ["s3:GetObject"]


def test_every_bucket_keeps_versions(of_type):
    for properties in of_type("AWS::S3::Bucket").values():
        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}


def test_an_export_ends_when_a_point_in_time_backup_does(of_type):
    rules = of_type("AWS::S3::Bucket")["BackupBucket"]["LifecycleConfiguration"]["Rules"]

    assert {"Id": "exports", "Status": "Enabled", "Prefix": "exports/", "ExpirationInDays": 35} in rules
    assert [
        each["NoncurrentVersionExpiration"]["NoncurrentDays"] for each in rules if "Prefix" not in each
    ] == [30]


def test_every_log_group_is_that_of_a_function_and_forgets_in_time(of_type):
    functions = of_type("AWS::Serverless::Function")
    groups = of_type("AWS::Logs::LogGroup")

    owners = {each["LogGroupName"]["Fn::Sub"].split("${")[1].rstrip("}") for each in groups.values()}
    assert owners == functions.keys()
    assert all(each["RetentionInDays"] == 30 for each in groups.values())


def test_every_route_is_answered_by_its_own_side(template):
    answered = list(routes(template))

    assert ("/hooks/{channel}", "post", "APIHandler") in answered
    assert all(function == owner(path) for path, _, function in answered)


def test_every_way_under_v1_asks_the_authorizer(template):
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    guarded = {path: methods for path, methods in paths.items() if path.startswith("/v1")}

    assert guarded
    for methods in guarded.values():
        for operation in methods.values():
            assert operation["security"] == [{"authorizer": []}]


def test_binary_bodies_are_declared_in_the_way_that_reaches_the_gateway(of_type):
    api = of_type("AWS::Serverless::Api")["RestAPI"]

    assert api["BinaryMediaTypes"] == ["application/octet-stream", "multipart/form-data"]
    assert api["EndpointConfiguration"] == "REGIONAL"


def mappings(properties):
    return [each["Properties"] for each in properties.get("Events", {}).values() if each["Type"] == "SQS"]


def test_only_our_own_rules_may_speak_to_the_announcements(of_type):
    statements = [
        statement
        for kind in ("AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy")
        for name, policy in of_type(kind).items()
        if name.startswith("Announcements")
        for statement in policy["PolicyDocument"]["Statement"]
    ]

    assert len(statements) == 3
    for statement in statements:
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        arns = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
        assert {arn["Fn::GetAtt"][0] for arn in arns} <= {"PeopleRule", "SubscribersRule"}


def test_subscribers_get_every_event_and_people_the_loud_ones_for_a_day_or_somebody_looks(of_type):
    rules = of_type("AWS::Events::Rule")

    patterns = {name: rules[name]["EventPattern"] for name in ("PeopleRule", "SubscribersRule")}
    assert patterns == {
        "PeopleRule": {"source": ["bascule"], "detail": {"data": {"loud": [True]}}},
        "SubscribersRule": {"source": ["bascule"]},
    }
    for name in patterns:
        (target,) = rules[name]["Targets"]
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 86_400
        assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["AnnouncementsDeadQueue", "Arn"]}
