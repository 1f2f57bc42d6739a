"""Ways to damage a body before it is signed: bytes, texts, JSON, forms. Each gets a random source and the bytes."""

import gzip
import json
import re
from collections.abc import Callable
from random import Random
from urllib.parse import quote_plus

from tests.contract.changes import cut, places, put

Change = Callable[[Random, bytes], bytes]
DEEP = 100_000
BAD_BYTES = (b"\xff", b"\xfe\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x80", b"\x00")
NUMBERS = (
    b"1e999", b"-1e999", b"9" * 5000, b"-0", b"1e-999", b"NaN", b"Infinity", b"-Infinity", b"0x10", b"01",
    b"1" + b"0" * 400, b"9007199254740993", b"1.7976931348623157e309", b"253402300800000", b"-99999999999999",
)  # fmt: skip
HALVES = ("\\ud83d", "\\udc00", "\\udc00\\ud83d", "\\ud83d\\ud83d\\ude00", "\\u0000", "\\uFFFF", "\\u202e")
TRICKS = (
    "\u202eevil\u202c", "\u200b" * 50, "\ufeff", "e" + "\u0301" * 2000,
    "\u0130I\u0131i", "ﷺ" * 300, "\x00", "\r\nX-A: b",
    "\U0001d7d8\U0001d7d9", "+٣٣",
    "../../etc/passwd", "${jndi:ldap://x}", "<script>", "]]>", "'; DROP TABLE", "%s%n", "{{7*7}}",
    "x" * 300_000,
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "utf-7", "cp037")
VALUES = (
    None, True, False, 0, -1, 1.5, 10**30, "", " ", "x", [], {}, [[]], [None], {"": None}, ["a"] * 60,
    {"a": {"b": {"c": []}}}, 1e300, "9" * 400, "\ud83d", "\x00",
)  # fmt: skip


def flipped_bits(random: Random, body: bytes) -> bytes:
    bent = bytearray(body)
    for _ in range(random.randint(1, 8) if bent else 0):
        bent[random.randrange(len(bent))] ^= 1 << random.randrange(8)
    return bytes(bent)


def replaced_bytes(random: Random, body: bytes) -> bytes:
    bent = bytearray(body)
    for _ in range(random.randint(1, 30) if bent else 0):
        bent[random.randrange(len(bent))] = random.randrange(256)
    return bytes(bent)


def truncated(random: Random, body: bytes) -> bytes:
    return body[: random.randint(0, len(body))]


def repeated(random: Random, body: bytes) -> bytes:
    start, end = sorted((random.randint(0, len(body)), random.randint(0, len(body))))
    return body[:end] + body[start:end] * random.randint(1, 20) + body[end:]


def invalid_utf8(random: Random, body: bytes) -> bytes:
    place = random.randint(0, len(body))
    return body[:place] + random.choice(BAD_BYTES) + body[place:]


def other_encoding(random: Random, body: bytes) -> bytes:
    return body.decode("utf-8", "replace").encode(random.choice(ENCODINGS), "replace")


def zipped(random: Random, body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=1, mtime=0) if random.random() < 0.9 else ZIP_BOMB


def in_a_string(random: Random, body: bytes, words: bytes) -> bytes:
    """The words put into some quoted or form value."""
    found = [match.end() for match in re.finditer(rb'":\s{0,9}"|=', body)]
    place = random.choice(found) if found else len(body)
    return body[:place] + words + body[place:]


def surrogate_halves(random: Random, body: bytes) -> bytes:
    half = random.choice(HALVES)
    return in_a_string(
        random,
        body,
        half.encode() if body[:1] == b"{" else random.choice((b"%ED%A0%BD", quote_plus(half).encode())),
    )


def unicode_tricks(random: Random, body: bytes) -> bytes:
    trick = random.choice(TRICKS)
    return in_a_string(
        random, body, json.dumps(trick)[1:-1].encode() if body[:1] == b"{" else quote_plus(trick).encode()
    )


def huge_numbers(random: Random, body: bytes) -> bytes:
    found = list(re.finditer(rb"(?<=[:\[,])\s{0,9}-?\d{1,20}(?:\.\d{1,20})?(?=[,\]}\s])", body)) or list(
        re.finditer(rb'(?<=:)\s{0,9}"[^"]{0,200}"', body)
    )
    if not found:
        return in_a_string(random, body, random.choice(NUMBERS))
    spot = random.choice(found)
    return body[: spot.start()] + random.choice(NUMBERS) + body[spot.end() :]


def nested_deep(random: Random, body: bytes) -> bytes:
    levels = random.choice((50, 500, 5_000, DEEP))
    inner = random.choice(
        (b"[" * levels + b"]" * levels, b'{"a":' * levels + b"1" + b"}" * levels, b"[" * levels)
    )
    found = list(re.finditer(rb'(?<=:)\s{0,9}(?:"[^"]{0,200}"|-?\d{1,20}|null)', body))
    if not found or random.random() < 0.3:
        return inner
    spot = random.choice(found)
    return body[: spot.start()] + inner + body[spot.end() :]


def doubled_keys(random: Random, body: bytes) -> bytes:
    pairs = list(re.finditer(rb'"[^"]{1,60}":\s{0,9}(?:"[^"]{0,200}"|-?\d{1,20})', body)) or list(
        re.finditer(rb"[^&=]{1,60}=[^&]{0,200}", body)
    )
    if not pairs:
        return body
    pair, joint = random.choice(pairs), b"," if body[:1] == b"{" else b"&"
    other = re.sub(rb"(\d|[a-z])", lambda m: b"7" if random.random() < 0.5 else m[0], pair[0])
    return (
        body[: pair.start()]
        + joint.join([other] * random.choice((1, 1, 2, 1000)))
        + joint
        + body[pair.start() :]
    )


def other_values(random: Random, body: bytes) -> bytes:
    """JSON with some of its values replaced or cut, still JSON; a form with fields lost, added, repeated."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return other_fields(random, body)
    for _ in range(random.randint(1, 3)):
        path = random.choice(places(value))
        value = (
            cut(value, path) if path and random.random() < 0.4 else put(value, path, random.choice(VALUES))
        )
    return json.dumps(value).encode()


def other_fields(random: Random, body: bytes) -> bytes:
    fields = body.split(b"&")
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(fields))
        odd = (
            b"",
            b"=",
            b"%",
            b"%zz=%u0041",
            b"a;b=c",
            fields[place] + b"X",
            fields[place].split(b"=")[0],
            b"=" * 9,
        )
        fields[place : place + 1] = random.choice(
            ([], [random.choice(odd)], [fields[place]] * random.choice((2, 3000)))
        )
        fields = fields or [b""]
    return b"&".join(fields)


def many_elements(random: Random, body: bytes) -> bytes:
    """A list in it made long: more than one request may hold, with an element that is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return other_fields(random, body)
    lists = [
        path for path in places(value) if path and isinstance(_at(value, path), list) and _at(value, path)
    ]
    if not lists:
        return body
    path = random.choice(lists)
    one = _at(value, path)
    return json.dumps(put(value, path, [*one * random.choice((2, 30, 200)), random.choice(VALUES)])).encode()


def nothing_like_it(random: Random, body: bytes) -> bytes:
    junk = (b"", b"null", b"[]", b"{}", b'""', b"0", b"true", b"<xml/>", b"----x\r\n", b"\x1f\x8b", bytes(64))
    return random.choice((*junk, random.randbytes(random.randint(1, 200))))


def _at(value, path):
    for step in path:
        value = value[step]
    return value


ZIP_BOMB = gzip.compress(b"0" * 10_000_000, compresslevel=9, mtime=0)
CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (
        flipped_bits, replaced_bytes, truncated, repeated, invalid_utf8, other_encoding, zipped, surrogate_halves,
        unicode_tricks, huge_numbers, nested_deep, doubled_keys, other_values, many_elements, nothing_like_it,
    )
}  # fmt: skip
