"""What may be called, and what a call looks like in bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http import Door
from chalicelib.http_types import Call, NotSent
from chalicelib.http_wire import reachable, spelled, target_of

PUBLIC = target_of("https://desk.example/x", ())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "::7f00:1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "nonsense", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_never_connected_to(address):
    assert not reachable(address, PUBLIC)


@pytest.mark.parametrize(
    "address", ["157.240.1.1", "2a03:2880:f12f:83:face:b00c:0:25de", "::ffff:157.240.1.1"]
)
def test_a_public_address_may_be_called(address):
    assert reachable(address, PUBLIC)


def test_a_name_that_resolves_to_a_private_address_means_not_sent():
    door = Door(resolve=lambda *_: ["10.0.0.7", "169.254.169.254"])

    with pytest.raises(NotSent, match="no address"):
        door.send(Call(method="GET", url="https://desk.example/"))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_our_own_machine_is_not_called_by_any_spelling(host):
    with pytest.raises(NotSent):
        Door(deadline=2).send(Call(method="GET", url=f"https://{host}:9/"))


@pytest.mark.parametrize(
    "url",
    [
        "http://desk.example/", "ftp://desk.example/", "//desk.example/", "desk.example", "", "https://", "https:///x",
        "https://user@desk.example/", "https://a:b@desk.example/", "https://desk.example:99999/", "https://desk.example:x/",
        "https://desk.example/ x", "https://desk.example/\r\nX: y", "https://désk.example/", "https://[::1/", "file:///etc",
    ],
)  # fmt: skip
def test_an_odd_url_means_not_sent(url):
    with pytest.raises(NotSent):
        target_of(url, ())


def test_plain_http_is_for_a_declared_host_and_its_declared_port_only():
    declared = ("127.0.0.1:8080", "fakes")

    assert target_of("http://127.0.0.1:8080/x", declared).private
    assert target_of("http://fakes:1/x", declared).private
    with pytest.raises(NotSent):
        target_of("http://127.0.0.1:8081/x", declared)
    with pytest.raises(NotSent):
        target_of("http://fakes.example/", declared)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X", "a\r\nY: b"),
        ("X", "a\nb"),
        ("X", "a\x00b"),
        ("X\r\nY", "a"),
        ("X Y", "a"),
        ("", "a"),
        ("X:", "a"),
        ("X", "€"),
    ],
)
def test_a_header_that_would_break_out_means_not_sent(name, value):
    with pytest.raises(NotSent):
        spelled(Call(method="GET", url="https://desk.example/", headers={name: value}), PUBLIC)


@pytest.mark.parametrize("method", ["", "GET /x HTTP/1.1\r\nHost: y\r\n\r\nGET", "GE T", "É"])
def test_a_method_that_would_break_out_means_not_sent(method):
    with pytest.raises(NotSent):
        spelled(Call(method=method, url="https://desk.example/"), PUBLIC)


def test_callers_cannot_set_what_frames_the_request():
    headers = {"Host": "evil.example", "content-length": "0", "Transfer-Encoding": "chunked", "X": "1"}

    sent = spelled(Call(method="PUT", url="https://desk.example/", headers=headers, body=b"abc"), PUBLIC)

    assert sent == (
        b"PUT /x HTTP/1.1\r\nHost: desk.example\r\nX: 1\r\nContent-Length: 3\r\n"
        b"Accept-Encoding: identity\r\n\r\nabc"
    )


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3),
    st.text(max_size=10),
    st.binary(max_size=20),
)
def test_whatever_is_asked_one_request_or_none_is_spelled(headers, method, body):
    try:
        sent = spelled(Call(method=method, url="https://desk.example/", headers=headers, body=body), PUBLIC)
    except NotSent:
        return

    head, _, rest = sent.partition(b"\r\n\r\n")
    assert rest == body
    assert len(head.split(b"\r\n")) <= len(headers) + 4
    assert b"\x00" not in head
