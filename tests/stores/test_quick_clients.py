"""What the intake's own clients do before a service that refuses, throttles, fails or hangs: how long, how often."""

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from sick_services import ports_at, service, session, sick

from chalicelib.aws import tries
from chalicelib.aws.clients import Clients
from chalicelib.ports import Note, Unavailable

pytestmark = pytest.mark.enable_socket
QUICK = ("dynamodb", "sqs", "secretsmanager")
FAULTS = ("hangs", "refuses", "throttles", "fails")
TRIES = {"hangs": 1, "throttles": 2, "fails": 2}


def calls(ports):
    return {
        "dynamodb": ports.plans.current,
        "sqs": lambda: ports.queues.put(Note(queue="overflow", body="b")),
        "secretsmanager": lambda: ports.secrets.channel("shop"),
    }


@pytest.mark.parametrize("name", QUICK)
def test_the_intakes_clients_wait_a_third_of_a_second_for_a_connection_and_one_for_an_answer(name):
    config = Clients(session())(name).meta.config

    assert (config.connect_timeout, config.read_timeout) == (0.3, 1.0)
    assert config.retries["total_max_attempts"] == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sick_service_costs_the_caller_at_most_its_one_timeout(monkeypatch, fault):
    with sick(fault) as (address, heard):
        ports = ports_at(monkeypatch, **dict.fromkeys(QUICK, address))
        for name, call in calls(ports).items():
            heard.clear()
            with pytest.raises(Unavailable):
                call()

            assert len(heard) == TRIES.get(fault, 0), name


@pytest.mark.parametrize(
    ("failed", "pause"),
    [
        (ReadTimeoutError(endpoint_url="u"), False),
        (ConnectTimeoutError(endpoint_url="u"), False),
        (EndpointConnectionError(endpoint_url="u"), tries.PAUSE),
        (ConnectionClosedError(endpoint_url="u"), tries.PAUSE),
    ],
)
def test_what_took_its_time_is_not_tried_again_and_what_failed_fast_is_at_once(failed, pause):
    first, second = (tries.again(attempts, None, failed) for attempts in (1, 2))

    assert (first, second) == (pause, False)


@pytest.mark.parametrize("sick_one", ["dynamodb", "sqs"])
def test_table_and_queue_rest_apart_from_each_other(monkeypatch, sick_one):
    well = {"dynamodb": "sqs", "sqs": "dynamodb"}[sick_one]
    with service("fails") as (bad, _), service("throttles") as (good, _):
        ports = ports_at(monkeypatch, **{sick_one: bad, well: good, "secretsmanager": good})
        for name, words in (
            (sick_one, "InternalServerError"),
            (sick_one, "Resting"),
            (well, "ThrottlingException"),
        ):
            with pytest.raises(Unavailable, match=words):
                calls(ports)[name]()
