"""When a call to AWS is tried a second time: at once after what failed fast, never after what took its whole time."""

from typing import Any

from botocore.exceptions import ConnectionError as Unreachable
from botocore.exceptions import ConnectTimeoutError, HTTPClientError, ReadTimeoutError

MOST = 2
PAUSE = 0.05
"""Seconds before the second try. botocore's own pause is up to a second, which somebody may be waiting out."""
TOO_MUCH = frozenset(
    {
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
    }
)
_SERVER_FAULT = 500


def register(client: Any) -> None:
    """Have a client keep these rules; its own number of tries must be `MOST`."""
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_first(f"needs-retry.{service}", again)


def again(attempts: int, response: Any, caught_exception: Exception | None, **_: Any) -> float | bool | None:
    """Seconds until the next try, False for none; None leaves it to botocore (clock skew, and the like)."""
    if attempts >= MOST or isinstance(caught_exception, (ReadTimeoutError, ConnectTimeoutError)):
        return False
    if isinstance(caught_exception, (Unreachable, HTTPClientError)):
        return PAUSE
    if response is None:
        return None
    code = response[1].get("Error", {}).get("Code")
    return PAUSE if response[0].status_code >= _SERVER_FAULT or code in TOO_MUCH else None
