"""A region's stand as text, and back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.domain.regions.seat import Reckoning, Stand
from chalicelib.domain.upgrade.schema import stamped, understood
from chalicelib.domain.upgrade.times import millis, moment

_TIMES = ("beat", "since", "known_at", "began", "done")


def stand_text(stand: Stand) -> str:
    """A stand as JSON; times in milliseconds, defaults left out."""
    document = _plain(stand, Stand(region="")) | {"reckoning": _plain(stand.reckoning, Reckoning())}
    return json.dumps(stamped(document), separators=(",", ":"), sort_keys=True)


def read_stand(text: str) -> Stand:
    """The stand of `stand_text`. Raises Newer, and ValueError, TypeError or KeyError on what is none."""
    document = dict(understood(json.loads(text)))
    document.pop("schema", None)
    reckoning = Reckoning(**_timed(document.pop("reckoning", {})))
    terms = tuple(document.pop("terms", ()))
    return Stand(**_timed(document), terms=terms, reckoning=reckoning)


def _plain(value: Stand | Reckoning, empty: Stand | Reckoning) -> dict[str, Any]:
    said = {name: getattr(value, name) for name in value.__slots__ if name != "reckoning"}
    return {
        name: millis(found) if isinstance(found, datetime) else found
        for name, found in said.items()
        if found != getattr(empty, name)
    }


def _timed(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: moment(value) if name in _TIMES else value for name, value in document.items()}
