"""What each region's tick says each minute: that it lives, and of which home it has heard."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.regions.seat import Seat, Stand, seat_of
from chalicelib.ports import Stale
from chalicelib.service.regions.seats import Seats
from chalicelib.service.stores import Stores


def standing_seat(stores: Stores, seats: Seats | None) -> Seat:
    """The home as the regions' own words have it, read anew; that of a stage with one region has no name.

    Raises Unavailable.
    """
    if seats is None:
        return Seat()
    return seat_of(stores.seats.read(seats.regions).values(), seats.regions)


def beat(stores: Stores, seats: Seats, now: datetime) -> Seat:
    """Say that this region lives, and which home it knows; the home. Raises Unavailable."""
    stands = stores.seats.read(seats.regions)
    seat = seat_of(stands.values(), seats.regions)
    own = stands.get(seats.region, Stand(region=seats.region))
    heard = own if own.known == seat.epoch else replace(own, known=seat.epoch, known_at=now)
    with suppress(Stale):  # somebody takes over just now: that is a beat, too
        stores.seats.write(replace(heard, version=own.version + 1, beat=now))
    return seat
