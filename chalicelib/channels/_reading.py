"""How a batch is read: each element on its own, so that an unreadable one never costs its neighbours."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from chalicelib.channels import Malformed, Parsed
from chalicelib.channels._json import dump
from chalicelib.domain.model import Contact, DeskOutcome, Receipt, Signal

Found = Contact | DeskOutcome | Receipt | Signal


class Reading:
    """Gathers what the elements of one request hold; `parsed()` is the result."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.faults: list[str] = []
        self.ignored = 0

    def each(
        self, parent: dict[str, Any], name: str, place: str = ""
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The objects in the list `parent[name]` with their places; anything else is a fault."""
        inner = parent.get(name)
        where = f"{place}.{name}" if place else name
        if inner is not None and not isinstance(inner, list):
            self.faults.append(f"{where}: not a list")
            return
        for position, element in enumerate(inner or ()):
            if isinstance(element, dict):
                yield f"{where}[{position}]", element
            else:
                self.faults.append(f"{where}[{position}]: not an object")

    def take(self, place: str, reader: Iterable[Found]) -> None:
        """Keep what the generator `reader` finds; nothing counts as ignored, its Malformed as a fault."""
        try:
            found = tuple(reader)
        except Malformed as broken:
            self.faults.append(f"{place}: {broken}")
            return
        self.found += found
        self.ignored += not found

    def ignore(self) -> None:
        """Count an element that is none of our business."""
        self.ignored += 1

    def parsed(self) -> Parsed:
        """Everything found so far."""
        return Parsed(
            contacts=tuple(f for f in self.found if isinstance(f, Contact)),
            receipts=tuple(f for f in self.found if isinstance(f, Receipt)),
            outcomes=tuple(f for f in self.found if isinstance(f, DeskOutcome)),
            signals=tuple(f for f in self.found if isinstance(f, Signal)),
            faults=tuple(self.faults),
            ignored=self.ignored,
        )


def own_id(element: Any) -> str:
    """An id for an element to which the vendor gave none: a digest of it, the same at each delivery.

    Raises Malformed for nesting that could just be read, but cannot be written again.
    """
    try:
        written = dump(element)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    return f"digest-{sha256(written).hexdigest()[:32]}"
