"""The seam for vendors' status pages: one module = one format; junk in, Unreadable out."""

from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from chalicelib.domain.vendor_pages.page import Page


class Unreadable(Exception):
    """The body is not what the format promises; the page counts as unknown. The message never quotes it."""


class Reader(Protocol):
    """A module of this package."""

    def read(self, body: bytes, now: datetime) -> Page:
        """What a page says; `now` is aware UTC. Raises Unreadable, and nothing else, whatever the body."""
        ...


def formats() -> tuple[str, ...]:
    """The names of all formats: one module each, those of the package that have no leading underscore."""
    return tuple(sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_")))


def reader(name: str) -> Reader:
    """The reader of one format; only its own module is imported. Raises Unreadable when there is none."""
    if name not in formats():
        raise Unreadable(f"{name!r} is no format of a status page")
    return cast("Reader", import_module(f"{__name__}.{name}"))
