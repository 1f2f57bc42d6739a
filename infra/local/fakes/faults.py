"""The faults a fake provider can have, and which requests one strikes: a repeatable draw per request."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Mode(StrEnum):
    """What is wrong with the provider."""

    HEALTHY = "healthy"
    DOWN = "down"
    """Connections are refused (with a share below 1: those are dropped)."""
    DROP = "drop"
    """The request is read and the connection closed without an answer."""
    UNAVAILABLE = "unavailable"
    ERRORS = "errors"
    SLOW = "slow"
    SILENT = "silent"
    """Takes a send, answers as always, and the message never arrives; no receipt."""
    LYING = "lying"
    """As SILENT, but receipts say that it was delivered."""
    THROTTLE = "throttle"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """One fault, the share of requests that it strikes (0..1), and the seconds of SLOW or of a throttle."""

    mode: Mode = Mode.HEALTHY
    share: float = 1.0
    delay_s: float = 20.0

    @classmethod
    def read(cls, told: Mapping[str, object]) -> "Faults":
        """From the control API's JSON. Raises ValueError naming what is wrong."""
        unknown = set(told) - {"mode", "share", "delay_s"}
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        share, delay = _number(told, "share", 1.0), _number(told, "delay_s", 20.0)
        if not 0 <= share <= 1:
            raise ValueError("share is between 0 and 1")
        return cls(mode=Mode(str(told.get("mode", ""))), share=share, delay_s=delay)

    @property
    def refuses(self) -> bool:
        """True when nobody listens any more."""
        return self.mode is Mode.DOWN and self.share >= 1

    def strikes(self, number: int) -> Mode:
        """The fault that meets the request of this number; HEALTHY when it passes.

        Drawn by digest, so that a share of one half does not simply alternate with a caller's own rhythm.
        """
        if self.mode is Mode.HEALTHY or self.share <= 0:
            return Mode.HEALTHY
        draw = int.from_bytes(sha256(f"{self.mode}:{number}".encode()).digest()[:4]) / 2**32
        if draw >= self.share:
            return Mode.HEALTHY
        return Mode.DROP if self.mode is Mode.DOWN else self.mode


def _number(told: Mapping[str, object], name: str, default: float) -> float:
    value = told.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name} is a number, 0 or more")
    return float(value)
