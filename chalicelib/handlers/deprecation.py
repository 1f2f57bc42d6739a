"""Which routes are on their way out, and the headers that say so (RFC 9745, RFC 8594)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

NOTICE = timedelta(days=365)
"""The least time between the word that a route goes and its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """When a route was declared to be on its way out, when it ends (both aware), and the route to use instead."""

    since: datetime
    sunset: datetime
    successor: str


RETIRED: Mapping[tuple[str, str], Retired] = {}
"""By method and route; none at present."""


def retiring(
    method: str, route: str, table: Mapping[tuple[str, str], Retired] = RETIRED
) -> Mapping[str, str]:
    """The headers of an answer by this route; none while it stays."""
    found = table.get((method, route))
    if found is None:
        return {}
    return {
        "Deprecation": f"@{int(found.since.timestamp())}",
        "Sunset": format_datetime(found.sunset.astimezone(UTC), usegmt=True),
        "Link": f'<{found.successor}>; rel="successor-version"',
    }
