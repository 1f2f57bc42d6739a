"""A second region's tables: made once, awaited, taken up after a run that broke off; what goes wrong is told."""

import sys
from argparse import Namespace

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from infra import elsewhere, region, vantage
from infra.deploy import DeploymentError
from infra.package import PackagingError
from infra.stores import REPLICATED

NAMES = {logical: f"bascule-prod-{logical}" for logical in REPLICATED}
LOOK, KEEP = "DescribeTable", "UpdateContinuousBackups"
RECOVERY = {"PointInTimeRecoveryEnabled": True}


class There:
    """DynamoDB of one region, which answers what it is told to, in order, and nothing else."""

    def __init__(self):
        self.client = boto3.client(
            "dynamodb", region_name="eu-west-3", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.stub = Stubber(self.client)
        self.stub.activate()
        self.asked: list[str] = []
        self.client.meta.events.register(
            "before-parameter-build.dynamodb", lambda model, **_: self.asked.append(model.name)
        )

    def __call__(self, service):
        assert service == "dynamodb"
        return self.client

    def is_(self, table, *states):
        for state in states:
            self.stub.add_response("describe_table", {"Table": {"TableStatus": state}}, {"TableName": table})

    def is_missing(self, table):
        self.stub.add_client_error(
            "describe_table", "ResourceNotFoundException", expected_params={"TableName": table}
        )

    def is_copied(self, table):
        wanted = [{"Create": {"RegionName": "eu-central-1"}}]
        self.stub.add_response("update_table", {}, {"TableName": table, "ReplicaUpdates": wanted})

    def is_kept(self, table):
        asked = {"TableName": table, "PointInTimeRecoverySpecification": RECOVERY}
        self.stub.add_response("update_continuous_backups", {}, asked)


@pytest.fixture
def sides():
    home, away = There(), There()
    yield home, away
    home.stub.assert_no_pending_responses()
    away.stub.assert_no_pending_responses()


def test_each_table_is_copied_once_home_is_ready_and_kept_once_the_copy_is(sides):
    home, away = sides
    for table in NAMES.values():
        away.is_missing(table)
        home.is_(table, "UPDATING", "ACTIVE")
        home.is_copied(table)
        away.is_missing(table)
        away.is_(table, "CREATING", "ACTIVE")
        away.is_kept(table)

    region.replicated(home, away, NAMES, "eu-central-1", look=0.001)

    copied = [LOOK, LOOK, "UpdateTable"]
    assert home.asked == copied * len(NAMES)
    assert away.asked == [LOOK, LOOK, LOOK, LOOK, KEEP] * len(NAMES)


def test_after_a_run_that_broke_off_a_copy_under_way_is_awaited_and_not_asked_for_again(sides):
    home, away = sides
    for table in NAMES.values():
        away.is_(table, "CREATING", "CREATING", "ACTIVE")
        away.is_kept(table)

    region.replicated(home, away, NAMES, "eu-central-1", look=0.001)

    assert home.asked == []
    assert away.asked == [LOOK, LOOK, LOOK, KEEP] * len(NAMES)


def test_a_copy_that_is_never_ready_is_told_by_its_name(sides, monkeypatch):
    _, away = sides
    monkeypatch.setattr(region, "ACTIVE_WITHIN", 0.003)
    first = NAMES[REPLICATED[0]]
    away.is_(first, *["CREATING"] * 4)

    with pytest.raises(DeploymentError, match=f"{first} was not ready"):
        region.replicated(lambda _: None, away, NAMES, "eu-central-1", look=0.001)


@pytest.mark.parametrize(
    "wrong",
    [
        DeploymentError("not there"),
        PackagingError("no wheel"),
        ClientError({"Error": {"Code": "Denied"}}, "Get"),
    ],
)
def test_what_is_wrong_ends_the_command_with_its_words_alone(monkeypatch, capsys, wrong):
    monkeypatch.setattr(sys, "argv", ["x", "--stage", "s", "--region", "eu-central-1", "--bucket", "b"])

    def refused(asked, at_home, there):
        assert (asked.home, asked.region) == ("eu-west-3", "eu-central-1")
        raise wrong

    with pytest.raises(SystemExit) as ended:
        elsewhere.command("d", "r", refused)
    assert ended.value.code == str(wrong)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("part", [region, vantage])
def test_nothing_is_packaged_before_home_is_found(monkeypatch, part):
    def absent(*_):
        raise DeploymentError("deploy it first")

    monkeypatch.setattr(part, "home_of", absent)
    monkeypatch.setattr(part, "package", lambda **_: pytest.fail("packaged for nothing"))

    with pytest.raises(DeploymentError, match="deploy it first"):
        part._deployed(Namespace(stage="s", home="a", region="b", bucket="c"), None, None)
