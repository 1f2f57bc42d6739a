"""Which refusal is which trouble: the service's problems, and what the gateway says before it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from bascule_cli.answers import Junk, at, parsed, rows, text
from bascule_cli.faults import Told
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
    "overtaken", "unsafe", "clashing", "in-use", "forbidden", "bad-request", "unauthorized", "too-soon", "switched-off",
    "unfit", "bad-plan", "too-large", "media-type", "version-required", "key-reused", "answer-not-kept",
    "nothing-published", "not-home",
    "unknown-break-glass", "unknown-channel", "unknown-contact", "unknown-desk", "unknown-market", "unknown-order",
    "unknown-path", "unknown-plan", "unknown-plan-section", "unknown-plan-version", "unknown-posture", "unknown-queue",
    "unknown-scheduled-plan", "unknown-scope", "unknown-switch", "unknown-switch-that-is-off", "unknown-window",
)  # fmt: skip
"""Problems that say what to do next in their own way; the others have the hint of their kind."""
WHO = "/v1/whoami"
"""Every release has it: where it is not, there is no Bascule."""
NO_SUCH_ROUTE = ("Missing Authentication Token", "Not Found", "No method matches")


def trouble_of(method: str, path: str, code: int, said: str) -> Trouble:
    """The trouble that an answer of 300 and more is."""
    document = _read(said)
    if not isinstance(at(document, "type"), str):
        return _gateways(method, path, code, document)
    name = str(at(document, "type")).rpartition("/")[2]
    sort = BY_CODE.get(code, Unreachable)
    lines = told(document)
    return sort(
        _sentence(document, lines), hint=_hint(name, sort), lines=lines, document=document, problem=name,
        title=text(at(document, "title")), detail=text(at(document, "detail")), name=text(at(document, "name")),
    )  # fmt: skip


def _sentence(document: Any, lines: Sequence[Told]) -> str:
    """What is absent is told by its name, in the reader's language; else the service's own words are told."""
    if lines:
        return "trouble.named"
    return "trouble.absent" if isinstance(at(document, "name"), str) else "trouble.problem"


def _hint(name: str, sort: type[Trouble]) -> str:
    if name in HINTED:
        return f"next.{name}"
    if sort is NotFound:
        return "next.list"
    return "next.again" if sort in (Refused, Unreachable) else ""


def told(document: Any) -> Sequence[Told]:
    """Faults and broken rules of a problem, each with its place."""
    faults = [_placed(one, at(one, "path")) for one in rows(document, "faults")]
    return [*faults, *(_placed(one, at(one, "rule") or at(one, "path")) for one in rows(document, "rules"))]


def _placed(one: Any, place: Any) -> Told:
    return Told(place=text(place) if place else "", message=text(at(one, "message")))


def _gateways(method: str, path: str, code: int, document: Any) -> Trouble:
    """The gateway, or something else that is no Bascule, answered in its own words."""
    said = str(at(document, "message") or "")
    if code == HTTPStatus.UNAUTHORIZED:
        return NotAllowed("trouble.token", hint="next.unauthorized")
    if path == WHO and code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        return Unreachable("trouble.no_bascule", hint="next.junk")
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
