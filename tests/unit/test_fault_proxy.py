"""The faulty way to the database: what each fault does to the request, and what the caller is told of it."""

from collections.abc import Iterator

import pytest

from infra.local.fakes.server import Listening
from infra.local.fakes.vendors import Signed, post
from infra.local.fakes.wire import Arrived, Reply, told
from infra.local.fault_proxy import AFTER, SHARES, Fault, FaultProxy

pytestmark = pytest.mark.enable_socket


class Database:
    """A server that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Arrived] = []
        self._listening = Listening(0, self._answer)
        self.url = f"http://127.0.0.1:{self._listening.server_port}"
        self.stop = self._listening.stop

    def _answer(self, arrived: Arrived) -> Reply:
        self.asked.append(arrived)
        return told(200, {"Item": {}})


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database()
    yield made
    made.stop()


def asked(proxy, patience=5.0):
    """The answer's code and text, or the kind of error."""
    signed = Signed(url=f"{proxy.url}/", body=b"{}", headers={"X-Amz-Target": "DynamoDB_20120810.PutItem"})
    try:
        answer = post(signed, patience=patience)
    except OSError as broken:
        return None, type(broken).__name__
    return answer.code, answer.text


def test_what_no_fault_meets_is_passed_on_as_it_is_and_so_is_the_answer(database):
    with FaultProxy(database.url, shares={}) as proxy:
        code, text = asked(proxy)

    assert (code, text) == (200, '{"Item": {}}')
    assert [each.headers["x-amz-target"] for each in database.asked] == ["DynamoDB_20120810.PutItem"]
    assert database.asked[0].headers["host"] == proxy.url.removeprefix("http://")
    assert proxy.counted == {"passed": 1}


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (Fault.THROTTLE, 400, "ProvisionedThroughputExceededException"),
        (Fault.ERROR, 500, "InternalServerError"),
        (Fault.ERROR_AFTER, 500, "InternalServerError"),
        (Fault.CUT_AFTER, None, "ConnectionError"),
        (Fault.HANG, None, "ConnectionError"),
        (Fault.HANG_AFTER, None, "ConnectionError"),
    ],
)
def test_each_fault_is_told_as_itself_and_only_those_after_the_fact_reach_the_database(
    database, fault, code, words
):
    with FaultProxy(database.url, shares={fault: 1.0}, hangs=0.2) as proxy:
        came, text = asked(proxy)

    assert came == code
    assert words in text
    assert len(database.asked) == (fault in AFTER)
    assert proxy.counted == {fault.value: 1}


def test_a_caller_with_less_patience_than_a_hang_gives_up_first(database):
    with FaultProxy(database.url, shares={Fault.HANG: 1.0}) as proxy:
        came = asked(proxy, patience=0.3)

    assert came == (None, "TimeoutError")


def test_faults_strike_as_often_as_their_shares_say_and_a_seed_repeats_itself(database):
    drawn = []
    for seed in ("a", "a", "b"):
        proxy = FaultProxy(database.url, seed=seed)
        with proxy:
            drawn.append([proxy.strike() for _ in range(5_000)])

    assert drawn[0] == drawn[1] != drawn[2]
    for fault, share in SHARES.items():
        assert drawn[0].count(fault) == pytest.approx(5_000 * share, rel=0.5)


def test_a_database_that_is_gone_is_a_cut_connection(database):
    database.stop()

    with FaultProxy(database.url, shares={}) as proxy:
        came = asked(proxy)

    assert came == (None, "ConnectionError")
