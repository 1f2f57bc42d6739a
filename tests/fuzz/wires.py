"""Ways to damage a signed request on its way: its headers, its method, its address, its body, its age, its signer."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.fuzz.bodies import CHANGES
from tests.fuzz.shots import Shot

Change = Callable[[Random, Shot], Shot]
TYPES = (
    "", "application/json; charset=utf-16", "text/plain", "multipart/form-data", "application/octet-stream",
    "application/xml", "image/png", "*/*", ";", "application/json, text/html", "é", "\udcff", "a" * 9000,
)  # fmt: skip
METHODS = (
    "GET",
    "PUT",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "CONNECT",
    "post",
    "",
    "GET / HTTP/1.1",
)
VALUES = (
    "", " ", "\t", "é", "\udcff", "\x00", "=", ",", "sha256=", "v1,", "0" * 100_000, "\r\nX-Injected: 1", "null",
    "-1", "99999999999999999999", "٣", "1e9", "sha256=" + "0" * 64, "v1," + "A" * 44,
)  # fmt: skip
EXTRA = (
    ("Transfer-Encoding", "chunked"), ("Content-Length", "0"), ("Content-Length", "-1"), ("Host", "evil.example"),
    ("X-Forwarded-For", "127.0.0.1"), ("X-HTTP-Method-Override", "DELETE"), ("Content-Encoding", "gzip"),
    ("X-Amz-Sns-Topic-Arn", "arn:aws:sns:eu-west-3:123456789012:mail"), ("Cookie", "a" * 8000), (" ", "x"),
    ("X-Twilio-Webhooks-Signature-Settings", "HMAC_SHA256"), ("X-Original-URL", "/v1/plan"), ("", ""),
    ("X-Twilio-Webhooks-Signature-Settings", ",=;HMAC_NONE=,"), ("svix-id", "a"), ("webhook-id", ""),
)  # fmt: skip
QUERIES = (
    "state=eyJ0IjoxfQ.c2ln", "hub.mode=subscribe&hub.verify_token=x&hub.challenge=1", "bodySHA256=0", "&&&", "=",
    "a=1&a=2", "%ff=%00", "state=" + "a" * 5000, "state=..", "x=" + "%F0%9F%9A%A8",
)  # fmt: skip
CHANNELS = (
    "partner",
    "phone-fr",
    "bot-fr",
    "mail-fr",
    "whatsapp-fr",
    "shop",
    "",
    "no-such-channel",
    "..",
    "%00",
    "messenger-fr ",
    "é",
    "\udcff",
    "a" * 5000,
    "box",
)


def changed_body(random: Random, shot: Shot) -> Shot:
    name = random.choice(sorted(CHANGES))
    return replace(shot, body=CHANGES[name](random, shot.body))


def one_byte_off(random: Random, shot: Shot) -> Shot:
    place = random.randrange(len(shot.body) or 1)
    return replace(shot, body=shot.body[:place] + bytes([random.randrange(256)]) + shot.body[place + 1 :])


def lost_header(random: Random, shot: Shot) -> Shot:
    place = random.randrange(len(shot.headers) or 1)
    return replace(shot, headers=shot.headers[:place] + shot.headers[place + 1 :])


def odd_value(random: Random, shot: Shot) -> Shot:
    place = random.randrange(len(shot.headers) or 1)
    given = shot.headers[place : place + 1] or (("X", "y"),)
    name, value = given[0]
    odd = random.choice(
        (*VALUES, value[:-1], value + "0", value.upper(), f"{value},{value}", f" {value} ", value[::-1])
    )
    return replace(shot, headers=(*shot.headers[:place], (name, odd), *shot.headers[place + 1 :]))


def twice_the_header(random: Random, shot: Shot) -> Shot:
    """The same name in another case, before or after the true one: a proxy may pass both."""
    if not shot.headers:
        return shot
    name, value = random.choice(shot.headers)
    other = (random.choice((name.upper(), name.lower(), name.title(), name)), random.choice((*VALUES, value)))
    return replace(shot, headers=random.choice(((other, *shot.headers), (*shot.headers, other))))


def more_headers(random: Random, shot: Shot) -> Shot:
    many = random.choice((1, 2, 300))
    extra = tuple(random.choice(EXTRA) if many < 9 else (f"X-{n}", "y" * 30) for n in range(many))
    return replace(shot, headers=(*shot.headers, *extra))


def other_type(random: Random, shot: Shot) -> Shot:
    kept = tuple(pair for pair in shot.headers if pair[0].lower() != "content-type")
    return replace(shot, headers=(*kept, ("Content-Type", random.choice(TYPES))))


def other_method(random: Random, shot: Shot) -> Shot:
    return replace(shot, method=random.choice(METHODS))


def other_query(random: Random, shot: Shot) -> Shot:
    return replace(shot, query=random.choice(QUERIES))


def other_channel(random: Random, shot: Shot) -> Shot:
    return replace(shot, channel=random.choice(CHANNELS))


def no_headers_at_all(_: Random, shot: Shot) -> Shot:
    return replace(shot, bare=True)


def by_the_door(_: Random, shot: Shot) -> Shot:
    """What the platform vouches for, posted by anybody instead; for others: as text, not base64."""
    return replace(shot, topic="", encoded=False)


def other_topic(random: Random, shot: Shot) -> Shot:
    if not shot.topic:
        return replace(shot, encoded=False)
    return replace(
        shot, topic=random.choice((f"{shot.topic}2", "", "arn:aws:sns:eu-west-3:999999999999:mail"))
    )


CHANGES_ON_THE_WIRE: dict[str, Change] = {
    change.__name__: change
    for change in (
        changed_body, one_byte_off, lost_header, odd_value, twice_the_header, more_headers, other_type,
        other_method, other_query, other_channel, no_headers_at_all, by_the_door, other_topic,
    )
}  # fmt: skip
