"""The door against real loopback servers: what was certainly not sent, what may have been, what came back."""

import socket
import time

import pytest
from loopback import OK, Loopback, answering, reset

from chalicelib.http import Door
from chalicelib.http_types import Call, MaybeSent, NotSent

POST = {"method": "POST", "body": "é".encode(), "headers": {"Content-Type": "text/plain"}}


def call(server: Loopback, **changes) -> Call:
    return Call(**({"url": server.url()} | POST | changes))


def door(server: Loopback, **more) -> Door:
    return Door([server.host], **more)


class TestAnswers:
    def test_gives_code_headers_and_body_and_sends_the_bytes_as_they_are(self, serve):
        server = serve(answering(b"HTTP/1.1 418 No\r\nX-Name: v\r\nContent-Length: 3\r\n\r\n\xff\x00\n"))

        answer = door(server).send(call(server))

        assert (answer.code, answer.headers["x-name"], answer.body) == (418, "v", b"\xff\x00\n")
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert body == "é".encode()
        assert head.split(b"\r\n")[:3] == [
            b"POST /a?b=c HTTP/1.1",
            f"Host: {server.host}".encode(),
            b"Content-Type: text/plain",
        ]

    def test_a_redirect_is_an_answer_and_is_not_followed(self, serve):
        server = serve(answering(b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", times=2))

        assert door(server).send(call(server)).code == 302
        assert len(server.requests) == 1

    def test_reads_chunks_and_answers_without_a_body(self, serve):
        chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
        chunked, empty = serve(answering(chunks)), serve(answering(b"HTTP/1.1 204 No Content\r\n\r\n"))

        assert door(chunked).send(call(chunked)).body == b"abc"
        assert door(empty).send(call(empty)).code == 204

    def test_a_body_of_the_largest_size_passes_and_one_more_byte_does_not(self, serve):
        def sized(size: int) -> bytes:
            return f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode() + b"x" * size

        fitting, huge = serve(answering(sized(1_048_576))), serve(answering(sized(1_048_577)))

        assert len(door(fitting).send(call(fitting)).body) == 1_048_576
        with pytest.raises(MaybeSent, match="too large"):
            door(huge).send(call(huge))

    def test_endless_headers_end_at_the_cap(self, serve):
        def endless(line, server):
            server.read(line)
            while not server.done.is_set():
                line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)

        server = serve(endless)

        with pytest.raises(MaybeSent):
            door(server).send(call(server))


class TestDeadline:
    def test_a_silent_provider_may_have_acted(self, serve):
        server = serve(lambda line, server: (server.read(line), server.done.wait(10)))
        started = time.monotonic()

        with pytest.raises(MaybeSent):
            door(server, deadline=0.3).send(call(server))

        assert time.monotonic() - started < 2

    def test_a_call_may_be_given_less_than_the_doors_own_deadline_but_never_more(self, serve):
        server = serve(lambda line, server: (server.read(line), server.done.wait(10)))
        started = time.monotonic()

        with pytest.raises(MaybeSent):
            door(server).send(call(server, within=0.2))
        with pytest.raises(MaybeSent):
            door(server, deadline=0.2).send(call(server, within=60.0))

        assert time.monotonic() - started < 2

    def test_dripping_answers_do_not_stretch_the_deadline(self, serve):
        def drip(line, server):
            server.read(line)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not server.done.wait(0.05):
                line.sendall(b"x")

        server = serve(drip)
        started = time.monotonic()

        with pytest.raises(MaybeSent):
            door(server, deadline=0.4).send(call(server))

        assert time.monotonic() - started < 2

    def test_a_resolver_that_hangs_does_not_hold_the_call(self, serve):
        server = serve(answering(OK))

        def hang(_host, _port):
            server.done.wait(10)
            return ["127.0.0.1"]

        with pytest.raises(NotSent):
            door(server, deadline=0.3, resolve=hang).send(call(server))


class TestBrokenConnections:
    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab",
            b"HTTP/1.1 200 OK\r\nContent-Le",
            b"SSH-2.0-x\r\n",
        ],
        ids=["nothing", "half a body", "half a head", "no http"],
    )
    def test_no_whole_answer_means_maybe_sent(self, serve, answer):
        server = serve(answering(answer))

        with pytest.raises(MaybeSent):
            door(server).send(call(server))
        assert len(server.requests) == 1

    def test_a_reset_after_the_request_means_maybe_sent(self, serve):
        server = serve(lambda line, server: (server.read(line), reset(line)))

        with pytest.raises(MaybeSent):
            door(server).send(call(server))

    def test_a_reset_amid_a_long_request_means_maybe_sent(self, serve):
        server = serve(lambda line, server: (line.recv(1_000), reset(line)))

        with pytest.raises(MaybeSent):
            door(server).send(call(server, body=b"x" * 5_000_000))

    def test_a_closed_port_means_not_sent(self, serve):
        server = serve(answering(OK))
        server.stop()

        with pytest.raises(NotSent, match="ConnectionRefusedError"):
            door(server).send(call(server))


class TestReuse:
    def test_an_open_connection_serves_the_next_call(self, serve):
        server = serve(answering(OK, times=3))
        mine = door(server)

        bodies = [mine.send(call(server)).body for _ in range(3)]

        assert bodies == [b"ok"] * 3
        assert server.connections == 1

    def test_a_connection_closed_meanwhile_is_replaced_without_a_fault(self, serve):
        server = serve(answering(OK))
        mine = door(server)

        codes = []
        for _ in range(3):
            codes.append(mine.send(call(server)).code)
            _until_closed(mine)

        assert codes == [200, 200, 200]
        assert server.connections == len(server.requests) == 3

    def test_a_kept_connection_that_takes_no_first_byte_is_replaced(self, serve):
        server = serve(answering(OK))
        mine, (near, far) = door(server), socket.socketpair()
        near.shutdown(socket.SHUT_WR)
        mine._open["http", "127.0.0.1", server.port] = (time.monotonic(), near)

        assert mine.send(call(server)).code == 200
        far.close()

    def test_a_provider_that_says_close_gets_a_new_connection(self, serve):
        closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
        server = serve(answering(closing))
        mine = door(server)

        assert [mine.send(call(server)).code for _ in range(2)] == [200, 200]
        assert server.connections == 2

    def test_an_answer_to_nobody_is_not_taken_for_the_next_one(self, serve):
        server = serve(answering(OK + b"HTTP/1.1 500 Late\r\nContent-Length: 0\r\n\r\n"))
        mine = door(server)

        assert [mine.send(call(server)).code for _ in range(2)] == [200, 200]


def _until_closed(mine: Door) -> None:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        for _, line in mine._open.values():
            line.settimeout(5)
            if line.recv(1) == b"":
                return
    raise AssertionError("the server never closed")
