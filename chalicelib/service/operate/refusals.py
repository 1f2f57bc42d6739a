"""Why an operation is refused.

Errors, one for each reaction that the caller can have::

    Refusal
    ├── Unknown     nobody we know: show a valid token
    ├── Forbidden   known, and not permitted: ask somebody with a higher role, or for that market
    ├── Hasty       too many requests: wait
    ├── Reused      the Idempotency-Key was used for another request
    ├── Running     the first request with this key is not done
    ├── Unkept      the first request with this key was done, and its answer was too long to keep
    ├── Faulty      the request itself is wrong, and where
    ├── BadPlan     the plan is wrong, and where
    ├── Absent      there is no such thing
    ├── Unguarded   say which version the change is meant for
    ├── Overtaken   the change was meant for another version: look at the current one
    ├── Outsized    the request is larger than we read
    ├── Unreadable  the request's body is of a type that we do not read
    ├── Unsafe      a safety rule of the plan forbids it
    ├── Clashing    a rule for planned work forbids it, at a moment that lies ahead
    ├── InUse       the desk serves a purpose now because those before it are out
    ├── TooSoon     what is commanded on the scope was changed a moment ago
    ├── NotHome     another region is home: ask there
    ├── SwitchedOff an operator has switched this kind of change off
    └── Unfit       the contact, the window or the request is in no state for this
"""

from datetime import datetime
from math import ceil

from chalicelib.domain.access.doubts import Doubt
from chalicelib.domain.permission.fallbacks import Carried
from chalicelib.domain.permission.record import Off
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.planned_work.rules import Conflict
from chalicelib.domain.safety import Breach


class Refusal(Exception):
    """An operation that was not done; its text is for the operator."""


class Unknown(Refusal):
    """The token is missing, malformed, unknown or expired; `doubt` says which, to the log alone."""

    def __init__(self, text: str, doubt: Doubt = Doubt.UNKNOWN_TOKEN) -> None:
        super().__init__(text)
        self.doubt = doubt


class Forbidden(Refusal):
    """The role, the markets or the routes of the token do not reach so far."""


class Hasty(Refusal):
    """More requests than a caller may make; `wait` is in whole seconds, at least 1."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"too many requests: ask again in {wait} s")
        self.wait = wait


class Reused(Refusal):
    """An Idempotency-Key that stands for another request."""


class Running(Refusal):
    """The first request with this Idempotency-Key has not been answered yet."""


class Unkept(Refusal):
    """The first request with this Idempotency-Key was done; its answer is not there any more."""


class Absent(Refusal):
    """There is no such thing; `what` is the kind of thing, `name` how it was asked for."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"there is no {what} {name[:100]!r}")
        self.what = what
        self.name = "".join(letter if letter.isprintable() else "?" for letter in name[:100])


class Unguarded(Refusal):
    """A change that does not say which version it is meant for."""


class Overtaken(Refusal):
    """`current` is the version that is stored; 0 when there is none."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the current version is {current}: read it, and decide again")
        self.current = current


class Outsized(Refusal):
    """The body is larger than this operation reads."""


class Unreadable(Refusal):
    """The body is of another media type than this operation reads."""


class Unsafe(Refusal):
    """The rules that would be broken."""

    def __init__(self, breaches: tuple[Breach, ...]) -> None:
        super().__init__("; ".join(map(str, breaches)))
        self.breaches = breaches


class Clashing(Refusal):
    """The rules for planned work that would be broken, each with its window and the moment."""

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        super().__init__("; ".join(map(str, conflicts[:5])))
        self.conflicts = conflicts


class InUse(Refusal):
    """The fallbacks in use that would be taken out."""

    def __init__(self, carried: tuple[Carried, ...]) -> None:
        super().__init__("; ".join(map(str, carried)))
        self.carried = carried


class TooSoon(Refusal):
    """`at` is when the scope may change again, `wait` how many whole seconds that is."""

    def __init__(self, scope: str, at: datetime, now: datetime) -> None:
        super().__init__(f"{scope!r} was changed a moment ago: it may change again at {at:%H:%M:%S}Z")
        self.scope, self.at = scope, at
        self.wait = ceil((at - now).total_seconds())


class NotHome(Refusal):
    """`home` is the region that takes changes."""

    def __init__(self, home: str) -> None:
        super().__init__(
            f"region {home} is home, and changes are made there; here one can look, and take over"
        )
        self.home = home


class SwitchedOff(Refusal):
    """`off` is the switch, by whom and until when."""

    def __init__(self, off: Off) -> None:
        super().__init__(f"{off.switch.value} are switched off by {off.owner!r}: {off.reason}")
        self.off = off


class Unfit(Refusal):
    """The contact, the window or the request is in no state for this."""


class Faulty(Refusal):
    """Faults of a request, each with its path in it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


class BadPlan(Refusal):
    """Faults of a plan, all at once, each with its path in the document."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"the plan has {len(faults)} faults" if len(faults) > 1 else "the plan has a fault")
        self.faults = faults
