"""Every refusal as problem+json (RFC 9457), in one table: its type, its code, and what the caller may look at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.planned_work.rules import Conflict
from chalicelib.ports import Stale, Unavailable
from chalicelib.service.operate import refusals
from chalicelib.service.operate.post import iso
from chalicelib.service.operate.refusals import (
    Absent,
    BadPlan,
    Clashing,
    Faulty,
    Hasty,
    Overtaken,
    Refusal,
    TooSoon,
    Unsafe,
)
from chalicelib.service.situation import NoSituation

MEDIA_TYPE = "application/problem+json"
ANSWERED = (Refusal, Unavailable, Stale, NoSituation)
"""What is answered with a problem; anything else is a fault of ours."""

TABLE: Mapping[type[Exception], tuple[HTTPStatus, str, str]] = {
    refusals.Unknown: (HTTPStatus.UNAUTHORIZED, "unauthorized", "Show a valid token"),
    refusals.Forbidden: (HTTPStatus.FORBIDDEN, "forbidden", "Your role does not permit this"),
    refusals.Faulty: (HTTPStatus.BAD_REQUEST, "bad-request", "The request is wrong"),
    refusals.Absent: (HTTPStatus.NOT_FOUND, "not-found", "There is no such thing"),
    refusals.Unguarded: (HTTPStatus.PRECONDITION_REQUIRED, "version-required", "Say which version you mean"),
    refusals.Overtaken: (HTTPStatus.PRECONDITION_FAILED, "overtaken", "Somebody was faster"),
    refusals.Outsized: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "The body is too large"),
    refusals.Unreadable: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "media-type",
        "The body's type is not read here",
    ),
    refusals.Hasty: (HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests", "You ask too often"),
    refusals.Reused: (HTTPStatus.UNPROCESSABLE_ENTITY, "key-reused", "This key stands for another request"),
    refusals.Running: (HTTPStatus.CONFLICT, "still-running", "The first request is not done"),
    refusals.Unkept: (HTTPStatus.CONFLICT, "answer-not-kept", "It was done; its answer is not kept"),
    refusals.Unsafe: (HTTPStatus.CONFLICT, "unsafe", "A safety rule forbids this"),
    refusals.Clashing: (HTTPStatus.CONFLICT, "clashing", "A rule for planned work forbids this"),
    refusals.InUse: (HTTPStatus.CONFLICT, "in-use", "A fallback in use must stay"),
    refusals.TooSoon: (HTTPStatus.CONFLICT, "too-soon", "It was changed a moment ago"),
    refusals.NotHome: (HTTPStatus.CONFLICT, "not-home", "Another region is home"),
    refusals.SwitchedOff: (HTTPStatus.CONFLICT, "switched-off", "This is switched off"),
    refusals.Unfit: (HTTPStatus.CONFLICT, "unfit", "It is in no state for this"),
    refusals.BadPlan: (HTTPStatus.UNPROCESSABLE_ENTITY, "bad-plan", "The plan cannot be used"),
    Unavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "A store does not answer"),
    Stale: (HTTPStatus.SERVICE_UNAVAILABLE, "busy", "Too many changes at once"),
    NoSituation: (HTTPStatus.SERVICE_UNAVAILABLE, "nothing-published", "Nothing to go by yet"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An answer that says what is wrong: its code, the document, the headers."""

    code: int
    document: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The document as JSON."""
        return json.dumps(self.document, ensure_ascii=False, allow_nan=False)


def problem_of(error: Exception) -> Problem:
    """The problem that an error of ANSWERED is told as. What a store says is for the log, not for the caller."""
    code, name, title = next(TABLE[sort] for sort in type(error).__mro__ if sort in TABLE)
    ours = code is HTTPStatus.SERVICE_UNAVAILABLE
    detail = "try again in a moment" if ours and not isinstance(error, NoSituation) else str(error)
    document = {
        "type": f"/problems/{_named(error, name)}", "title": title, "status": code.value, "detail": detail,
        **_more(error),
    }  # fmt: skip
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", **_headers(error, ours=ours)}
    return Problem(code=code.value, document=document, headers=headers)


def _named(error: Exception, name: str) -> str:
    return f"unknown-{error.what.replace(' ', '-')}" if isinstance(error, Absent) else name


def _more(error: Exception) -> Mapping[str, Any]:
    if isinstance(error, Faulty | BadPlan):
        return {"faults": told(error.faults)}
    if isinstance(error, Overtaken):
        return {"current": error.current}
    if isinstance(error, Unsafe | Clashing):
        return {"rules": _rules(error)}
    if isinstance(error, refusals.NotHome):
        return {"home": error.home}
    if isinstance(error, TooSoon):
        return {"scope": error.scope, "retry_at": iso(error.at)}
    return {"name": error.name} if isinstance(error, Absent) else {}


def _rules(error: Unsafe | Clashing) -> list[Mapping[str, Any]]:
    if isinstance(error, Unsafe):
        return [_rule(breach) for breach in error.breaches]
    return [clash(conflict) for conflict in error.conflicts]


def _rule(breach: Any) -> Mapping[str, Any]:
    rule = breach.rule
    return {
        "path": breach.path, "purpose": rule.purpose, "market": breach.left.market,
        "min_channels": rule.min_channels, "min_capacity": rule.min_capacity, "message": str(breach),
    }  # fmt: skip


def clash(conflict: Conflict) -> Mapping[str, Any]:
    """A broken rule for planned work as JSON values: which rule, which window, when, for which purpose."""
    return {
        "rule": conflict.rule.value, "window": conflict.window or None, "at": iso(conflict.at),
        "purpose": conflict.purpose, "message": str(conflict),
    }  # fmt: skip


def _headers(error: Exception, *, ours: bool) -> Mapping[str, str]:
    if isinstance(error, refusals.Unknown):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, Overtaken):
        return {"ETag": f'"{error.current}"'}
    if isinstance(error, (Hasty, TooSoon)):
        return {"Retry-After": str(error.wait)}
    return {"Retry-After": "5"} if ours or isinstance(error, refusals.Running) else {}


def told(faults: tuple[Fault, ...]) -> list[Mapping[str, str]]:
    """Faults or warnings as JSON values."""
    return [{"path": fault.path, "message": fault.message} for fault in faults]
