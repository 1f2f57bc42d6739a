"""Health in one table: items folded and flipped by conditional writes, without a read; desks' loads."""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.health_items import MACHINE, PREFIXES, Branch, branch, class_of, path_of, stored
from chalicelib.aws.table import Plain, Table
from chalicelib.domain.health import Batch, ClassHealth, Flip, PathHealth, apply, flipped
from chalicelib.domain.load import Load
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Stale, Unavailable

_LOAD = "load#"
_OTHERS = (_LOAD, "page#", "paper#", "sight#", "prober#", "traffic/")
"""Items of this table that are no paths."""
_TRIES = 10
_VERSION = "#version = if_not_exists(#version, :zero) + :one"


class DynamoHealth:
    """HealthStore. A fold is one UpdateItem when the guess is right; a refusal tells the right branch."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._seen: dict[tuple[str, EvidenceClass], Plain] = {}

    def fold(self, path: str, evidence: EvidenceClass, batch: Batch, now: datetime) -> ClassHealth:
        """Guess from the item last seen (or a blank one); a refusal brings the stored item."""
        item = self._seen.get((path, evidence), {"pk": path})
        if class_of(item, evidence).gen != batch.gen:
            item = {"pk": path}
        for _ in range(_TRIES):
            try:
                before = self._try_fold(item, evidence, batch, now)
            except ConditionFailed as refused:
                item = {**refused.item, "pk": path}
                self._seen[path, evidence] = item
                if class_of(item, evidence).gen != batch.gen:
                    raise Stale(f"{path} is past generation {batch.gen}") from refused
                continue
            after = apply(class_of(before, evidence), batch, now)
            if after is None:
                raise Stale(f"{path} is past generation {batch.gen}")
            self._remember(path, evidence, before, after)
            return after
        raise Unavailable(f"{path} is written by too many at once")

    def flip(self, path: str, before: ClassHealth, flip: Flip) -> bool:
        """One UpdateItem on state and generation; True also when a lost answer was ours."""
        prefix, writer = PREFIXES[flip.evidence], os.urandom(8).hex()
        after = flipped(before, flip)
        fields = {f"{prefix}_{name}": stored(getattr(after, name)) for name in MACHINE} | {
            f"{prefix}_writer": writer
        }
        change, values = _change(fields, {"blocked"} if flip.unblocks else set())
        only_if = " AND ".join(
            _is(f"{prefix}_{name}", f"was_{name}", blank=before.gen == 0) for name in ("state", "gen")
        )
        try:
            self._table.update(
                {"pk": path}, change, only_if, **values, was_state=flip.before.value, was_gen=before.gen
            )
        except ConditionFailed as refused:
            return refused.item.get(f"{prefix}_writer") == writer
        return True

    def read(self, paths: Iterable[str]) -> Mapping[str, PathHealth]:
        """BatchGetItem, strongly consistent."""
        found = self._table.gather({"pk": path} for path in dict.fromkeys(paths))
        return {item["pk"]: path_of(item) for item in found}

    def everything(self) -> Mapping[str, PathHealth]:
        """A scan of the table, which holds one small item per path and desk."""
        return {i["pk"]: path_of(i) for i in self._table.everything() if not i["pk"].startswith(_OTHERS)}

    def put_load(self, desk: str, load: Load) -> None:
        """One conditional PutItem; an earlier reading than the stored one is dropped."""
        item = {"pk": _LOAD + desk, "read_at": millis(load.at)}
        numbers = {"in_use": load.in_use, "free": load.free, "waiting": load.waiting}
        item |= {name: number for name, number in numbers.items() if number is not None}
        try:
            self._table.put(item, "attribute_not_exists(#pk) OR #read_at < :read_at", read_at=millis(load.at))
        except ConditionFailed:
            return

    def loads(self) -> Mapping[str, Load]:
        """A scan of the same table."""
        found = (item for item in self._table.everything() if item["pk"].startswith(_LOAD))
        return {
            i["pk"].removeprefix(_LOAD): Load(
                at=moment(i["read_at"]), in_use=i.get("in_use"), free=i.get("free"), waiting=i.get("waiting")
            )
            for i in found
        }

    def _try_fold(self, item: Plain, evidence: EvidenceClass, batch: Batch, now: datetime) -> Plain:
        prefix, known = PREFIXES[evidence], class_of(item, evidence)
        coarse, fine = branch(known.score, batch, fine=False), branch(known.fine, batch, fine=True)
        sums, values = _sums(prefix, batch, coarse, fine)
        change, evident = _change(_evidence(prefix, item, batch), set())
        more, _, removed = change.partition(" REMOVE ")
        text = f"{more}, {', '.join(sums)}, #{prefix}_since = if_not_exists(#{prefix}_since, :since)"
        conditions = [_is(f"{prefix}_gen", "of", blank=batch.gen == 0)]
        conditions += _within(f"{prefix}_score", "s", coarse, values) + _within(
            f"{prefix}_fine", "f", fine, values
        )
        if "throttled_until" in evident:
            conditions.append(
                "(attribute_not_exists(#throttled_until) OR #throttled_until < :throttled_until)"
            )
        text += f" REMOVE {removed}" if removed else ""
        values |= evident | {"of": batch.gen, "since": millis(now)}
        return self._table.update({"pk": item["pk"]}, text, " AND ".join(conditions), **values)

    def _remember(self, path: str, evidence: EvidenceClass, before: Plain, after: ClassHealth) -> None:
        prefix = PREFIXES[evidence]
        scores = {f"{prefix}_score": after.score, f"{prefix}_fine": after.fine, f"{prefix}_gen": after.gen}
        self._seen[path, evidence] = {**before, "pk": path, **scores}


def _sums(prefix: str, batch: Batch, coarse: Branch, fine: Branch) -> tuple[list[str], Plain]:
    rows = (
        ("score", "score", coarse.adds, batch.a, batch.b),
        ("peak", "score", coarse.peak_adds, batch.p, batch.q),
        ("fine", "fine", fine.adds, batch.fa, batch.fb),
        ("fine_peak", "fine", fine.peak_adds, batch.fp, batch.fq),
        ("run", "run", not batch.resets, batch.good, batch.good),
    )
    values: Plain = {"zero": 0, "one": 1}
    sums = [_VERSION]
    for name, source, adds, more, instead in rows:
        values[f"x_{name}"] = more if adds else instead
        base = f"if_not_exists(#{prefix}_{source}, :zero) + " if adds else ""
        sums.append(f"#{prefix}_{name} = {base}:x_{name}")
    return sums, values


def _evidence(prefix: str, item: Plain, batch: Batch) -> Plain:
    fields: Plain = {
        f"{prefix}_last_at": stored(batch.last_at),
        f"{prefix}_last_outcome": stored(batch.last_outcome),
        f"{prefix}_latency": batch.latency,
    }
    if batch.detail:
        fields[f"{prefix}_detail"] = batch.detail
    if batch.blocked:
        fields["blocked"] = batch.blocked.value
    if batch.throttled_until and item.get("throttled_until", 0) < millis(batch.throttled_until):
        fields["throttled_until"] = millis(batch.throttled_until)
    return fields


def _change(fields: Plain, removed: set[str]) -> tuple[str, Plain]:
    kept = {name: value for name, value in fields.items() if value is not None}
    gone = sorted(removed | (fields.keys() - kept.keys()))
    text = "SET " + ", ".join(f"#{name} = :{name}" for name in kept)
    return text + (" REMOVE " + ", ".join(f"#{name}" for name in gone) if gone else ""), kept


def _is(name: str, value: str, *, blank: bool) -> str:
    return f"(attribute_not_exists(#{name}) OR #{name} = :{value})" if blank else f"#{name} = :{value}"


def _within(name: str, mark: str, found: Branch, values: Plain) -> list[str]:
    conditions: list[str] = []
    if found.least > 0:
        conditions.append(f"#{name} >= :{mark}_least")
        values[f"{mark}_least"] = found.least
    if found.below is not None:
        conditions.append(f"#{name} < :{mark}_below")
        values[f"{mark}_below"] = found.below
    missing = f"attribute_not_exists(#{name}) OR "
    return [f"({missing if found.blank else ''}{' AND '.join(conditions)})"] if conditions else []
