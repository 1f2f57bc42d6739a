"""Which refusal is which trouble: the service's problems, and what the gateway says before it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from bascule_cli.answers import Junk, at, parsed, rows, text
from bascule_cli.trouble import (
    NotAllowed,
    NotFound,
    Older,
    Overtaken,
    Refused,
    Trouble,
    Unreachable,
    Wrong,
)

BY_CODE: dict[int, type[Trouble]] = {
    HTTPStatus.BAD_REQUEST: Wrong,
    HTTPStatus.UNAUTHORIZED: NotAllowed,
    HTTPStatus.FORBIDDEN: NotAllowed,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: Refused,
    HTTPStatus.PRECONDITION_FAILED: Overtaken,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Wrong,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Wrong,
    HTTPStatus.UNPROCESSABLE_ENTITY: Refused,
    HTTPStatus.PRECONDITION_REQUIRED: Wrong,
}
HINTED = (
    "unsafe", "clashing", "in-use", "forbidden", "bad-request", "unauthorized", "too-soon", "switched-off",
)  # fmt: skip
NO_SUCH_ROUTE = ("Missing Authentication Token", "Not Found", "No method matches")


def trouble_of(method: str, path: str, code: int, said: str) -> Trouble:
    """The trouble that an answer of 300 and more is."""
    document = _read(said)
    if not isinstance(at(document, "type"), str):
        return _gateways(method, path, code, document)
    name = str(at(document, "type")).rpartition("/")[2]
    sort = BY_CODE.get(code, Unreachable)
    hint = f"next.{name}" if name in HINTED else ("next.list" if sort is NotFound else "")
    if sort is Unreachable:
        hint = "next.again"
    lines = told(document)
    return sort(
        "trouble.named" if lines else "trouble.problem", hint=hint, lines=lines, document=document, problem=name,
        title=text(at(document, "title")), detail=text(at(document, "detail")),
    )  # fmt: skip


def told(document: Any) -> Sequence[str]:
    """Faults and broken rules of a problem, a line each."""
    faults = [f"{text(at(one, 'path'))}: {text(at(one, 'message'))}" for one in rows(document, "faults")]
    broken = [
        f"{text(at(one, 'rule') or at(one, 'path'))}: {text(at(one, 'message'))}"
        for one in rows(document, "rules")
    ]
    return [*faults, *broken]


def _gateways(method: str, path: str, code: int, document: Any) -> Trouble:
    """The gateway, or something else that is no Bascule, answered in its own words."""
    said = str(at(document, "message") or "")
    if code == HTTPStatus.UNAUTHORIZED:
        return NotAllowed("trouble.token", hint="next.unauthorized")
    unknown = code in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
    if unknown or (code == HTTPStatus.FORBIDDEN and any(one in said for one in NO_SUCH_ROUTE)):
        return Older("trouble.older", hint="next.older", method=method, path=path)
    if code == HTTPStatus.FORBIDDEN:
        return NotAllowed("trouble.gateway", hint="next.unauthorized", code=code)
    if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Wrong("trouble.gateway", hint="next.smaller", code=code)
    return Unreachable("trouble.gateway", hint="next.again", code=code)


def _read(said: str) -> Any:
    try:
        return parsed(said)
    except Junk:
        return None
