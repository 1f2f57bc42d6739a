"""Renders the gateway's mapping templates with a whole Velocity; ministack itself knows a few words of it.

The variables are those that AWS documents for REST APIs. Ministack's interpreter runs this, and so do tests.
"""

import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import quote_plus

import airspeed  # type: ignore[import-untyped] # it has no types


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request's parameters by place, each with one value."""

    path: Mapping[str, str]
    querystring: Mapping[str, str]
    header: Mapping[str, str]


class Input:
    """`$input`."""

    def __init__(self, body: str, asked: Asked) -> None:
        self.body, self._asked = body, asked

    def params(self, name: str = "") -> Any:
        """Every parameter by place; or one, of the path, the query or the headers."""
        places = {
            "path": dict(self._asked.path),
            "querystring": dict(self._asked.querystring),
            "header": dict(self._asked.header),
        }
        return next((each[name] for each in places.values() if name in each), "") if name else places


class Util:
    """`$util`."""

    def urlEncode(self, text: Any) -> str:  # noqa: N802 - AWS's own name
        """As `java.net.URLEncoder` does."""
        return quote_plus(str(text), safe="*").replace("~", "%7E")


def rendered(template: str, body: str, asked: Asked, epoch: int) -> str:
    """Return what the gateway sends on. `epoch` is when the request came, in milliseconds."""
    known = {"input": Input(body, asked), "util": Util(), "context": {"requestTimeEpoch": epoch}}
    return str(airspeed.Template(template).merge(known))


_asked: ContextVar[Asked] = ContextVar("asked")


def map_like_aws(gateway: ModuleType) -> None:
    """Have ministack render so; a version that names its parts otherwise raises AttributeError."""
    invoke = gateway._invoke_sqs_v1  # noqa: SLF001 - what is changed

    async def invoke_sqs(*given: Any, **named: Any) -> Any:
        headers, _, query, path = given[7:11]
        single = {
            name: value[0] if isinstance(value, list) else value for name, value in (query or {}).items()
        }
        texts = {name: value for name, value in headers.items() if isinstance(value, str)}
        _asked.set(Asked(path=path or {}, querystring=single, header=texts))
        return await invoke(*given, **named)

    def render(template: str, body: str, _params: Any, _context: Any = None) -> str:
        return rendered(template, body, _asked.get(), int(time.time() * 1000))

    for name, replacement in {"_invoke_sqs_v1": invoke_sqs, "_render_request_template_v1": render}.items():
        getattr(gateway, name)  # it must be there
        setattr(gateway, name, replacement)
