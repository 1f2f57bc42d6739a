"""How many calls a second the gateway lets through, so that a flood at one door closes no other.

The account has one bucket for all of them (10,000 a second by default): what is refused here, with 429, costs no
function's time. A vendor that hears 429 asks again; so the vendors' doors have by far the largest share.
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

VENDORS = (2_000, 1_000)
"""Requests a second for long, and at once: for a vendor's door, its POST requests."""
OTHERS = (200, 200)
"""For each other route and method: handshakes, front door, status, operators."""


def method_settings(paths: Json) -> list[Json]:
    """Return the stage's MethodSettings for the API's paths."""
    return [_setting("/*", "*", OTHERS), *(_setting(path, "POST", VENDORS) for path in vendors(paths))]


def vendors(paths: Json) -> Iterator[str]:
    """Yield the paths that vendors call: those of a channel."""
    return (path for path in paths if path.endswith("/{channel}") and "post" in paths[path])


def _setting(path: str, method: str, rates: tuple[int, int]) -> Json:
    rate, burst = rates
    return {
        # within a path, the gateway wants its slashes escaped but the first
        "ResourcePath": path if path == "/*" else "/" + path.replace("/", "~1"),
        "HttpMethod": method,
        "ThrottlingRateLimit": rate,
        "ThrottlingBurstLimit": burst,
    }
