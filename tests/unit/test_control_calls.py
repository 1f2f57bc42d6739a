"""The levers on AWS: the very calls that are made, checked against AWS's own models, and none where all stands."""

import pytest

from chalicelib.aws.control import AwsControl
from chalicelib.aws.control_intake import QUALIFIER
from chalicelib.domain.surge.levers import SHIPPED, Lever
from chalicelib.ports import Unavailable
from infra.alias import ALIAS
from infra.template import controlled, environment
from tests.unit.control_side import ABOUT, MISSING, NAMES, UUID, record

STAGE = {"restApiId": "abc123", "stageName": "api"}
DOOR, LATER = "~1hooks~1{channel}/POST", "later/hooks/{channel}/POST"


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
def test_a_lever_looks_first_and_asks_for_what_is_not_so(lever, value, stands, calls):
    recorded = record(*calls)

    came = AwsControl(recorded, NAMES).set(lever, {**SHIPPED, lever: value})

    assert came is stands
    recorded.done()


def test_every_way_in_for_vendors_is_opened_however_its_path_is_spelled():
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

    came = AwsControl(recorded, NAMES).set(Lever.REQUEST_BURST, {**SHIPPED, Lever.REQUEST_BURST: 4_000})

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
def test_what_cannot_be_told_or_set_is_unavailable(lever, calls, words):
    with pytest.raises(Unavailable, match=words):
        AwsControl(record(*calls), NAMES).set(lever, {**SHIPPED, lever: 15_000})


def test_a_function_that_was_told_no_names_says_which_variable_lacks():
    with pytest.raises(Unavailable, match="BASCULE_CONTROL_NORMAL"):
        AwsControl(record(mapping(20)), {}).set(Lever.NORMAL, SHIPPED)


def test_tick_alone_is_told_the_names_and_the_alias_is_the_templates():
    assert QUALIFIER == ALIAS
    assert set(controlled()) == {
        f"BASCULE_CONTROL_{name.upper()}" for name in (*NAMES, "tracked") if not name.endswith("_table")
    }
    assert not set(controlled()) & set(environment())


def test_every_lever_has_its_call():
    assert set(AwsControl(record(), NAMES)._levers) == set(Lever)
