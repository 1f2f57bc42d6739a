"""The door over TLS: the name is checked although the connection goes to a resolved address."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from loopback import OK

from chalicelib.http import Door
from chalicelib.http_types import Call, NotSent

NAME = "desk.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for NAME with its key, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(serve, certificate):
    """A TLS server and the server names that it was asked for."""
    names = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _line, name, _context: names.append(name)

    def act(line, server):
        with context.wrap_socket(line, server_side=True) as wrapped:
            while server.read(wrapped):
                wrapped.sendall(OK)

    return serve(act), names


def door(server, certificate=None) -> Door:
    trust = ssl.create_default_context(cafile=certificate) if certificate else None
    return Door(
        [f"{NAME}:{server.port}", f"other.example:{server.port}"],
        resolve=lambda *_: ["127.0.0.1"],
        trust=trust,
    )


def post(server, host: str = NAME) -> Call:
    return Call(method="POST", url=f"https://{host}:{server.port}/x", body=b"y" * 100_000)


def test_the_name_goes_into_the_handshake_and_the_host_header(secure, certificate):
    server, names = secure
    mine = door(server, certificate)

    assert [mine.send(post(server)).body for _ in range(2)] == [b"ok", b"ok"]

    assert names == [NAME]
    assert f"Host: {NAME}:{server.port}\r\n".encode() in server.requests[0]
    assert server.connections == 1


def test_an_unknown_issuer_means_not_sent(secure):
    server, _ = secure

    with pytest.raises(NotSent):
        door(server).send(post(server))
    assert server.requests == []


def test_a_certificate_for_another_name_means_not_sent(secure, certificate):
    server, _ = secure

    with pytest.raises(NotSent):
        door(server, certificate).send(post(server, "other.example"))
    assert server.requests == []


def test_a_peer_that_speaks_no_tls_means_not_sent(serve):
    server = serve(lambda line, server: line.sendall(b"HTTP/1.1 400 No\r\n\r\n"))

    with pytest.raises(NotSent):
        door(server).send(post(server))
