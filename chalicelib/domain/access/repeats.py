"""A request that may come twice: how the first one is remembered, so that the second is answered and not done."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

KEPT = timedelta(hours=24)
"""How long an answer is remembered."""
RUNNING = timedelta(seconds=60)
"""How long a request without an answer keeps its key: twice what the function may take."""
MOST_BYTES = 100 * 1024
"""An answer beyond this is not kept."""
_KEY = re.compile(r'"?([A-Za-z0-9._:~+/=-]{8,128})"?', re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A remembered request: its digest, and its answer. `code` 0: not answered yet; `text` None: too long to keep."""

    request: str
    code: int = 0
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def key_of(header: str) -> str:
    """The key in an Idempotency-Key header, with or without quotes; "" for what is none."""
    found = _KEY.fullmatch(header.strip())
    return found[1] if found else ""


def answered(request: str, code: int, body: Any, headers: Mapping[str, str]) -> Kept:
    """What is kept of an answer; `body` is JSON values, or a text of its own type."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    kept = text if len(text.encode("utf-8", "replace")) <= MOST_BYTES else None
    return Kept(request=request, code=code, text=kept, headers=dict(headers))
