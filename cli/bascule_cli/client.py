"""One conversation with the operations API: what goes out, what comes back, and which answer is which trouble."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode
from uuid import uuid4

from bascule_cli.answers import Junk, parsed
from bascule_cli.trouble import NotFound, Unreachable
from bascule_cli.verdicts import trouble_of

ACCEPTED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. `path` is below the API's address; `body` a document, or text of the type `media`."""

    method: str
    path: str
    query: Mapping[str, object] = field(default_factory=dict)
    body: Any = None
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """What came back, as it came. Header names are lower case."""

    code: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Wire(Protocol):
    """Sends one request and gives the answer; see web.Web. Raises Unreachable."""

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Raw:
        """Send it, once."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A good answer: its document (None when it is no JSON), its text, and the version that its ETag names."""

    document: Any
    text: str
    version: str


class Client:
    """The operations API at `url`, asked with `token`."""

    def __init__(self, url: str, token: str, wire: Wire) -> None:
        self.url, self._token, self._wire = url.rstrip("/"), token, wire

    def ask(self, ask: Ask) -> Answer:
        """The answer to one request. Raises Trouble of the kind that the refusal is."""
        query = urlencode(
            {name: _worded(value) for name, value in ask.query.items() if value not in (None, "")}
        )
        url = f"{self.url}{ask.path}" + (f"?{query}" if query else "")
        raw = self._wire.send(ask.method, url, self._headers(ask), _encoded(ask.body))
        if raw.code >= ACCEPTED:
            raise trouble_of(ask.method, ask.path, raw.code, raw.text)
        return Answer(
            document=_document(raw),
            text=raw.text,
            version=raw.headers.get("etag", "").removeprefix("W/").strip('"'),
        )

    def read(self, path: str, /, **query: object) -> Answer:
        """A document. Raises Trouble; Unreachable for what is no JSON object."""
        found = self.ask(Ask(method="GET", path=path, query=query))
        return _object(found)

    def post(self, path: str, body: Any = None, version: str | None = None) -> Answer:
        """Ask for something to be done; `version` is that which the change is meant for. Raises Trouble."""
        return self.change("POST", path, body, version)

    def change(self, method: str, path: str, body: Any = None, version: str | None = None) -> Answer:
        """Likewise, by another method."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return _object(self.ask(Ask(method=method, path=path, body=body, headers=headers)))

    def _headers(self, ask: Ask) -> Mapping[str, str]:
        named = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json",
            "User-Agent": "bascule",
        }
        if ask.body is not None:
            named["Content-Type"] = ask.media
        if ask.method == "POST":
            named["Idempotency-Key"] = str(uuid4())
        return {**named, **ask.headers}


def below(*parts: str) -> str:
    """A path of the API, each part quoted: ``below("health", "shop#in#fr")``.

    Raises NotFound for what is no name: on its way it would become another path than the one that was meant.
    """
    for part in parts:
        if part in (".", "..") or "/" in part or "\\" in part:
            raise NotFound("trouble.no_name", hint="next.list", name=part)
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def _worded(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _encoded(body: Any) -> bytes | None:
    if body is None:
        return None
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return text.encode("utf-8", "surrogateescape")


def _document(raw: Raw) -> Any:
    if "json" not in raw.headers.get("content-type", ""):
        return None
    try:
        return parsed(raw.text)
    except Junk:
        raise Unreachable("trouble.junk", hint="next.junk") from None


def _object(answer: Answer) -> Answer:
    if not isinstance(answer.document, dict):
        raise Unreachable("trouble.junk", hint="next.junk")
    return answer
