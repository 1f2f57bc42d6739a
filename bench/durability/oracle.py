"""The accounts, from three journals that others kept: what senders were told, what providers got, what rows stand.

It shares no code with the service: a contact is known by the name that its sender gave it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

GONE_OUT = frozenset({"sent", "delivered", "answered", "closed"})
"""What a row may say only when some provider has had the contact."""
AT_REST = GONE_OUT | {"dead", "expired", "abandoned", "informed"}
TOOK, SWALLOWED, DENIED, BELIED = "effect", "swallowed", "denied", "belied"
"""A provider's journal: somebody got it; said "delivered", and nobody got it; said "failed", rightly or wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """A row: the contact's name, its state, what came of the last send, whether it is still to be looked at."""

    name: str
    channel: str
    state: str
    kind: str = "contact"
    last: str = ""
    due: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """An entry of a provider's journal; `name` is the contact's, and empty for words to a person."""

    provider: str
    key: str
    came: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What senders were told, by contact: each delivery's answers in order, None for no answer."""

    codes: Mapping[str, Sequence[int | None]]
    deliveries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The balance. All but the plain counts are names, so that each can be looked for."""

    contacts: int
    deliveries: int
    rows: int
    states: Mapping[str, int]
    others: Mapping[str, int]
    effects: int
    lost: Sequence[str]
    doubled: Sequence[str]
    false_2xx: Sequence[str]
    ambiguous: Sequence[str]
    ambiguous_arrived: int
    unserved: Sequence[str]
    extra: int
    swallowed: Sequence[str]
    belied: Sequence[str]
    restless: Sequence[str]
    faults: Sequence[str] = ()

    @property
    def good(self) -> bool:
        """True when nothing is lost or doubled, no 2xx was false, and the accounts balance."""
        return not (self.lost or self.doubled or self.false_2xx or self.restless or self.faults)


def balance(heard: Heard, got: Iterable[Got], rows: Sequence[Stands]) -> Accounts:
    """The accounts of one run that has come to rest."""
    got = list(got)
    own = [row for row in rows if row.kind == "contact"]
    standing = {row.name: row for row in own}
    came = _by_name(got)
    lost = [name for name in heard.codes if _lost(standing.get(name), came[name])]
    doubled = [name for name in heard.codes if _effects(came[name]) > 1 + came[name][BELIED]]
    ambiguous = [row.name for row in own if row.state in ("dead", "unknown") and row.last == "unknown"]
    doubts = set(ambiguous)
    accounts = Accounts(
        contacts=len(heard.codes),
        deliveries=heard.deliveries,
        rows=len(own),
        states=dict(Counter(row.state for row in own)),
        others=dict(Counter(row.kind for row in rows if row.kind != "contact")),
        effects=sum(_effects(each) for each in came.values()),
        lost=lost,
        doubled=[*doubled, *_twice_as_rows(own), *_twice_by_key(got)],
        false_2xx=[
            name for name, codes in heard.codes.items() if name not in standing and _acknowledged(codes)
        ],
        ambiguous=ambiguous,
        ambiguous_arrived=sum(_effects(came[name]) for name in ambiguous),
        unserved=[n for n in heard.codes if not _effects(came[n]) and (n in doubts or came[n][SWALLOWED])],
        extra=sum(_effects(each) - 1 for each in came.values() if _effects(each) > 1 and each[BELIED]),
        swallowed=[name for name in heard.codes if came[name][SWALLOWED] and not _effects(came[name])],
        belied=[name for name in heard.codes if _effects(came[name]) > 1 and came[name][BELIED]],
        restless=[row.name for row in rows if row.due or row.state not in AT_REST],
    )
    return _checked(accounts, heard, own)


def _by_name(got: Iterable[Got]) -> Mapping[str, Counter[str]]:
    """What came of each contact, over all providers. One that is belied was got all the same."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in got:
        if entry.name:
            found[entry.name][entry.came] += 1
    return found


def _effects(came: Counter[str]) -> int:
    return came[TOOK] + came[BELIED]


def _acknowledged(codes: Sequence[int | None]) -> bool:
    return any(code is not None and 200 <= code < 300 for code in codes)  # noqa: PLR2004 - HTTP's own


def _lost(row: Stands | None, came: Counter[str]) -> bool:
    """No row at all; or one that says it went, and no provider has ever had it; or given up though nobody doubted."""
    if row is None:
        return True
    if row.state in GONE_OUT:
        return not (_effects(came) or came[SWALLOWED] or came[DENIED])
    return row.state in ("expired", "abandoned") or (row.state == "dead" and row.last != "unknown")


def _twice_as_rows(own: Iterable[Stands]) -> list[str]:
    counted = Counter((row.channel, row.name) for row in own)
    return [name for (_, name), rows in counted.items() if rows > 1]


def _twice_by_key(got: Iterable[Got]) -> list[str]:
    """Words to a person, which have no contact's name: one effect for each key."""
    counted = Counter((entry.provider, entry.key) for entry in got if not entry.name and entry.came == TOOK)
    return [key for (_, key), effects in counted.items() if effects > 1]


def _checked(found: Accounts, heard: Heard, own: Sequence[Stands]) -> Accounts:
    """The accounts with every equation that does not hold named."""
    names = {row.name for row in own}
    due = found.contacts - len({*found.lost, *found.unserved}) + found.extra
    equations = {
        "rows are not contacts": found.rows == found.contacts,
        "rows that nobody sent": not names - set(heard.codes),
        "rows by state do not sum up": sum(found.states.values()) == found.rows,
        "contacts whose sender never got a 2xx": all(map(_acknowledged, heard.codes.values())),
        f"{found.effects} effects where {due} are due": found.effects == due,
    }
    faults = tuple(name for name, holds in equations.items() if not holds)
    return replace(found, faults=faults)
