"""Maintenance windows as they are kept: plain JSON values, and back."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chalicelib.domain.planned_work.notices import DueNotice, NoticeState
from chalicelib.domain.planned_work.windows import Effect, Span, Window, Windows
from chalicelib.domain.upgrade.schema import stamped, understood
from chalicelib.domain.upgrade.times import millis, moment


def dump_windows(windows: Windows) -> dict[str, Any]:
    """Windows as plain JSON values; times in milliseconds, lengths in seconds."""
    notices = {"notices": [_plain_notice(one) for one in windows.notices]} if windows.notices else {}
    planned = [_plain(window) for window in windows.planned]
    return stamped({"version": windows.version, "planned": planned, **notices})


def windows_text(windows: Windows) -> str:
    """The stored text; the same windows always give the same one."""
    return json.dumps(dump_windows(windows), separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def read_windows(document: Mapping[str, Any]) -> Windows:
    """Windows from plain JSON values. Raises Newer."""
    return Windows(
        version=understood(document)["version"],
        planned=tuple(_window(one) for one in document["planned"]),
        notices=tuple(_notice(one) for one in document.get("notices", ())),
    )


def _plain(window: Window) -> dict[str, Any]:
    vendor = {"effect": window.effect.value, "unserved": list(window.unserved)} if window.said else {}
    return {
        "id": window.id, "title": window.title, "scopes": list(window.scopes), "owner": window.owner,
        "spans": [_plain_span(span) for span in window.spans],
        "alternatives": {purpose: list(named) for purpose, named in window.alternatives.items()},
        "drain": int(window.drain_before.total_seconds()), "reason": window.reason, "source": window.source,
        "reply": dict(window.reply), **vendor, **({"said": _plain_span(window.said)} if window.said else {}),
    }  # fmt: skip


def _window(plain: Mapping[str, Any]) -> Window:
    return Window(
        id=plain["id"], title=plain["title"], scopes=tuple(plain["scopes"]), owner=plain["owner"],
        spans=tuple(_span(span) for span in plain["spans"]),
        alternatives={purpose: tuple(named) for purpose, named in plain["alternatives"].items()},
        drain_before=timedelta(seconds=plain["drain"]), reason=plain["reason"], source=plain["source"],
        reply=plain["reply"], effect=Effect(plain.get("effect", Effect.DIVERT)),
        said=_span(plain["said"]) if "said" in plain else None, unserved=tuple(plain.get("unserved", ())),
    )  # fmt: skip


def _plain_span(span: Span) -> list[int]:
    return [millis(at) for at in (span.start, span.end, span.promised) if at]


def _span(plain: list[int]) -> Span:
    start, end, *promised = map(moment, plain)
    return Span(start=start, end=end, promised=promised[0] if promised else None)


def _plain_notice(notice: DueNotice) -> dict[str, Any]:
    times = {name: millis(getattr(notice, name)) for name in _TIMES}
    return times | {
        "window": notice.window, "title": notice.title, "name": notice.name, "state": notice.state.value,
        "channels": list(notice.channels), "unanswered": notice.unanswered,
    }  # fmt: skip


def _notice(plain: Mapping[str, Any]) -> DueNotice:
    told: dict[str, Any] = {name: moment(plain[name]) for name in _TIMES}
    told |= {name: plain[name] for name in ("window", "title", "name", "unanswered")}
    return DueNotice(**told, state=NoticeState(plain["state"]), channels=tuple(plain["channels"]))


_TIMES = ("start", "end", "due", "at")
