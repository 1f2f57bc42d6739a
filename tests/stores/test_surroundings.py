"""Our own cloud as the doctor sees it, on moto: queues that nobody reads, alarms that nobody hears."""

import io
import json
import zipfile

import pytest

from chalicelib.aws.surroundings import AwsSurroundings


@pytest.fixture
def topic(moto_ports):
    return moto_ports.clients("sns").create_topic(Name="Alarms")["TopicArn"]


def lambda_on(clients, queue):
    """A function that reads a queue."""
    trust = {"Version": "2012-10-17", "Statement": []}
    role = clients("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writing:
        writing.writestr("x.py", "")
    client = clients("lambda")
    client.create_function(
        FunctionName="f", Runtime="python3.11", Role=role, Handler="x.y", Code={"ZipFile": packed.getvalue()}
    )
    region = client.meta.region_name
    arn = f"arn:aws:sqs:{region}:123456789012:{queue}"
    client.create_event_source_mapping(FunctionName="f", EventSourceArn=arn)


def test_a_queue_without_a_trigger_is_unread_and_dead_letters_are_not_asked_for(moto_ports):
    sqs = moto_ports.clients("sqs")
    urls = {
        name: sqs.create_queue(QueueName=f"q-{name}")["QueueUrl"] for name in ("urgent", "bulk", "bulk_dead")
    }
    lambda_on(moto_ports.clients, "q-urgent")

    found = AwsSurroundings(moto_ports.clients, urls, "").unread()

    assert found == ("bulk",)


def test_a_topic_that_nobody_hears_is_named(moto_ports, topic):
    assert AwsSurroundings(moto_ports.clients, {}, topic).unheard() == ("Alarms",)


def test_one_confirmed_subscriber_is_enough(moto_ports):
    sqs, sns = moto_ports.clients("sqs"), moto_ports.clients("sns")
    topic = sns.create_topic(Name="Heard")["TopicArn"]  # the file's tests share one moto, in any order
    sqs.create_queue(QueueName="oncall")
    arn = "arn:aws:sqs:eu-west-3:123456789012:oncall"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    assert AwsSurroundings(moto_ports.clients, {}, topic).unheard() == ()


def test_a_topic_that_is_gone_is_no_good_news(moto_ports):
    gone = "arn:aws:sns:eu-west-3:123456789012:gone"

    assert AwsSurroundings(moto_ports.clients, {}, gone).unheard() == ("gone",)


def test_without_a_topic_nothing_is_asked(moto_ports):
    assert AwsSurroundings(moto_ports.clients, {}, "").unheard() == ()
