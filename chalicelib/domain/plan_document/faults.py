"""Places in a plan document: typed reading that collects every fault, each with its path, and goes on."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

MOST_FAULTS = 200
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong (`message`) and where, as in `purposes.order.routes.fr[1]`; "" is the document itself."""

    path: str
    message: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.path}: {self.message}" if self.path else self.message


class PlanRefused(Exception):
    """A plan document that cannot be published, with all its faults; `read` is as much of it as could be made out."""

    def __init__(self, faults: tuple[Fault, ...], read: object = None) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults
        self.read = read


class Doubled(dict[str, Any]):
    """A mapping whose text gave some names twice: the last value of each, and those names."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.doubled = sorted({name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1})


def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The pairs of a document as a mapping that remembers names given twice."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Doubled(pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A value of the document, its path, and the list that all faults go to. A missing value is None."""

    value: Any
    path: str = ""
    faults: list[Fault] = field(default_factory=list)

    def fault(self, message: str) -> None:
        """Note what is wrong here; a hopeless document's faults end at MOST_FAULTS."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(path=self.path, message=message))

    def at(self, name: str) -> "Place":
        """The place under a name of this mapping; its value is None when there is none."""
        found = self.value.get(name) if isinstance(self.value, dict) else None
        return Place(value=found, path=under(self.path, name), faults=self.faults)

    def entries(self, known: Collection[str] | None = None) -> dict[str, "Place"]:
        """The places of a mapping by name. Notes what is no mapping, names given twice, and unknown names."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            self.fault(f"must be a mapping, not {_named(self.value)}")
            return {}
        for name in getattr(self.value, "doubled", ()):
            self.at(name).fault("is given twice")
        found = {name: self.at(name) for name in self.value}
        if known is not None:
            for name in [name for name in found if name not in known]:
                found.pop(name).fault(f"is not known here{near(name, known)}")
        return found

    def identified(self) -> Iterator[tuple[str, "Place"]]:
        """The entries whose names are identifiers; the other names are faults."""
        for name, place in self.entries().items():
            if IDENTIFIER.fullmatch(name):
                yield name, place
            else:
                place.fault(
                    "the name must be 1 to 64 letters, digits, - or _, beginning with a letter or digit"
                )

    def items(self) -> list["Place"]:
        """The places of a list; one value that is no list is a fault."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            self.fault(f"must be a list, not {_named(self.value)}")
            return []
        places = enumerate(self.value)
        return [
            Place(value=value, path=f"{self.path}[{number}]", faults=self.faults) for number, value in places
        ]

    def text(self, default: str | None = "", most: int = 2_000) -> str:
        """A text of at most `most` characters; `default` None: it is required."""
        if self.value is None:
            if default is None:
                self.fault("is required")
            return default or ""
        if not isinstance(self.value, str):
            quotes = ": put it in quotes" if isinstance(self.value, int | float) else ""
            self.fault(f"must be text, not {_named(self.value)}{quotes}")
            return default or ""
        if len(self.value) > most or _UNFIT.search(self.value):
            self.fault(f"must be at most {most} characters, none of them a control character")
            return default or ""
        if default is None and not self.value.strip():
            self.fault("must not be empty")
        return self.value

    def choice(self, allowed: Collection[str], default: str | None = "") -> str:
        """One of the allowed texts."""
        found = self.text(default)
        if self.value is None or found in allowed or not isinstance(self.value, str):
            return found
        self.fault(f"must be one of {', '.join(sorted(allowed))}{near(found, allowed)}")
        return default or ""

    def known(self, ids: Collection[str], what: str) -> str:
        """The id of something that the plan has."""
        found = self.text(None)
        if found and found not in ids:
            self.fault(f"there is no {what} {found[:64]!r}{near(found, ids)}")
        return found

    def number(self, low: float, high: float, default: float | None = None) -> float | None:
        """A number from `low` to `high`."""
        if self.value is None:
            return default
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.fault(f"must be a number, not {_named(self.value)}")
            return default
        if not low <= self.value <= high:
            self.fault(f"must be from {low:g} to {high:g}")
            return default
        return float(self.value)

    def whole(self, low: int, high: int, default: int | None = None) -> int | None:
        """A whole number from `low` to `high`."""
        found = self.number(low, high)
        if found is None or found != int(found):
            if found is not None:
                self.fault("must be a whole number")
            return default
        return int(found)

    def flag(self, *, default: bool = False) -> bool:
        """True or false."""
        if self.value is None or isinstance(self.value, bool):
            return default if self.value is None else self.value
        self.fault(f"must be true or false, not {_named(self.value)}")
        return default


def under(path: str, name: str) -> str:
    """The path of a name of the mapping at `path`; one that is no bare word stands in brackets."""
    step = name if _BARE.fullmatch(name) else f"[{name[:64]!r}]"
    return f"{path}{step}" if step[0] == "[" or not path else f"{path}.{step}"


def near(name: str, known: Collection[str]) -> str:
    """A guess at what was meant, to end a message with; "" when nothing is close."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a refused plan needs it

    found = get_close_matches(name[:64], list(known)[:500], n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


def _named(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    names = {dict: "a mapping", list: "a list", str: "text", int: "a number", float: "a number"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), "this")
