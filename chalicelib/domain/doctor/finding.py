"""A finding: what is wrong, where, how bad; a closed list, whose words and remedies are made when it is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Ill(StrEnum):
    """What may be wrong."""

    SETTING_MISSING = "setting_missing"
    TOKEN_INVALID = "token_invalid"  # noqa: S105 - a finding's name
    TOKEN_EXPIRES = "token_expires"  # noqa: S105 - a finding's name
    VERSION_EXPIRES = "version_expires"
    PERMISSION_MISSING = "permission_missing"
    NOT_SUBSCRIBED = "not_subscribed"
    LEADS_ELSEWHERE = "leads_elsewhere"
    SUBSCRIPTION_LACKS = "subscription_lacks"
    SIGNATURE_FAILS = "signature_fails"
    HOOK_FAILS = "hook_fails"
    MESSAGES_WAIT = "messages_wait"
    BALANCE_LOW = "balance_low"
    ACCOUNT_LIMITED = "account_limited"
    TEMPLATE_REFUSED = "template_refused"
    NUMBER_UNREGISTERED = "number_unregistered"
    FALLBACK_MISSING = "fallback_missing"
    CLOCK_SKEW = "clock_skew"
    QUEUE_UNREAD = "queue_unread"
    ALARM_UNHEARD = "alarm_unheard"
    FALLBACK_UNPROVEN = "fallback_unproven"
    PLAN_WEAK = "plan_weak"
    SITE_OUTDATED = "site_outdated"
    SITE_UNREAD = "site_unread"
    UNREACHABLE = "unreachable"
    UNCHECKED = "unchecked"


class Severity(StrEnum):
    """ERROR: it does not work now, or nobody would hear. WARNING: it will not, or might not. NOTE: not looked at."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


WARNINGS = frozenset(
    {
        Ill.TOKEN_EXPIRES, Ill.VERSION_EXPIRES, Ill.MESSAGES_WAIT, Ill.BALANCE_LOW, Ill.TEMPLATE_REFUSED,
        Ill.FALLBACK_MISSING, Ill.FALLBACK_UNPROVEN, Ill.PLAN_WEAK, Ill.NUMBER_UNREGISTERED,
        Ill.SITE_OUTDATED, Ill.SITE_UNREAD,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. `about` names it in the vendor's words or ours, without secrets or persons.

    `where` is a channel's id, or a path in the plan, or one of our own queues; "" until the service fills it in.
    """

    ill: Ill
    about: str = ""
    where: str = ""

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        if self.ill is Ill.UNCHECKED:
            return Severity.NOTE
        return Severity.WARNING if self.ill in WARNINGS else Severity.ERROR


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """In the order in which one looks at them; each once."""
    order = tuple(Severity)
    return tuple(
        sorted(set(findings), key=lambda one: (order.index(one.severity), one.where, one.ill, one.about))
    )


def changed(
    before: Iterable[Finding], after: Iterable[Finding]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What is new, and what is over; the same thing in other words (a balance, a date) is neither."""
    old, new = ({_sameness(one): one for one in each} for each in (before, after))
    return worst_first(one for key, one in new.items() if key not in old), worst_first(
        one for key, one in old.items() if key not in new
    )


def document(finding: Finding) -> Mapping[str, str]:
    """A finding as plain values."""
    return {"ill": finding.ill.value, "about": finding.about, "where": finding.where}


def read_finding(found: Mapping[str, str]) -> Finding:
    """A finding back. Raises ValueError, KeyError."""
    return Finding(ill=Ill(found["ill"]), about=found["about"], where=found["where"])


def _sameness(finding: Finding) -> tuple[str, str]:
    return finding.ill.value, finding.where
