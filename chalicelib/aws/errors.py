"""What botocore's errors mean to the ports: who is Stale, what is Unavailable, which permission lacks."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore import exceptions as faults

from chalicelib.domain.upgrade.schema import Newer
from chalicelib.ports import Ahead, Unavailable

_UNREACHABLE = (
    faults.ConnectionError,
    faults.HTTPClientError,
    faults.CredentialRetrievalError,
    faults.NoCredentialsError,
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
_ABSENT = frozenset(
    {
        "NoSuchKey",
        "404",
        "NotFound",
        "ResourceNotFoundException",
        "ProvisionedConcurrencyConfigNotFoundException",
    }
)


class ConditionFailed(Exception):
    """A conditional write was refused; `item` is what is stored (plain values; empty: nothing is)."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        super().__init__("the condition does not hold")
        self.item = item


class Cancelled(Exception):
    """A transaction was refused; for each of its parts the reason's code, and what is stored where that was sent."""

    def __init__(self, reasons: Iterable[Mapping[str, Any]]) -> None:
        self.codes, self.items = [], []
        for reason in reasons:
            self.codes.append(str(reason.get("Code", "None")))
            self.items.append(reason.get("Item", {}))
        super().__init__(", ".join(self.codes))


class Absent(Exception):
    """The object or secret is not there, or (object storage without permission to list) may not be."""


@contextmanager
def calling(action: str) -> Iterator[None]:
    """Translate what goes wrong while an AWS action (`dynamodb:PutItem`) runs.

    Raises ConditionFailed, Cancelled, Absent, or Unavailable for all else: throttling, 5xx, a missing table, a refused
    request. The last is a fault of ours, and still the caller must then keep the contact elsewhere.
    """
    try:
        yield
    except faults.ClientError as refused:
        raise _meaning(action, refused) from refused
    except _UNREACHABLE as unreachable:
        raise Unavailable(f"{action}: {type(unreachable).__name__}") from unreachable


@contextmanager
def understanding(what: str) -> Iterator[None]:
    """Say Ahead where something stored turns out to be in a schema of a later release."""
    try:
        yield
    except Newer as newer:
        raise Ahead(f"{what}: {newer}") from newer


def _meaning(action: str, refused: faults.ClientError) -> Exception:
    code = str(refused.response.get("Error", {}).get("Code", ""))
    if code in ("ConditionalCheckFailedException", "PreconditionFailed", "ConditionalRequestConflict", "412"):
        stored: Any = refused.response.get("Item", {})
        return ConditionFailed(stored)
    if code == "TransactionCanceledException":
        return Cancelled(refused.response.get("CancellationReasons", ()))
    if code in _ABSENT and not action.startswith("dynamodb:"):
        return Absent(action)
    if code in _DENIED:
        return Unavailable(f"{action} is denied: the function's policy does not allow it")
    return Unavailable(f"{action}: {code or 'no error code'}")
