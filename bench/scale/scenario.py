"""What comes, and to whom: the scenarios, the desks, what senders do when they are refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

HOUR = 3_600.0
RETRIES = (10.0, 60.0, 300.0, 1_800.0, 7_200.0)
"""Seconds after which a refused sender asks again, then no more. Messenger, WhatsApp go on for longer (36 h, 7 days),
Zoom's and Slack's end sooner; Meta publishes no schedule: assumed."""
ONCE = 0.1
"""Share of senders that never ask again (Chatwoot; a Twilio number without a fallback address): assumed."""

EVERY = ("aws-defaults", "shipped", "raised")
"""The settings that a scenario is played under, unless it says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Whoever the contacts are handed to: `rate` a second (its quota), seconds that one hand-over takes."""

    rate: float = inf
    seconds: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A share of the contacts and within how many seconds a desk must have them."""

    share: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Contacts a second from 0 until `lasts`, their promises, the desk."""

    name: str
    rate: float
    lasts: float
    desk: Desk = Desk()
    promises: Sequence[Promise] = (Promise(share=1.0, seconds=4 * HOUR),)
    settings: Sequence[str] = EVERY

    @property
    def contacts(self) -> float:
        """All of them."""
        return self.rate * self.lasts

    @property
    def ends(self) -> float:
        """Seconds until the last promise is over."""
        return self.lasts + max(promise.seconds for promise in self.promises)


SLOW = Desk(rate=700 / 60, seconds=0.2)
"""A ticket system whose API takes 700 calls a minute."""
MIXED = (Promise(share=0.1, seconds=4 * HOUR), Promise(share=0.9, seconds=26 * HOUR))


def hourly(name: str, contacts: float, desk: Desk = Desk(), *, settings: Sequence[str] = EVERY) -> Scenario:
    """So many in an hour."""
    return Scenario(name=name, rate=contacts / HOUR, lasts=HOUR, desk=desk, settings=settings)


SCENARIOS = (
    Scenario(name="0 to 1,000 a second, cold", rate=1_000, lasts=60.0),
    hourly("1 k an hour", 1e3),
    hourly("1 M an hour", 1e6),
    hourly("50 M an hour", 50e6),
    hourly("1 G an hour", 1e9),
    hourly("1 k an hour, 700 a minute", 1e3, SLOW, settings=("shipped",)),
    Scenario(
        name="1 M for 700 a minute", rate=1e6 / HOUR, lasts=HOUR, desk=SLOW, promises=MIXED,
        settings=("shipped", "as-they-come"),
    ),
    hourly("50 M an hour, 700 a minute", 50e6, SLOW, settings=("shipped",)),
    hourly("1 G an hour, 700 a minute", 1e9, SLOW, settings=("shipped",)),
)  # fmt: skip
