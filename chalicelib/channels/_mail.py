"""A mail as its reader sees it, whatever software sent it: words, attachments, addresses (RFC 5322)."""

from codecs import lookup
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as Part
from email.utils import parseaddr
from html import unescape

from chalicelib.channels._json import clean
from chalicelib.domain.model import Attachment, Party

LONGEST_ADDRESS = 500
LONGEST_HEADER = 2000
# Python's own codecs are no character sets: they would run escapes or raise.
_NO_CHARSETS = frozenset(("unicode-escape", "raw-unicode-escape", "undefined", "idna", "punycode"))
_SILENT = frozenset(("script", "style", "head", "title"))
_BREAKS = frozenset(("br", "br/", "p", "/p", "div", "/div", "/tr", "/li", "/h1", "/h2", "/h3"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What a person meant to say. `readable` is False when the mail's structure is beyond reading."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    readable: bool = True


def read(raw: bytes, name: str) -> Mail:
    """The words of a mail: the first plain part, or else the first HTML part without its markup.

    Attachments are named `ses:{name}/{n}`: the n-th part of the mail that the provider calls `name`.
    The lenient policy is on purpose: the modern one raises a dozen kinds of errors on hostile headers.
    """
    try:
        parts = [part for part in message_from_bytes(raw).walk() if not part.is_multipart()]
    except RecursionError:
        return Mail(readable=False)
    said = {kind: words for part in reversed(parts) for kind, words in _words(part)}
    return Mail(
        text=said.get("text/plain") or markup_removed(said.get("text/html", "")),
        attachments=tuple(
            Attachment(reference=f"ses:{name}/{n}", media_type=part.get_content_type(), name=filename(part))
            for n, part in enumerate(parts)
            if _attached(part)
        ),
    )


def party(words: str, language: str = "") -> Party:
    """The first mailbox of an address header; its address is empty when there is none. Never raises."""
    try:
        name, address = parseaddr(words[:LONGEST_ADDRESS])
    except (RecursionError, IndexError):
        name, address = "", ""
    return Party(address=clean(address if "@" in address else ""), name=decoded(name), language=language)


def decoded(words: str) -> str:
    """A header's text with its encoded words (RFC 2047) read; as it stands where they are unreadable."""
    words = words[:LONGEST_HEADER]
    if "=?" not in words:
        return clean(words)
    try:
        pieces = decode_header(words)
    except (HeaderParseError, ValueError):
        return clean(words)
    return "".join(_piece(piece, charset) for piece, charset in pieces)


def filename(part: Part) -> str:
    """The name that the sender gave an attachment, or ""."""
    try:
        return decoded(part.get_filename() or "")
    except ValueError:
        return ""


def markup_removed(html: str) -> str:
    """The words of an HTML text, in time proportional to its length; scripts and styles are left out."""
    said, silent = [], ""
    for n, piece in enumerate(html.split("<")):
        tag, _, words = piece.partition(">") if n else ("", "", piece)
        name = (tag.split(None, 1) or [""])[0].lower()
        if name in _SILENT and not silent:
            silent = f"/{name}"
        elif name == silent:
            silent = ""
        if not silent:
            said.append(("\n" if name in _BREAKS else "") + words)
    try:
        lines = unescape("".join(said)).split("\n")
    except ValueError:
        lines = "".join(said).split("\n")
    return "\n".join(line for line in (" ".join(one.split()) for one in lines) if line)


def _attached(part: Part) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text"


def _words(part: Part) -> list[tuple[str, str]]:
    if _attached(part):
        return []
    raw = part.get_payload(decode=True)
    words = _text(raw, _charset(part)) if isinstance(raw, bytes) else ""
    return [(part.get_content_type(), words.strip())]


def _charset(part: Part) -> str | None:
    try:
        return part.get_content_charset()
    except ValueError:
        return None


def _text(raw: bytes, charset: str | None) -> str:
    try:
        codec = lookup(charset or "utf-8").name.replace("_", "-")
        return clean(raw.decode("latin-1" if codec in _NO_CHARSETS else codec, "replace"))
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def _piece(piece: bytes | str, charset: str | None) -> str:
    """One piece of decode_header, which escapes text that stands beside encoded words."""
    if isinstance(piece, str):
        return clean(piece)
    return _text(piece, charset) if charset else clean(piece.decode("raw-unicode-escape", "replace"))
