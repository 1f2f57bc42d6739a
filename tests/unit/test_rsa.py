"""Our check of signatures against the library that everybody uses, and against everything that is almost one."""

import random

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.domain.audit.rsa import NoKey, key_bytes, read_key

MESSAGE = b"bascule anchor 1"


@pytest.fixture(scope="module")
def private():
    return rsa.generate_private_key(65_537, 2_048)


@pytest.fixture(scope="module")
def der(private):
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_a_signature_of_the_library_is_proven_and_no_other_message_is(private, der):
    key = read_key(der)

    for number in range(5):
        message = b"message %d" % number
        signature = private.sign(message, padding.PKCS1v15(), SHA256())
        assert key.proves(signature, message)
        assert not key.proves(signature, message + b" ")


def test_a_key_is_read_from_both_forms_and_written_as_the_library_writes_it(private, der):
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    numbers = private.public_key().public_numbers()

    assert read_key(der) == read_key(pem)
    assert key_bytes(numbers.n, numbers.e) == der


def test_no_changed_signature_is_proven(private, der):
    key, drawn = read_key(der), random.Random(1)  # noqa: S311 - a drawing that can be repeated
    signature = private.sign(MESSAGE, padding.PKCS1v15(), SHA256())
    size = len(signature)
    others = [
        b"", signature[:-1], b"\x00" + signature, signature + b"\x00", b"\x00" * size, b"\xff" * size,
        (int.from_bytes(signature) + key.modulus).to_bytes(size + 1),
        private.sign(MESSAGE, padding.PSS(padding.MGF1(SHA256()), 32), SHA256()),
        private.sign(MESSAGE, padding.PKCS1v15(), SHA1()),  # noqa: S303 - to be refused
    ]  # fmt: skip
    for _ in range(50):
        changed = bytearray(signature)
        changed[drawn.randrange(size)] ^= 1 << drawn.randrange(8)
        others.append(bytes(changed))

    assert not any(key.proves(other, MESSAGE) for other in others)


def test_a_signature_has_one_form_only(private, der):
    key = read_key(der)
    room = (1 << 2_048) - key.modulus
    signatures = ((n, private.sign(b"%d" % n, padding.PKCS1v15(), SHA256())) for n in range(1_000))
    number, signature = next((n, one) for n, one in signatures if int.from_bytes(one) < room)

    again = (int.from_bytes(signature) + key.modulus).to_bytes(256)

    assert key.proves(signature, b"%d" % number)
    assert not key.proves(again, b"%d" % number)


def test_loose_padding_is_refused(private, der):
    """A check that only looks for the digest at the end can be satisfied without the key when the exponent is small."""
    key = read_key(der)
    numbers = private.private_numbers()
    size = 256
    whole = pow(
        int.from_bytes(private.sign(MESSAGE, padding.PKCS1v15(), SHA256())), key.exponent, key.modulus
    )
    raw = whole.to_bytes(size)
    loose = [
        b"\x00\x01" + b"\xff" * 8 + b"\x00" + raw[-51:] + b"\x00" * (size - 62),
        b"\x00\x02" + raw[2:],
        b"\x00\x01" + b"\xfe" + raw[3:],
    ]

    for block in loose:
        signature = pow(int.from_bytes(block), numbers.d, key.modulus).to_bytes(size)
        assert not key.proves(signature, MESSAGE)


def test_what_is_no_rsa_key_is_refused(der):
    drawn = random.Random(2)  # noqa: S311 - a drawing that can be repeated
    others = [
        b"",
        b"\x30",
        der[:-1],
        der + b"\x00",
        b"-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----\n",
    ]
    others += [der[:cut] for cut in range(0, 40, 3)]
    others += [bytes(drawn.getrandbits(8) for _ in range(64)) for _ in range(50)]

    for raw in others:
        with pytest.raises(NoKey):
            read_key(raw)
