"""Channels and desks of a plan document, read with every fault noted."""

from collections.abc import Collection, Mapping

from chalicelib.domain.hours import Hours
from chalicelib.domain.load import Capacity
from chalicelib.domain.model import Medium
from chalicelib.domain.plan import WORLD, WRITTEN, ChannelPlan, Desk, Door
from chalicelib.domain.plan_document.addresses import page_address
from chalicelib.domain.plan_document.canary import read_canary
from chalicelib.domain.plan_document.faults import IDENTIFIER, Place
from chalicelib.domain.plan_document.fields import door_link, plain_texts, texts_by, web_address
from chalicelib.domain.plan_document.mode import observing
from chalicelib.domain.plan_document.staff import read_staff
from chalicelib.domain.plan_document.watch import read_baseline

MEDIA = tuple(medium.value for medium in Medium)
_CHANNEL = (
    "kind", "account", "market", "provider", "home", "base", "settings", "medium", "door", "canary", "baseline",
    "promised", "pace", "mode", "forward_to",
)  # fmt: skip
MOST_PAGES = 5
_DESK = ("channel", "target", "capacity", "hours", "media", "ring", "agents", "handling", "patience")


def read_channels(
    place: Place, kinds: Collection[str] | None, languages: tuple[str, ...]
) -> dict[str, ChannelPlan]:
    """The channels by id; two of a kind with one account are a fault."""
    found = {id_: _channel(id_, entry, kinds, languages) for id_, entry in place.identified()}
    seen: dict[tuple[str, str], str] = {}
    for channel in found.values():
        other = seen.setdefault((channel.kind, channel.account), channel.id)
        if channel.account and other != channel.id:
            place.at(channel.id).at("account").fault(f"is already that of {other!r}, of the same kind")
    return found


def read_desks(
    place: Place, channels: Mapping[str, ChannelPlan], hours: Mapping[str, Hours]
) -> dict[str, Desk]:
    """The desks by id."""
    return {id_: _desk(id_, entry, channels, hours) for id_, entry in place.identified()}


def market(place: Place, default: str = WORLD) -> str:
    """A market's name, in the form of an identifier."""
    found = place.text(default, most=64)
    if not IDENTIFIER.fullmatch(found):
        place.fault("must be letters, digits, - or _, such as fr, uk or world")
    return found


def _channel(
    id_: str, place: Place, kinds: Collection[str] | None, languages: tuple[str, ...]
) -> ChannelPlan:
    fields = place.entries(_CHANNEL)
    kind, medium = place.at("kind"), place.at("medium").choice(MEDIA)
    return ChannelPlan(
        id=id_,
        kind=kind.text(None) if kinds is None else kind.choice(kinds, None),
        account=place.at("account").text(),
        market=market(place.at("market")),
        provider=place.at("provider").text(most=64),
        home=place.at("home").text(most=64),
        base=web_address(place.at("base")),
        settings=plain_texts(place.at("settings")),
        medium=Medium(medium) if medium else None,
        door=_door(place.at("door"), languages) if "door" in fields else None,
        promised=place.at("promised").number(0, 100),
        pace=place.at("pace").number(0.001, 100_000),
        baseline=read_baseline(place.at("baseline")),
        canary=read_canary(place.at("canary")),
        observing=observing(place.at("mode")),
        forward_to=web_address(place.at("forward_to")),
    )


def _door(place: Place, languages: tuple[str, ...]) -> Door:
    place.entries(("url", "labels", "pages"))
    labels = texts_by(place.at("labels"), languages)
    if not labels:
        place.at("labels").fault("is required: the words on the button by language")
    pages = tuple(page_address(entry) for entry in place.at("pages").items())
    if len(pages) > MOST_PAGES:
        place.at("pages").fault(f"must be at most {MOST_PAGES}: each is read once an hour")
    return Door(url=door_link(place.at("url")), labels=labels, pages=pages)


def _desk(id_: str, place: Place, channels: Mapping[str, ChannelPlan], hours: Mapping[str, Hours]) -> Desk:
    place.entries(_DESK)
    when = place.at("hours")
    media = [Medium(found) for entry in place.at("media").items() if (found := entry.choice(MEDIA, None))]
    return Desk(
        id=id_,
        channel=place.at("channel").known(channels, "channel"),
        target=plain_texts(place.at("target")),
        capacity=_capacity(place.at("capacity")),
        hours=None if when.value is None else hours.get(when.known(hours, "opening hours")),
        media=frozenset(media) or WRITTEN,
        ring=place.at("ring").whole(5, 600) or 20,
        staff=read_staff(place),
    )


def _capacity(place: Place) -> Capacity:
    place.entries(("rate", "concurrent"))
    rate, concurrent = place.at("rate").number(0.001, 100_000), place.at("concurrent").whole(1, 1_000_000)
    return Capacity(rate=rate, concurrent=concurrent)
