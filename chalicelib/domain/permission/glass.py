"""Breaking glass: one person asks, another confirms within ten minutes, both may then command one scope. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from chalicelib.domain.access.owner import kinds_of
from chalicelib.domain.permission.record import Glass, Record

WAITS = timedelta(minutes=10)
"""For the second person."""
LONGEST = timedelta(minutes=60)
MOST = 10
"""Requests and permissions at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who acts: the token's id, the digest of the name behind it ("" when it has none), marks of whose token it is."""

    id: str
    name: str
    owners: frozenset[str] = frozenset()

    @property
    def written(self) -> str:
        """The name and the marks in one text, as a request keeps them."""
        return " ".join((self.name, *sorted(self.owners)))


def person_of(caller: str, name: str, owners: frozenset[str] = frozenset()) -> Person:
    """A caller as one person; upper and lower case and spaces make no second one. Names are kept as digests only."""
    plain = " ".join(name.split()).casefold()
    digest = sha256(plain.encode()).hexdigest()[:32] if plain else ""
    return Person(id=caller, name=digest, owners=owners)


def asker_of(glass: Glass) -> Person:
    """Who asked. What an earlier release asked for has no marks."""
    name, *owners = glass.name.split(" ")
    return Person(id=glass.owner, name=name, owners=frozenset(owners))


def find(record: Record, glass_id: str, now: datetime) -> Glass:
    """What was asked for and has not ended. Raises KeyError."""
    found = next((one for one in record.glass if one.id == glass_id and one.until > now), None)
    if found is None:
        raise KeyError(glass_id)
    return found


def asked(record: Record, glass: Glass) -> Record:
    """The record with a request more."""
    return replace(record, glass=(*record.glass, glass))


def against(glass: Glass, second: Person) -> str:
    """Why this person cannot confirm it; "" when nothing is against it.

    Two credentials are two people's only where both say whose they are, by words that can be compared: a name is what
    somebody once typed, and single sign-on knows none of our tokens.
    """
    first = asker_of(glass)
    if second.id == first.id:
        return "whoever asked cannot confirm: a second person must"
    if not second.name or not first.name:
        return "a token without a name shows no second person"
    if second.name == first.name or second.owners & first.owners:
        return "both tokens are of the same person: another one must confirm"
    if not kinds_of(second.owners) & kinds_of(first.owners):
        return "nobody can tell whether these are two persons: tokens need an owner (person) of the same kind"
    return ""


def confirmed(record: Record, glass: Glass, second: Person, now: datetime) -> Record:
    """The record in which it permits, for as long as was asked for, from now on."""
    until = now + min(timedelta(minutes=glass.minutes), LONGEST)
    return _with(record, replace(glass, by=second.id, at=now, until=until))


def used(record: Record, glass: Glass, order: str) -> Record:
    """The record that looks away from one order more."""
    return _with(record, replace(glass, orders=(*glass.orders, order)))


def ended(record: Record, glass: Glass) -> Record:
    """The record without it."""
    return replace(record, glass=tuple(one for one in record.glass if one.id != glass.id))


def _with(record: Record, glass: Glass) -> Record:
    return replace(record, glass=tuple(glass if one.id == glass.id else one for one in record.glass))
