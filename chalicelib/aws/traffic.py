"""What customers do, counted, in the health table: four items a path, six a stream.

The items are used over and over, so that a table that is read whole each minute does not grow.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.table import Plain, Table
from chalicelib.domain.detection.traffic import BLOCK, Traffic
from chalicelib.domain.detection.usual import Usual, dump_usual, read_usual
from chalicelib.domain.detection.voices import Voices, dump_voices, read_voices
from chalicelib.ports import Stale, Unavailable

COUNTS, USUAL, VOICES, MET = "traffic/count#", "traffic/usual#", "traffic/voice#", "traffic/met#"
"""No path begins like this: a channel's id has no slash."""
_TRIES = 3


class DynamoTraffic:
    """TrafficStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, path: str, counts: Mapping[int, int]) -> None:
        """One UpdateItem for each block, which is one nearly always; the first of a block clears its item."""
        blocks: dict[int, dict[int, int]] = {}
        for slot, count in counts.items():
            blocks.setdefault(slot // BLOCK, {})[slot % BLOCK] = count
        for block, added in blocks.items():
            self._add(f"{COUNTS}{path}#{block % 2}", block, {f"n{place}": n for place, n in added.items()})

    def read(self, paths: Iterable[str]) -> Mapping[str, Traffic]:
        """One BatchGetItem for up to 33 paths; what is usual in another shape than ours counts as absent."""
        wanted = list(dict.fromkeys(paths))
        names = [[f"{COUNTS}{path}#0", f"{COUNTS}{path}#1", USUAL + path] for path in wanted]
        found = {item["pk"]: item for item in self._table.gather({"pk": pk} for each in names for pk in each)}
        return {
            path: _traffic(path, [found.get(pk, {}) for pk in keys])
            for path, keys in zip(wanted, names, strict=True)
            if any(pk in found for pk in keys)
        }

    def keep(self, usual: Usual) -> None:
        """One conditional UpdateItem."""
        self._swap(USUAL + usual.path, usual.version, dump_usual(usual))

    def meet(self, stream: str, window: int, marks: Iterable[int]) -> None:
        """One UpdateItem: a set of numbers joins whatever set is there. The first of a window clears its item."""
        key, same = {"pk": f"{MET}{stream}#{window % 2}"}, "attribute_not_exists(#block) OR #block = :block"
        values: Plain = {"block": window, "marks": frozenset(marks)}
        for _ in range(_TRIES):
            try:
                self._table.update(key, "SET #block = :block ADD #marks :marks", same, **values)
            except ConditionFailed as refused:
                if refused.item.get("block", window) > window:
                    return
            else:
                return
            with suppress(ConditionFailed):  # another began the window
                self._table.update(key, "SET #block = :block, #marks = :marks", "#block < :block", **values)
                return
        raise Unavailable(f"{key['pk']} is written by too many at once")

    def sketches(self, streams: Iterable[str]) -> Mapping[str, Mapping[int, frozenset[int]]]:
        """One BatchGetItem for up to 50 streams."""
        names = {f"{MET}{stream}#{place}": stream for stream in streams for place in (0, 1)}
        found: dict[str, dict[int, frozenset[int]]] = {}
        for item in self._table.gather({"pk": pk} for pk in names):
            found.setdefault(names[item["pk"]], {})[item["block"]] = item["marks"]
        return found

    def voices(self, path: str) -> Voices:
        """One read, strongly consistent; voices in another shape than ours count as none."""
        item = self._table.get({"pk": VOICES + path})
        version = item.get("version", 0)
        try:
            return read_voices(path, version, item.get("text", "[]"))
        except ValueError:
            return Voices(path=path, version=version)

    def hear(self, voices: Voices) -> None:
        """One conditional UpdateItem."""
        self._swap(VOICES + voices.path, voices.version, dump_voices(voices))

    def _add(self, pk: str, block: int, added: Plain) -> None:
        adds = ", ".join(f"#{name} :{name}" for name in added)
        sets = ", ".join(f"#{name} = :{name}" for name in added)
        others = ", ".join(f"#n{place}" for place in range(BLOCK) if f"n{place}" not in added)
        same = "attribute_not_exists(#block) OR #block = :block"
        for _ in range(_TRIES):
            try:
                self._table.update({"pk": pk}, f"SET #block = :block ADD {adds}", same, block=block, **added)
            except ConditionFailed as refused:
                if refused.item.get("block", block) > block:
                    return
            else:
                return
            change = f"SET #block = :block, {sets} REMOVE {others}"
            try:
                self._table.update({"pk": pk}, change, "#block < :block", block=block, **added)
            except ConditionFailed:
                continue
            return
        raise Unavailable(f"{pk} is written by too many at once")

    def _swap(self, pk: str, version: int, text: str) -> None:
        only_if = "#version = :was" if version > 1 else "attribute_not_exists(#version)"
        values: Plain = {"was": version - 1} if version > 1 else {}
        change = "SET #text = :text, #version = :version"
        try:
            self._table.update({"pk": pk}, change, only_if, text=text, version=version, **values)
        except ConditionFailed as refused:
            raise Stale(f"{pk} is past version {version - 1}") from refused


def _traffic(path: str, items: list[Plain]) -> Traffic:
    *blocks, usual = items
    counts = {
        item["block"] * BLOCK + int(name[1:]): count
        for item in blocks
        for name, count in item.items()
        if name[0] == "n" and name[1:].isdecimal()
    }
    return Traffic(path=path, counts=counts, usual=_usual(path, usual))


def _usual(path: str, item: Plain) -> Usual | None:
    try:
        return read_usual(path, item.get("version", 0), item["text"]) if "text" in item else None
    except ValueError:
        return None
