"""A flood or a slow worker on one side leaves the intake its share: of the gateway, of the account's concurrency."""

from chalicelib.handlers.ahead import LASTING
from infra.throttle import OTHERS, VENDORS

ACCOUNT = 1_000
"""Concurrent runs that an account has by default."""


def settings(of_type):
    found = of_type("AWS::Serverless::Api")["RestAPI"]["MethodSettings"]
    return {(each["ResourcePath"], each["HttpMethod"]): each for each in found}


def test_each_vendors_door_has_its_own_limit_and_every_other_route_a_small_one(of_type):
    found = settings(of_type)

    paths = of_type("AWS::Serverless::Api")["RestAPI"]["DefinitionBody"]["paths"]
    doors = {
        path
        for path in paths
        if path.endswith("{channel}") and path.count("/") == 2 and not path.startswith("/v1")
    }
    assert {path for path, method in found if method == "POST"} == {
        "/" + door.replace("/", "~1") for door in doors
    }
    assert "/~1hooks~1{channel}" in {path for path, _ in found}
    assert found["/*", "*"]["ThrottlingRateLimit"] == OTHERS[0]


def test_what_all_other_routes_may_take_together_leaves_the_vendors_doors_theirs():
    gateway = 10_000

    assert VENDORS[0] > 5 * OTHERS[0]
    assert 2 * VENDORS[0] + 20 * OTHERS[0] <= gateway


def test_whatever_is_woken_by_a_queue_or_an_operator_has_a_ceiling_and_leaves_the_intake_most_of_the_account(
    of_type,
):
    taken = 0
    for name, properties in of_type("AWS::Serverless::Function").items():
        events = [
            each["Properties"] for each in properties.get("Events", {}).values() if each["Type"] == "SQS"
        ]
        taken += sum(each["ScalingConfig"]["MaximumConcurrency"] for each in events)
        if name == "OperationsHandler":
            assert properties["ReservedConcurrentExecutions"] == {"Ref": "OperationsConcurrency"}
            taken += 20

    assert taken <= ACCOUNT // 3


def test_the_intake_has_no_ceiling_of_its_own(of_type):
    assert "ReservedConcurrentExecutions" not in of_type("AWS::Serverless::Function")["APIHandler"]


def test_the_two_sides_of_the_api_share_neither_function_nor_role_nor_size(of_type):
    functions = of_type("AWS::Serverless::Function")
    intake, operations = functions["APIHandler"], functions["OperationsHandler"]

    assert intake["Role"] != operations["Role"]
    assert (intake["MemorySize"], operations["MemorySize"]) == (1_024, 512)


def test_every_worker_may_put_back_what_it_leaves_to_a_later_release(of_type):
    roles, functions = of_type("AWS::IAM::Role"), of_type("AWS::Serverless::Function")
    own = {"evidence": "Evidence", "replay": "ReplayOverflow", "announcement": "Announce", "tick": "Tick"}

    for name, queue in LASTING.items():
        role = roles[functions[own[name]]["Role"]["Fn::GetAtt"][0]]
        statements = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
        sends = [each["Resource"] for each in statements if "sqs:SendMessage" in each["Action"]]
        allowed = [resource for resources in sends for resource in resources]
        assert {"Fn::GetAtt": [f"{queue.capitalize()}Queue", "Arn"]} in allowed
