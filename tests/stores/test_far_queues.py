"""Probes for another region's vantage: its own queue there, found by name; all else stays at home."""

import botocore.session
import pytest
from moto import mock_aws

from chalicelib.aws.clients import Clients
from chalicelib.aws.ports import AwsPorts, Names
from chalicelib.ports import Note, Unavailable

FAR = "bascule-prod-vantage-probes"


@pytest.fixture
def far():
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "example")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-3")
        environment.setenv("AWS_REGION", "us-east-1")
        yield Clients(botocore.session.get_session())


def ports(clients, home=""):
    queue = clients("sqs", home or "eu-west-3").create_queue(QueueName="probes")["QueueUrl"]
    flips = clients("sqs", "eu-west-3").create_queue(QueueName="flips")["QueueUrl"]
    texts = ("contacts", "health", "plans", "orders", "ledger")
    names = {f"{text}_table": text for text in texts} | {"state_bucket": "s", "front_door_bucket": "f"}
    return AwsPorts(
        Names(
            **names, channel_secrets="c", operator_secrets="o", queues={"probes": queue, "flips": flips},
            vantage_queue=FAR, home_region=home and "eu-west-3",
        )
    )  # fmt: skip


def waiting(clients, region, name):
    url = clients("sqs", region).get_queue_url(QueueName=name)["QueueUrl"]
    return [one["Body"] for one in clients("sqs", region).receive_message(QueueUrl=url).get("Messages", [])]


def test_home_puts_a_probe_into_the_other_regions_queue(far):
    far("sqs", "us-east-1").create_queue(QueueName=FAR)

    ports(far).queues.put(Note(queue="probes@us-east-1", body="{}"))

    assert waiting(far, "us-east-1", FAR) == ["{}"]
    assert waiting(far, "eu-west-3", "probes") == []


def test_a_region_without_a_vantage_is_unavailable(far):
    with pytest.raises(Unavailable):
        ports(far).queues.put(Note(queue="probes@us-east-1", body="{}"))


def test_a_vantage_hurries_in_its_own_region_and_rings_at_home(far):
    queues = ports(far, "us-east-1").queues

    queues.put(Note(queue="probes", body="own"))
    queues.put(Note(queue="flips", body="home"))

    assert waiting(far, "us-east-1", "probes") == ["own"]
    assert waiting(far, "eu-west-3", "flips") == ["home"]
