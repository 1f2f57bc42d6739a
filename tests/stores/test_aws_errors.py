"""What goes wrong on AWS, as the ports say it."""

from contextlib import suppress
from io import BytesIO

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.stub import Stubber
from examples import NOW, row

from chalicelib.aws.clients import Clients
from chalicelib.aws.contacts import DynamoContacts
from chalicelib.aws.errors import Absent, calling
from chalicelib.aws.ports import AwsPorts, Names
from chalicelib.aws.rests import REST, Rests
from chalicelib.aws.table import Table
from chalicelib.ports import Note, Ring, Unavailable


def session() -> botocore.session.Session:
    made = botocore.session.get_session()
    made.set_credentials("example", "example")
    made.set_config_variable("region", "eu-west-3")
    return made


@pytest.mark.parametrize(
    ("code", "http"),
    [
        ("ProvisionedThroughputExceededException", 400),
        ("ThrottlingException", 400),
        ("RequestLimitExceeded", 400),
        ("InternalServerError", 500),
        ("ResourceNotFoundException", 400),
        ("ValidationException", 400),
        ("ExpiredTokenException", 400),
    ],
)
def test_a_table_that_refuses_is_unavailable(code, http):
    client = session().create_client("dynamodb")
    contacts = DynamoContacts(Table(lambda _: client, "t"), lambda: 0)

    with Stubber(client) as stub:
        stub.add_client_error("put_item", code, "words", http)
        with pytest.raises(Unavailable, match=f"dynamodb:PutItem: {code}"):
            contacts.add(row())


def test_a_missing_permission_is_named():
    client = session().create_client("dynamodb")
    contacts = DynamoContacts(Table(lambda _: client, "t"), lambda: 0)

    with Stubber(client) as stub:
        stub.add_client_error("query", "AccessDeniedException", "words", 400)
        with pytest.raises(Unavailable, match="dynamodb:Query is denied: the function's policy"):
            contacts.get("k1")


def test_an_absent_object_is_not_an_absent_table():
    client = session().create_client("s3")

    with Stubber(client) as stub:
        stub.add_client_error("get_object", "NoSuchKey", "words", 404)
        with pytest.raises(Absent), calling("s3:GetObject"):
            client.get_object(Bucket="bucket", Key="k")


def test_an_endpoint_that_is_gone_is_unavailable(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    queues = {"urgent": "http://127.0.0.1:9/1/urgent", "overflow": "http://127.0.0.1:9/1/overflow"}
    names = Names(
        contacts_table="c", health_table="h", plans_table="p", orders_table="o", ledger_table="l",
        state_bucket="state", front_door_bucket="door", channel_secrets="cs", operator_secrets="os", queues=queues,
    )  # fmt: skip
    ports = AwsPorts(names, session())

    for act in (
        lambda: ports.contacts.add(row()),
        ports.health.loads,
        lambda: ports.queues.bell(Ring(key="k", lane="urgent")),
        lambda: ports.queues.put(Note(queue="overflow", body="b")),
    ):
        with pytest.raises(Unavailable, match=r"EndpointConnectionError|RestingAfterFailure"):
            act()


class Hand:
    """A clock that is moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def resting(code: int, hand: Hand):
    """A client with a breaker, before a service that answers with this code (0: not at all); and the requests sent."""
    client, sent = session().create_client("dynamodb", config=Config(retries={"total_max_attempts": 1})), []
    Rests(client, hand)

    def answer(request, **_):
        sent.append(request.url)
        if not code:
            raise botocore.exceptions.EndpointConnectionError(endpoint_url=request.url)
        return AWSResponse(
            request.url, code, {}, Raw(b'{"__type":"InternalServerError"}' if code > 299 else b"{}")
        )

    client.meta.events.register_first("before-send", answer)  # before moto's, where that is at work
    return Table(lambda _: client, "t"), sent


class Raw(BytesIO):
    def stream(self):
        yield self.read()


@pytest.mark.parametrize("code", [0, 500])
def test_a_service_that_failed_is_left_alone_for_two_seconds(code):
    hand = Hand()
    table, sent = resting(code, hand)

    for _ in range(3):
        with pytest.raises(Unavailable):
            table.get({"pk": "1"})
    before = len(sent)
    hand.now += REST + 0.1
    with pytest.raises(Unavailable):
        table.get({"pk": "1"})

    assert (before, len(sent)) == (1, 2)


@pytest.mark.parametrize("code", [200, 400])
def test_a_service_that_answers_is_asked_again(code):
    table, sent = resting(code, Hand())

    for _ in range(3):
        with suppress(Unavailable):
            table.get({"pk": "1"})

    assert len(sent) == 3


def test_no_credentials_is_unavailable():
    def refuse(_service):
        raise botocore.exceptions.NoCredentialsError

    with pytest.raises(Unavailable, match="NoCredentialsError"), calling("dynamodb:GetItem"):
        refuse("dynamodb")


def test_clients_are_made_once_and_give_up_early():
    clients = Clients(session())

    quick = clients("dynamodb")

    assert clients("dynamodb") is quick
    assert (quick.meta.config.connect_timeout, quick.meta.config.read_timeout) == (0.3, 1.0)
    assert quick.meta.config.retries["total_max_attempts"] == 2
    assert clients.region == "eu-west-3"


def test_queues_without_a_configured_url_are_unavailable(moto_ports):
    with pytest.raises(Unavailable, match="elsewhere"):
        moto_ports.queues.put(Note(queue="elsewhere", body=str(NOW)))
