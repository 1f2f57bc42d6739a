"""What the benchmark's processes say to each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.ports import PortError


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call to a port. `writer` is the same in every try of one call."""

    port: str
    method: str
    args: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)
    writer: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The port's answer: a value, one of the ports' own errors, or that it is `sick`."""

    value: Any = None
    error: PortError | None = None
    sick: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request to a provider. `Answered` is a code; HANG_UP is none."""

    host: str
    method: str
    headers: Mapping[str, str]
    body: bytes
