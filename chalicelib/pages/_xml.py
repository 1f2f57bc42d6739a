"""XML of strangers as a plain tree: no document types, no entities of their own, bounded depth and size."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from chalicelib.pages import Unreadable
from chalicelib.pages._reading import LARGEST

_DEEPEST = 40
_MOST = 50_000


@dataclass(slots=True, kw_only=True)
class Element:
    """One element by its local name; `text` is its own text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, without that of its children."""
        return "".join(self.pieces).strip()

    def all(self, name: str) -> list["Element"]:
        """The children of a name, whatever their namespace."""
        return [child for child in self.children if child.name == name]

    def first(self, *names: str) -> str:
        """The text of the first child that has one of the names (in the names' order) and a text; else ""."""
        return next(self._texts(names), "")

    def _texts(self, names: tuple[str, ...]) -> Iterator[str]:
        return (child.text for name in names for child in self.all(name) if child.text)


def tree(body: bytes) -> Element:
    """The root element. Raises Unreadable for all that is no plain XML, document types included."""
    if len(body) > LARGEST:
        raise Unreadable("the page is too large")
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise Unreadable("the page is no XML") from None
    if builder.root is None:
        raise Unreadable("the page is empty")
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MOST or len(self._open) >= _DEEPEST:
            raise Unreadable("the XML is nested too deeply, or too large")
        element = Element(name=_local(name), attributes={_local(k): v for k, v in attributes.items()})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def characters(self, content: str) -> None:
        self._open[-1].pieces.append(content)

    def refuse(self, *_: object) -> NoReturn:
        raise Unreadable("the XML has a document type or entities of its own")


def _local(name: str) -> str:
    return name.rpartition(" ")[2].casefold()
