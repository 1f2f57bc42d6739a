"""Lets operators in: who they are, whether they may ask this route, and not too often; each refusal with its line."""

from math import ceil
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from chalicelib.domain.access.bucket import Buckets
from chalicelib.handlers.asked import Asked
from chalicelib.handlers.log import line
from chalicelib.handlers.seated import require_home
from chalicelib.service.operate.callers import Caller, barred
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Forbidden, Hasty, Unknown
from chalicelib.service.operate.verifier import Verifier

if TYPE_CHECKING:
    from chalicelib.wiring import Wired

SECONDS_AT_ONCE = 5
"""A caller who was quiet may ask as often at once as in so many seconds."""
LINES = (1.0, 20)
"""Lines a second about tokens that are not believed, and at once: strangers must not fill the log."""


class Gate:
    """What a container remembers of those who ask."""

    def __init__(self, wired: "Wired") -> None:
        rate = wired.settings.calls_a_second
        self.verifier = Verifier(secrets=wired.stores.secrets, http=wired.http)
        self.calls = Buckets(rate, rate * SECONDS_AT_ONCE) if rate else None
        self.lines, self.untold, self.trouble = Buckets(*LINES), 0, ""


_gates: "WeakKeyDictionary[Wired, Gate]" = WeakKeyDictionary()


def gate_of(wired: "Wired") -> Gate:
    """This container's gate."""
    if wired not in _gates:
        _gates[wired] = Gate(wired)
    return _gates[wired]


def believed(wired: "Wired", header: str) -> Caller:
    """The operator behind an Authorization header. Raises Unknown, after a line that says why, and Unavailable."""
    gate, now = gate_of(wired), wired.clock.now()
    try:
        return gate.verifier.caller(header, now)
    except Unknown as nobody:
        if gate.lines.take("", now):
            gate.untold += 1
        else:
            line("token not believed", because=nobody.doubt.value, untold=gate.untold)
            gate.untold = 0
        raise
    finally:
        _tell_trouble(gate, wired)


def admitted(wired: "Wired", asked: Asked, who: str) -> Post:
    """The post of the operator whom the authorizer found. Raises Unknown, Hasty, Forbidden, Unavailable."""
    gate, now = gate_of(wired), wired.clock.now()
    try:
        caller = gate.verifier.again(who, asked.headers.get("authorization", ""), now)
    finally:
        _tell_trouble(gate, wired)
    wait = gate.calls.take(caller.id, now) if gate.calls else 0.0
    if wait:
        raise Hasty(ceil(wait))
    _require_permitted(caller, asked)
    require_home(wired, asked)
    stores, situations, registry = wired.stores, wired.situations, wired.registry
    return Post(
        stores=stores, situations=situations, registry=registry, caller=caller, now=now,
        stage=wired.settings.stage,
    )  # fmt: skip


def _require_permitted(caller: Caller, asked: Asked) -> None:
    why = barred(caller, asked.method, asked.route, asked.place)
    if why:
        raise Forbidden(f"{asked.method} {asked.route} is {why}")


def _tell_trouble(gate: Gate, wired: "Wired") -> None:
    """A line when the issuer stops giving keys, and when it gives them again."""
    keys = gate.verifier.keys
    trouble = keys.trouble if keys else ""
    if keys and trouble != gate.trouble:
        since = keys.stale_since(wired.clock.now())
        line("issuer's keys", because=trouble or "fresh again", stale_since=since and since.isoformat())
        gate.trouble = trouble
