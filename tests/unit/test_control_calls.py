"""The levers on AWS: the very calls that are made, checked against AWS's own models, and none where all stands."""

from functools import cache

import botocore.session
import pytest
from botocore.stub import Stubber

from chalicelib.aws.control import QUALIFIER, AwsControl
from chalicelib.domain.surge.levers import Lever
from chalicelib.ports import Unavailable
from infra.alias import ALIAS
from infra.template import controlled, environment

UUID = "6a1f0c9e-0000-4000-8000-000000000001"
NAMES = {
    "intake": "bascule-intake", "api": "abc123", "urgent": "u" * 36, "normal": UUID, "bulk": "b" * 36,
    "contacts_table": "contacts", "health_table": "health",
}  # fmt: skip
ABOUT = {"FunctionName": "bascule-intake", "Qualifier": "live"}
STAGE = {"restApiId": "abc123", "stageName": "api"}
DOOR, LATER = "~1hooks~1{channel}/POST", "later/hooks/{channel}/POST"


@cache
def client(service):
    session = botocore.session.get_session()
    session.set_credentials("example", "example")
    return session.create_client(service, region_name="eu-west-3")


class Recorded:
    """Clients that answer from a list and refuse any other call."""

    def __init__(self, calls):
        self.stubs = {service: Stubber(client(service)) for service, *_ in calls}
        for service, operation, asked, answer in calls:
            if isinstance(answer, str):
                self.stubs[service].add_client_error(operation, answer, expected_params=asked)
            else:
                self.stubs[service].add_response(operation, answer, asked)
        for stub in self.stubs.values():
            stub.activate()

    def __call__(self, service, region="", *, patient=False):
        return client(service)

    def done(self):
        """Every call was made."""
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def record():
    """Recorded calls, as many times as a test wants."""
    made = []

    def recorded(*calls):
        made.append(Recorded(calls))
        return made[-1]

    yield recorded
    for each in made:
        for stub in each.stubs.values():
            stub.deactivate()


def provisioned(answer):
    return ("lambda", "get_provisioned_concurrency_config", ABOUT, answer)


def ready(count, state="READY"):
    return {"RequestedProvisionedConcurrentExecutions": count, "Status": state}


def mapping(width, state="Enabled"):
    return (
        "lambda", "get_event_source_mapping", {"UUID": UUID},
        {"UUID": UUID, "ScalingConfig": {"MaximumConcurrency": width}, "State": state},
    )  # fmt: skip


def table(*writes, state="ACTIVE", warm="ACTIVE"):
    parts = [{"WarmThroughput": {"WriteUnitsPerSecond": each, "Status": warm}} for each in writes]
    indexes = [{"IndexName": name, **part} for name, part in zip(("due", "party"), parts[1:], strict=False)]
    answer = {"Table": {"TableStatus": state, **parts[0], "GlobalSecondaryIndexes": indexes}}
    return ("dynamodb", "describe_table", {"TableName": "contacts"}, answer)


def stage(rate):
    door = {"throttlingRateLimit": float(rate), "throttlingBurstLimit": 1_000}
    return (
        "apigateway",
        "get_stage",
        STAGE,
        {"methodSettings": {"*/*": {"throttlingRateLimit": 200.0}, DOOR: door}},
    )


MISSING = "ProvisionedConcurrencyConfigNotFoundException"
PUT = ("lambda", "put_provisioned_concurrency_config", {**ABOUT, "ProvisionedConcurrentExecutions": 20}, {})
WIDEN = (
    "lambda", "update_event_source_mapping", {"UUID": UUID, "ScalingConfig": {"MaximumConcurrency": 200}}, {},
)  # fmt: skip
RESERVED = ("lambda", "get_function_concurrency", {"FunctionName": "bascule-intake"})
FASTER = [{"op": "replace", "path": "/~1hooks~1{channel}/POST/throttling/rateLimit", "value": "9000"}]
CASES = [
    ("none provisioned yet", Lever.INTAKE_PROVISIONED, 20, False, [provisioned(MISSING), PUT]),
    ("another number", Lever.INTAKE_PROVISIONED, 20, False, [provisioned(ready(5)), PUT]),
    ("under way", Lever.INTAKE_PROVISIONED, 20, False, [provisioned(ready(20, "IN_PROGRESS"))]),
    ("failed", Lever.INTAKE_PROVISIONED, 20, False, [provisioned(ready(20, "FAILED")), PUT]),
    ("ready", Lever.INTAKE_PROVISIONED, 20, True, [provisioned(ready(20))]),
    ("none wanted, none there", Lever.INTAKE_PROVISIONED, 0, True, [provisioned(MISSING)]),
    (
        "none wanted", Lever.INTAKE_PROVISIONED, 0, True,
        [provisioned(ready(20)), ("lambda", "delete_provisioned_concurrency_config", ABOUT, {})],
    ),
    (
        "reserve", Lever.INTAKE_RESERVED, 500, True,
        [
            (*RESERVED, {}),
            (
                "lambda", "put_function_concurrency",
                {"FunctionName": "bascule-intake", "ReservedConcurrentExecutions": 500}, {},
            ),
        ],
    ),
    ("reserved", Lever.INTAKE_RESERVED, 500, True, [(*RESERVED, {"ReservedConcurrentExecutions": 500})]),
    ("nothing reserved", Lever.INTAKE_RESERVED, 0, True, [(*RESERVED, {})]),
    (
        "give back", Lever.INTAKE_RESERVED, 0, True,
        [
            (*RESERVED, {"ReservedConcurrentExecutions": 500}),
            ("lambda", "delete_function_concurrency", {"FunctionName": "bascule-intake"}, {}),
        ],
    ),
    ("widen", Lever.NORMAL, 200, False, [mapping(20), WIDEN]),
    ("being widened", Lever.NORMAL, 200, False, [mapping(200, "Updating")]),
    ("wide", Lever.NORMAL, 200, True, [mapping(200)]),
    (
        "warm the table and the index that lags", Lever.CONTACT_WRITES, 20_000, False,
        [
            table(4_000, 20_000, 4_000),
            (
                "dynamodb", "update_table",
                {
                    "TableName": "contacts", "WarmThroughput": {"WriteUnitsPerSecond": 20_000},
                    "GlobalSecondaryIndexUpdates": [
                        {"Update": {"IndexName": "party", "WarmThroughput": {"WriteUnitsPerSecond": 20_000}}},
                    ],
                },
                {},
            ),
        ],
    ),
    ("the table is busy", Lever.CONTACT_WRITES, 20_000, False, [table(4_000, 4_000, state="UPDATING")]),
    ("still warming", Lever.CONTACT_WRITES, 20_000, False, [table(20_000, 20_000, warm="UPDATING")]),
    ("warmer than wanted", Lever.CONTACT_WRITES, 20_000, True, [table(40_000, 40_000, 40_000)]),
    (
        "open the door", Lever.REQUEST_RATE, 9_000, True,
        [stage(2_000), ("apigateway", "update_stage", {**STAGE, "patchOperations": FASTER}, {})],
    ),
    ("open already", Lever.REQUEST_RATE, 9_000, True, [stage(9_000)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lever", "value", "stands", "calls"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_lever_looks_first_and_asks_for_what_is_not_so(record, lever, value, stands, calls):
    recorded = record(*calls)

    came = AwsControl(recorded, NAMES).set(lever, value)

    assert came is stands
    recorded.done()


def test_every_way_in_for_vendors_is_opened_however_its_path_is_spelled(record):
    doors = {DOOR: {"throttlingBurstLimit": 1}, LATER: {"throttlingBurstLimit": 1}, "v1/plan/GET": {}}
    paths = [
        "/~1hooks~1{channel}/POST/throttling/burstLimit",
        "/~1later~1hooks~1{channel}/POST/throttling/burstLimit",
    ]
    patch = [{"op": "replace", "path": path, "value": "4000"} for path in paths]
    recorded = record(
        ("apigateway", "get_stage", STAGE, {"methodSettings": doors}),
        ("apigateway", "update_stage", {**STAGE, "patchOperations": patch}, {}),
    )

    came = AwsControl(recorded, NAMES).set(Lever.REQUEST_BURST, 4_000)

    assert came is True
    recorded.done()


@pytest.mark.parametrize(
    ("lever", "calls", "words"),
    [
        (
            Lever.NORMAL,
            [("lambda", "get_event_source_mapping", {"UUID": UUID}, "TooManyRequestsException")],
            "Too",
        ),
        (
            Lever.HEALTH_READS,
            [("dynamodb", "describe_table", {"TableName": "health"}, {"Table": {}})],
            "no warm",
        ),
        (Lever.REQUEST_RATE, [("apigateway", "get_stage", STAGE, {"methodSettings": {}})], "no throttle"),
    ],
)
def test_what_cannot_be_told_or_set_is_unavailable(record, lever, calls, words):
    with pytest.raises(Unavailable, match=words):
        AwsControl(record(*calls), NAMES).set(lever, 15_000)


def test_a_function_that_was_told_no_names_says_which_variable_lacks(record):
    with pytest.raises(Unavailable, match="BASCULE_CONTROL_NORMAL"):
        AwsControl(record(mapping(20)), {}).set(Lever.NORMAL, 20)


def test_tick_alone_is_told_the_names_and_the_alias_is_the_templates():
    assert QUALIFIER == ALIAS
    assert set(controlled()) == {
        f"BASCULE_CONTROL_{name.upper()}" for name in NAMES if not name.endswith("_table")
    }
    assert not set(controlled()) & set(environment())


def test_every_lever_has_its_call(record):
    assert set(AwsControl(record(), NAMES)._levers) == set(Lever)
