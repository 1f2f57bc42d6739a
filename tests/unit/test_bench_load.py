"""The load benchmark's own parts: the crowd sends all and no more, refusals are no rate, misses are called so."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.load.__main__ import table
from bench.load.play import Load, RefusedError, Row, Size, Turn, _ratio, gathered

pytestmark = pytest.mark.enable_socket


class Counting(BaseHTTPRequestHandler):
    """Answers as its path says, and counts."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.came[self.headers["webhook-id"], self.client_address] += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Silent."""


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    running.came = Counter()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


class Shop:
    """As much of a scene as requests are made of."""

    shop_secret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ="

    def hook(self, channel):
        return f"http://shop.example/{channel}"


def turned(server, code, clients=3, requests=20):
    with gathered() as process:
        load = Load(scene=Shop(), size=Size(requests=requests), process=process)
        load.urls = {"put": f"http://127.0.0.1:{server.server_port}/{code}"}
        return load._turn("put", clients)


def test_every_request_is_sent_once_by_so_many_clients_with_a_connection_each(server):
    turn = turned(server, 200)

    names, connections = Counter(name for name, _ in server.came), {place for _, place in server.came}
    assert (len(names), set(names.values())) == (20, {1})
    assert 1 <= len(connections) <= 3
    assert len(turn.latencies) == 20
    assert turn.rate > 0


def test_a_run_with_refusals_gives_no_figures(server):
    with pytest.raises(RefusedError, match="503"):
        turned(server, 503)


def test_a_ratio_is_the_median_of_the_rounds_own():
    rates = [(50, 100), (90, 100), (5, 10), (30, 100), (6, 10)]
    rounds = [
        {"ours": Turn(rate=ours, latencies=()), "put": Turn(rate=put, latencies=())} for ours, put in rates
    ]

    assert _ratio(rounds, "put") == 0.5


def test_the_table_says_what_was_met_and_what_was_missed():
    row = {"clients": 8, "ratio_to_put_and_send": 0.9, "p50_ms": 9.0, "p99_ms": 30.0, "requests": 100}
    rows = [
        Row(triggers="off", ratio_to_bare_put=0.7, **row), Row(triggers="on", ratio_to_bare_put=0.7, **row),
    ]  # fmt: skip

    _, _, off, on = table(rows)

    assert "0.70 MISSED 0.75" in off
    assert "0.90 met 0.85" in off
    assert "0.70 met 0.50" in on
    assert "0.85" not in on
