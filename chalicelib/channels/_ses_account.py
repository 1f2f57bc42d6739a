"""What SES says of our account (`GetAccount`, SES v2 API, 2019-09-27): the sandbox, enforcement, the day's quota."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.channels import Finding, Ill
from chalicelib.channels._json import at, number, text
from chalicelib.domain.model import Outcome

LITTLE = 0.1
"""Of the day's quota."""


def of_account(told: Mapping[str, Any]) -> Iterator[Finding]:
    """Findings on an account as it was told."""
    enforced = text(told, "EnforcementStatus")
    if at(told, "ProductionAccessEnabled") is False:
        yield Finding(
            ill=Ill.ACCOUNT_LIMITED, about="the account is in the sandbox: only verified addresses get mail"
        )
    if at(told, "SendingEnabled") is False or enforced not in ("", "HEALTHY"):
        yield Finding(ill=Ill.ACCOUNT_LIMITED, about=f"sending is limited, enforcement {enforced[:20]}")
    most, sent = (number(told, "SendQuota", name) for name in ("Max24HourSend", "SentLast24Hours"))
    if most is not None and sent is not None and most > 0 and most - sent < most * LITTLE:
        yield Finding(
            ill=Ill.BALANCE_LOW, about=f"{int(most - sent)} of {int(most)} mails left of the day's quota"
        )


def account_state(told: Mapping[str, Any]) -> tuple[Outcome, str]:
    """Whether the account may send now, and why not or how much."""
    enforced, able = text(told, "EnforcementStatus"), at(told, "SendingEnabled")
    if able is False or enforced == "SHUTDOWN":
        return Outcome.ACCOUNT, f"sending is off, enforcement {enforced}"
    if able is not True:
        return Outcome.UNKNOWN, "unreadable account"
    most = number(told, "SendQuota", "Max24HourSend")
    if most is None or most < 0:
        return Outcome.OK, f"no daily quota, enforcement {enforced}"
    left = int(most - (number(told, "SendQuota", "SentLast24Hours") or 0))
    return (Outcome.OK if left > 0 else Outcome.ACCOUNT), f"quota left {left}, enforcement {enforced}"
