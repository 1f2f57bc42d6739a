"""A prober's turns between trusted and suspect, and how they are kept."""

import json
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.detection.batch import whole
from chalicelib.domain.detection.trust import Trust
from chalicelib.domain.detection.vantages import CommonCause
from chalicelib.domain.upgrade.times import millis_or_none, moment_or_none


def turned(known: Trust, cause: CommonCause | None, now: datetime) -> Trust | None:
    """What to make of a vantage after a look at it; None while nothing changes."""
    if known.suspect == (cause is not None):
        return None
    because = (
        f"failing together: {', '.join(cause.providers)}"[:200] if cause else "no common trouble any more"
    )
    version = known.version + 1
    return replace(known, suspect=cause is not None, since=whole(now), because=because, version=version)


def entry_of(trust: Trust) -> dict[str, str]:
    """The ledger's entry of a turn, in its stream `probers`."""
    state = "suspect" if trust.suspect else "trusted"
    named = {"vantage": trust.vantage, "prober": state, "because": trust.because}
    return {"id": f"prober#{trust.vantage}#{trust.version}", **named}


def dump_trust(trust: Trust) -> str:
    """Compact JSON, times in milliseconds."""
    since = millis_or_none(trust.since)
    found = {"suspect": trust.suspect, "since": since, "because": trust.because, "version": trust.version}
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def read_trust(vantage: str, text: str) -> Trust:
    """What `dump_trust` wrote. Raises ValueError on anything else."""
    try:
        found = json.loads(text)
        since = moment_or_none(found["since"])
        return Trust(
            vantage=vantage, suspect=bool(found["suspect"]), since=since, because=str(found["because"]),
            version=int(found["version"]),
        )  # fmt: skip
    except (KeyError, TypeError) as unreadable:
        raise ValueError(f"not a trust: {type(unreadable).__name__}") from unreadable
