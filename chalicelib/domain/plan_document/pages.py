"""The status pages of a plan document, read with every fault noted."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from chalicelib.domain.plan import ChannelPlan
from chalicelib.domain.plan_document.addresses import page_address
from chalicelib.domain.plan_document.channels import market
from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.fields import duration
from chalicelib.domain.vendor_pages.plan import DIVERT, EVERY, EXPECT, FROZEN_AFTER, PagePlan

LEAST_EVERY, MOST_EVERY = timedelta(minutes=1), timedelta(minutes=5)
_FIELDS = ("format", "url", "hosts", "every", "frozen_after", "components", "markets", "planned")
_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")


def read_pages(
    place: Place, channels: Mapping[str, ChannelPlan], formats: Collection[str] | None
) -> dict[str, PagePlan]:
    """The pages by id; `formats` are the known ones (None: any)."""
    return {id_: _page(id_, entry, channels, formats) for id_, entry in place.identified()}


def pages_document(pages: Mapping[str, PagePlan]) -> dict[str, Any]:
    """The document that `read_pages` reads as these pages."""
    return {id_: _document(page) for id_, page in pages.items()}


def _page(
    id_: str, place: Place, channels: Mapping[str, ChannelPlan], formats: Collection[str] | None
) -> PagePlan:
    place.entries(_FIELDS)
    kind, every = place.at("format"), duration(place.at("every"), EVERY)
    if not LEAST_EVERY <= every <= MOST_EVERY:
        place.at("every").fault("must be from 60s to 5m")
    return PagePlan(
        id=id_,
        format=kind.text(None, most=64) if formats is None else kind.choice(formats, None),
        url=page_address(place.at("url")),
        hosts=tuple(_host(entry) for entry in place.at("hosts").items()),
        every=every,
        frozen_after=duration(place.at("frozen_after"), FROZEN_AFTER),
        components=_components(place.at("components"), channels),
        markets={name: market(entry) for name, entry in place.at("markets").entries().items()},
        planned=place.at("planned").choice((DIVERT, EXPECT), DIVERT),
    )


def _components(place: Place, channels: Mapping[str, ChannelPlan]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, entry in place.entries().items():
        if not name.strip() or len(name) > 200:  # noqa: PLR2004 - as much as is read of a page's name
            entry.fault("the name must be that of a component, at most 200 characters")
        found[name] = tuple(one.known(channels, "channel") for one in entry.items())
        if not found[name]:
            entry.fault("must list at least one channel")
        if len(set(found[name])) != len(found[name]):
            entry.fault("has a channel twice")
    if not found:
        place.fault("is required: the page's components, each with the channels that it speaks for")
    return found


def _host(place: Place) -> str:
    found = place.text(None, most=200)
    if found and (set(found) - _HOST_CHARACTERS or found.startswith((".", "-"))):
        place.fault("must be a host name in lower case, such as status.example.com")
    return found


def _document(page: PagePlan) -> dict[str, Any]:
    found = {
        "format": page.format,
        "url": page.url,
        "hosts": list(page.hosts),
        "every": f"{int(page.every.total_seconds())}s",
        "frozen_after": f"{int(page.frozen_after.total_seconds())}s",
        "components": {name: list(channels) for name, channels in page.components.items()},
        "markets": dict(page.markets),
        "planned": page.planned if page.planned != DIVERT else "",
    }
    return {name: value for name, value in found.items() if value}
