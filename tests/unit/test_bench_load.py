"""The load benchmark's own parts: the crowd sends all and no more, refusals are no rate, misses are called so."""

import json
import re
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.load.__main__ import table
from bench.load.play import Load, RefusedError, Row, Size, Turn, _ratio, drained, gathered

ROOT = Path(__file__).resolve().parents[2]
RATIOS = ("ratio_to_bare_put", "ratio_to_put_and_send", "ratio_of_floors")

pytestmark = pytest.mark.enable_socket


class Counting(BaseHTTPRequestHandler):
    """Answers as its path says, and counts."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.came[self.headers["webhook-id"], self.client_address] += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(next(self.server.first, None) or int(self.path.strip("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Silent."""


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    running.came, running.first = Counter(), iter(())
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


class Shop:
    """As much of a scene as requests are made of."""

    shop_secret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ="

    def hook(self, channel):
        return f"http://shop.example/{channel}"


@contextmanager
def loading(server, code, requests=20):
    with gathered() as process:
        load = Load(scene=Shop(), size=Size(requests=requests), process=process)
        load.urls = {"put": f"http://127.0.0.1:{server.server_port}/{code}"}
        yield load


def turned(server, code, clients=3, requests=20):
    with loading(server, code, requests) as load:
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


def test_what_is_refused_while_containers_start_is_counted_and_not_measured(server):
    server.first = iter([503] * 7)

    with loading(server, 202) as load:
        assert load._started("put", 3) == 7
        assert load._turn("put", 3).rate > 0
    assert sum(server.came.values()) == 3 * 20


def test_who_never_stops_refusing_gives_no_figures(server):
    with loading(server, 503) as load, pytest.raises(RefusedError, match="refused 100 in 5 turns"):
        load._started("put", 3)


class Bells:
    """The queues' counts, look after look; the last one for ever."""

    def __init__(self, *looks):
        self.looks = list(looks)

    def messages(self, *_):
        return {"NormalQueue": self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]}


def test_a_turn_waits_for_bells_and_for_who_works_on_them_not_for_what_lies_hidden(monkeypatch):
    monkeypatch.setattr("infra.local.scene.time.sleep", lambda _: None)
    bells = Bells(*[(3, 2)] * 9, *[(0, 5)] * 5, *[(0, 4)] * 5, (0, 2))

    drained(bells)

    assert bells.looks == [(0, 2)]


def test_a_ratio_is_the_median_of_the_rounds_own():
    rates = [(50, 100), (90, 100), (5, 10), (30, 100), (6, 10)]
    rounds = [
        {"ours": Turn(rate=ours, latencies=()), "put": Turn(rate=put, latencies=())} for ours, put in rates
    ]

    assert _ratio(rounds, "ours", "put") == 0.5


def test_the_table_says_what_was_met_and_what_was_missed():
    row = {"clients": 8, "ratio_to_put_and_send": 0.9, "p50_ms": 9.0, "p99_ms": 30.0, "requests": 100}
    row |= {"refused_at_start": 0, "ratio_of_floors": 0.6}
    rows = [
        Row(triggers="off", ratio_to_bare_put=0.7, **row), Row(triggers="on", ratio_to_bare_put=0.7, **row),
    ]  # fmt: skip

    _, _, _, off, on = table(rows)

    assert "0.70 MISSED 0.75" in off
    assert "0.90 met 0.85" in off
    assert "0.60" in off
    assert "0.70 met 0.50" in on
    assert "0.90 met 0.85" in on


def test_the_page_says_what_the_record_holds():
    page = (ROOT / "docs" / "performance.md").read_text()
    record = json.loads((ROOT / re.search(r"`(bench/results/load-[\d-]+\.json)`", page)[1]).read_text())
    rows = [
        [re.split("[, ]", cell.strip())[0] for cell in line.split("|")[1:6]]
        for line in page.splitlines()
        if re.match(r"\| \d+ \| o(n|ff) \|", line)
    ]

    assert rows == [
        [str(row["clients"]), row["triggers"], *(f"{row[name]:.2f}" for name in RATIOS)]
        for row in record["rows"]
    ]
    assert f"({sum(row['refused_at_start'] for row in record['rows'])} in this record" in page
