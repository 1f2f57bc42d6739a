"""A ledger with its anchors, as honest as the product makes them, and every way to tamper with both."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from chalicelib.domain.audit.anchor import Head, beginning, digest_of, read_anchor
from chalicelib.domain.audit.faults import Fault
from chalicelib.domain.audit.rsa import read_key
from chalicelib.domain.audit.verify import Verification
from chalicelib.domain.proof.chain import Entry, chained
from chalicelib.memory import MemoryPorts
from chalicelib.service.anchoring import Anchoring

STAGE = "test"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HIDDEN = ""
STREAMS = ("operations", "flips", "loads/desk-a", "losses/box#out#fr")


@dataclass(slots=True)
class Kept:
    """What lies in the table and in the bucket; an anchor's number is its place."""

    chains: dict[str, list[Entry]]
    anchors: list[str]

    def copy(self) -> "Kept":
        return Kept({name: list(entries) for name, entries in self.chains.items()}, list(self.anchors))


def anchoring(ports: MemoryPorts, most: int = 1_000) -> Anchoring:
    return Anchoring(ledger=ports.ledger, anchors=ports.anchors, stage=STAGE, most=most)


def kept_by(ports: MemoryPorts) -> Kept:
    return Kept({name: list(each) for name, each in ports.ledger._chains.items()}, list(ports.anchors.texts))


def honest(hours: int = 4, seed: int = 1) -> Kept:
    """Some hours of some streams, each with a few entries, anchored every ten minutes and once at the end."""
    ports, drawn = MemoryPorts(), random.Random(seed)  # noqa: S311 - a drawing that can be repeated
    for minute in range(0, hours * 60, 10):
        now = START + timedelta(minutes=minute, seconds=7)
        for stream in drawn.sample(STREAMS, 3):
            entry = {"what": drawn.choice(["override", "lift"]), "n": str(minute)}
            ports.ledger.append(stream, entry, now)
        anchoring(ports).run(now + timedelta(seconds=30))
    anchoring(ports).run(START + timedelta(hours=hours + 3))
    return kept_by(ports)


def faults(kept: Kept, **more: object) -> list[Fault]:
    verification = Verification(stage=STAGE, keys=[read_key(MemoryPorts().anchors.public_key())], **more)
    rows = ((name, entry) for name, entries in kept.chains.items() for entry in entries)
    anchors = ((number, text) for number, text in enumerate(kept.anchors, 1) if text != HIDDEN)
    return list(verification.faults(anchors, rows))


def rechained(name: str, entries: list[Entry]) -> list[Entry]:
    """The same words under new digests: what somebody does who may write the table and knows how it is made."""
    made: list[Entry] = []
    for entry in entries:
        made.append(chained(name, made[-1] if made else None, entry.entry, entry.at))
    return made


def reanchored(kept: Kept) -> list[str]:
    """Every anchor made anew to fit the chains; for want of the key, its signature stays as it was."""
    made, before = [], beginning(STAGE)
    for text in kept.anchors:
        old = read_anchor(text)
        heads = {name: _fitting(kept, name, head) for name, head in old.heads.items()}
        heads = {name: head for name, head in heads.items() if head}
        made.append(replace(old, heads=heads, before=before).text())
        before = digest_of(made[-1])
    return made


def _fitting(kept: Kept, name: str, head: Head) -> Head | None:
    entries = kept.chains.get(name, [])[: head.seq]
    return Head(seq=entries[-1].seq, digest=entries[-1].digest) if entries else None


Draw = random.Random
Mutation = Callable[[Kept, Draw], None]


def _chain(kept: Kept, drawn: Draw, least: int = 1) -> str:
    return drawn.choice([name for name, entries in kept.chains.items() if len(entries) >= least])


def edit_a_word(kept: Kept, drawn: Draw) -> None:
    name = _chain(kept, drawn)
    at = drawn.randrange(len(kept.chains[name]))
    old = kept.chains[name][at]
    field = drawn.choice(sorted(old.entry))
    words = drawn.choice(
        [
            {**old.entry, field: old.entry[field] + drawn.choice("x 0é")},
            {**old.entry, "more": ""},
            {other: old.entry[other] for other in old.entry if other != field},
        ]
    )
    kept.chains[name][at] = replace(old, entry=words)


def edit_a_column(kept: Kept, drawn: Draw) -> None:
    name = _chain(kept, drawn)
    at = drawn.randrange(len(kept.chains[name]))
    old = kept.chains[name][at]
    later = old.at + timedelta(milliseconds=drawn.choice([-1, 1, 60_000]))
    digest = old.digest[:-1] + ("0" if old.digest[-1] != "0" else "1")
    change = drawn.choice([{"at": later}, {"digest": digest}, {"seq": old.seq + drawn.choice([-1, 1, 7])}])
    kept.chains[name][at] = replace(old, **change)


def delete_one(kept: Kept, drawn: Draw) -> None:
    name = _chain(kept, drawn, 2)
    del kept.chains[name][drawn.randrange(len(kept.chains[name]))]


def swap_two(kept: Kept, drawn: Draw) -> None:
    entries = kept.chains[_chain(kept, drawn, 2)]
    one, other = drawn.sample(range(len(entries)), 2)
    entries[one], entries[other] = entries[other], entries[one]


def swap_two_words(kept: Kept, drawn: Draw) -> None:
    """The numbers stay in order, and what they say changes places."""
    entries = kept.chains[_chain(kept, drawn, 2)]
    one, other = drawn.sample(range(len(entries)), 2)
    entries[one], entries[other] = (
        replace(entries[other], seq=entries[one].seq), replace(entries[one], seq=entries[other].seq),
    )  # fmt: skip


def insert_one(kept: Kept, drawn: Draw) -> None:
    name, other = _chain(kept, drawn), _chain(kept, drawn)
    kept.chains[name].insert(drawn.randrange(len(kept.chains[name]) + 1), drawn.choice(kept.chains[other]))


def append_one(kept: Kept, drawn: Draw) -> None:
    """To an hour that is over, and in its chain as it must be."""
    name = _chain(kept, drawn)
    last = kept.chains[name][-1]
    kept.chains[name].append(chained(name, last, {"what": "never happened"}, last.at))


def truncate(kept: Kept, drawn: Draw) -> None:
    name = _chain(kept, drawn, 2)
    del kept.chains[name][drawn.randrange(1, len(kept.chains[name])) :]


def drop_a_chain(kept: Kept, drawn: Draw) -> None:
    del kept.chains[_chain(kept, drawn)]


def drop_an_hour(kept: Kept, drawn: Draw) -> None:
    hour = _chain(kept, drawn).rpartition("#")[2]
    for name in [name for name in kept.chains if name.endswith(hour)]:
        del kept.chains[name]


def move_an_hour(kept: Kept, drawn: Draw) -> None:
    """A chain under the name of an hour in which nothing was: its digests made anew."""
    name = _chain(kept, drawn)
    later = f"{name.rpartition('#')[0]}#2026-03-02T04"
    kept.chains[later] = rechained(later, kept.chains.pop(name))


def make_up_an_hour(kept: Kept, drawn: Draw) -> None:
    name = f"{drawn.choice(STREAMS)}#{START + timedelta(hours=drawn.choice([4, 5])):%Y-%m-%dT%H}"
    said = [replace(entry, entry={"what": "made up"}) for entry in drawn.choice([*kept.chains.values()])]
    kept.chains[name] = rechained(name, said)


def rechain_after_an_edit(kept: Kept, drawn: Draw) -> None:
    name = _chain(kept, drawn)
    entries = kept.chains[name]
    at = drawn.randrange(len(entries))
    entries[at] = replace(entries[at], entry={**entries[at].entry, "what": "something else"})
    kept.chains[name] = rechained(name, entries)


def rechain_and_forge_anchors(kept: Kept, drawn: Draw) -> None:
    drawn.choice([rechain_after_an_edit, _shorten, drop_a_chain])(kept, drawn)
    kept.anchors = reanchored(kept)


def _shorten(kept: Kept, drawn: Draw) -> None:
    name = _chain(kept, drawn, 2)
    del kept.chains[name][drawn.randrange(len(kept.chains[name]))]
    kept.chains[name] = rechained(name, kept.chains[name])


def replay_an_anchor(kept: Kept, drawn: Draw) -> None:
    old, new = sorted(drawn.sample(range(len(kept.anchors)), 2))
    kept.anchors[new] = kept.anchors[old]


def drop_an_anchor(kept: Kept, drawn: Draw) -> None:
    del kept.anchors[drawn.randrange(len(kept.anchors) - 1)]


def hide_an_anchor(kept: Kept, drawn: Draw) -> None:
    """As a marker does that says it was deleted: its number stays free."""
    kept.anchors[drawn.randrange(len(kept.anchors) - 1)] = HIDDEN


def swap_anchors(kept: Kept, drawn: Draw) -> None:
    one, other = drawn.sample(range(len(kept.anchors)), 2)
    kept.anchors[one], kept.anchors[other] = kept.anchors[other], kept.anchors[one]


def edit_an_anchor(kept: Kept, drawn: Draw) -> None:
    at = drawn.randrange(len(kept.anchors))
    document = json.loads(kept.anchors[at])
    field = drawn.choice(["number", "at", "stage", "before", "heads", "left", "key", "signature", "broken"])
    other = {
        "number": 99, "at": "2026-03-02T08:00:00+00:00", "heads": {"flips#2026-03-02T09": [1, "0" * 64]},
        "left": ["flips#2026-03-02T09"],
        "broken": ["flips#2026-03-02T09"],
    }  # fmt: skip
    document[field] = other.get(field, "AAAA")
    kept.anchors[at] = json.dumps(document, sort_keys=True, separators=(",", ":"))


def flip_a_bit_of_an_anchor(kept: Kept, drawn: Draw) -> None:
    at = drawn.randrange(len(kept.anchors))
    raw = bytearray(kept.anchors[at].encode())
    raw[drawn.randrange(len(raw))] ^= 1 << drawn.randrange(7)
    kept.anchors[at] = raw.decode()


MUTATIONS: tuple[Mutation, ...] = (
    edit_a_word, edit_a_column, delete_one, swap_two, swap_two_words, insert_one, append_one, truncate, drop_a_chain,
    drop_an_hour, move_an_hour, make_up_an_hour, rechain_after_an_edit, rechain_and_forge_anchors, replay_an_anchor,
    drop_an_anchor, hide_an_anchor, swap_anchors, edit_an_anchor, flip_a_bit_of_an_anchor,
)  # fmt: skip
