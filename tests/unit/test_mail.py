"""Mails as they really come: many charsets, broken structure, markup, hostile headers."""

from base64 import b64encode
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.channels._mail import decoded, markup_removed, party, read

LOOSE = settings(max_examples=80, deadline=None, derandomize=True, database=None)


def plain(charset: str, body: bytes, encoding: str = "8bit") -> bytes:
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("latin-1") + body


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-15", "windows-1252", "utf-16", "koi8-r"])
def test_reads_each_declared_charset(charset: str) -> None:
    words = "Привет" if charset == "koi8-r" else "déjà vu à l'œil"
    if charset == "utf-16":
        words = "déjà"
        raw = plain(charset, b64encode(words.encode(charset)), "base64")
    else:
        raw = plain(charset, words.encode(charset))

    assert read(raw, "m").text == words


@pytest.mark.parametrize(
    "charset",
    [
        "x-unknown",
        '"no\x00ne"',
        "undefined",
        "idna",
        "punycode",
        "unicode_escape",
        "hex",
        "rot13",
        '""',
        "utf-8*=''é",
        "mbcs",
    ],
)
def test_a_charset_that_is_none_costs_no_more_than_some_letters(charset: str) -> None:
    mail = read(plain(charset, b"Bonjour \\ud800 \\x41"), "m")

    assert mail.text.startswith("Bonjour")
    assert mail.text.encode()


def test_the_plain_part_is_preferred_and_the_first_one_counts() -> None:
    message = EmailMessage()
    message.set_content("le texte")
    message.add_alternative("<p>le balisage</p>", subtype="html")
    message.add_attachment("une note", filename="note.txt")

    mail = read(message.as_bytes(), "m7")

    assert mail.text == "le texte"
    assert [(a.reference, a.media_type, a.name) for a in mail.attachments] == [
        ("ses:m7/2", "text/plain", "note.txt")
    ]


def test_a_mail_of_markup_only_is_read_without_it() -> None:
    message = EmailMessage()
    message.set_content(
        "<html><head><title>t</title><style>p{color:red}</style></head><body><script>if(a<b){x()}</script>"
        "<p>Bonjour&nbsp;Zo&eacute;<br>à&#160;demain</p><DIV>2 &lt; 3</DIV></body></html>",
        subtype="html",
    )

    assert read(message.as_bytes(), "m").text == "Bonjour Zoé\nà demain\n2 < 3"


@pytest.mark.parametrize(
    "html", ["<script>", "<![foo bar]>x", "<", "<<<>>>", "&#" + "9" * 5000 + ";", "<!--", "&#xd800;"]
)
def test_broken_markup_costs_no_more_than_some_words(html: str) -> None:
    assert "Bonjour" in markup_removed(f"Bonjour {html}")


def test_markup_takes_time_in_proportion_to_its_length() -> None:
    assert markup_removed("<script" * 200_000 + "<p>" * 200_000) == ""


def test_a_structure_beyond_reading_is_said_to_be_so() -> None:
    raw = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000))

    assert not read(raw, "m").readable


@pytest.mark.parametrize(
    ("words", "address", "name"),
    [
        ('"Martin, Zoé" <zoe@example.fr>', "zoe@example.fr", "Martin, Zoé"),
        ("=?utf-8?b?Wm/DqQ==?= <zoe@example.fr>", "zoe@example.fr", "Zoé"),
        ("=?x-none?q?Zo=E9?= <zoe@example.fr>", "zoe@example.fr", "Zo\ufffd"),
        ("=?utf-8?b?A?= <zoe@example.fr>", "zoe@example.fr", "=?utf-8?b?A?="),
        ("Léa 🚨 =?utf-8?q?Zo=C3=A9?= <lea@example.fr>", "lea@example.fr", "Léa 🚨 Zoé"),
        ("undisclosed-recipients:;", "", ""),
        ("(" * 5000, "", ""),
        ("", "", ""),
    ],
)
def test_reads_addresses_however_they_are_written(words: str, address: str, name: str) -> None:
    found = party(words)

    assert (found.address, found.name) == (address, name)


def test_a_charset_with_a_null_in_an_extended_parameter_is_survived() -> None:
    hostile = b"a\x00b''x"
    raw = (
        b"Content-Type: text/plain; charset*="
        + hostile
        + b"\nContent-Disposition: inline; filename*="
        + hostile
    )

    mail = read(raw + b"\n\nBonjour", "m")
    attached = read(raw.replace(b"inline", b"attachment") + b"\n\nBonjour", "m")

    assert mail.text == "Bonjour"
    assert attached.attachments[0].name == ""


@LOOSE
@given(raw=st.binary(max_size=400))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    mail = read(raw, "m")

    assert mail.text.encode() is not None


@LOOSE
@given(
    header=st.sampled_from(["Content-Type", "Content-Disposition", "Content-Transfer-Encoding"]),
    value=st.text(st.characters(max_codepoint=0x17F), max_size=60)
    | st.sampled_from(
        [
            "text/plain; charset*0*=utf-8''%zz; charset*1=x",
            "attachment; filename*=x'y'%ff",
            "multipart/mixed",
            "x-uuencode",
        ]
    ),
    body=st.binary(max_size=100),
)
def test_any_header_of_a_part_is_survived(header: str, value: str, body: bytes) -> None:
    line = value.replace("\r", "").replace("\n", "")
    raw = f"MIME-Version: 1.0\nContent-Type: text/plain\n{header}: {line}\n\n".encode() + body

    mail = read(f"{header}: {line}\n\n".encode() + body, "m")

    assert mail.text.encode() is not None
    assert read(raw, "m").text.encode() is not None


@LOOSE
@given(words=st.text(max_size=80))
def test_any_words_are_a_header(words: str) -> None:
    assert decoded(words).encode() is not None
    assert party(words).address.encode() is not None
    assert decoded(f"=?utf-8?q?{words}?=").encode() is not None
