"""What vantages saw and what we make of them: small items in the health table, beside paths and pages."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.table import Table
from chalicelib.domain.detection.probers import dump_trust, read_trust
from chalicelib.domain.detection.trust import Trust
from chalicelib.domain.detection.vantages import Key, Sight, dump_sight, read_sight
from chalicelib.domain.upgrade.times import millis

SIGHT, PROBER = "sight#", "prober#"


class DynamoVantages:
    """VantageStore. An item of another shape than ours counts as absent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, sight: Sight) -> None:
        """One conditional PutItem; an earlier sight than the stored one is dropped."""
        at = millis(sight.at)
        item = {"pk": f"{SIGHT}{'#'.join(sight.key)}", "seen_at": at, "sight": dump_sight(sight)}
        with suppress(ConditionFailed):
            self._table.put(item, "attribute_not_exists(#pk) OR #seen_at < :seen_at", seen_at=at)

    def seen(self, keys: Iterable[Key]) -> Mapping[Key, Sight]:
        """BatchGetItem, strongly consistent."""
        named = {f"{SIGHT}{'#'.join(key)}": key for key in keys}
        found: dict[Key, Sight] = {}
        for item in self._table.gather({"pk": name} for name in named):
            with suppress(ValueError):
                found[named[item["pk"]]] = read_sight(named[item["pk"]], item["sight"])
        return found

    def turn(self, trust: Trust) -> bool:
        """One conditional PutItem on the version; True also when a lost answer was ours."""
        item = {
            "pk": PROBER + trust.vantage,
            "version": trust.version,
            "prober": dump_trust(trust),
            "writer": os.urandom(8).hex(),
        }
        try:
            if trust.version == 1:
                self._table.put(item, "attribute_not_exists(#pk)")
            else:
                self._table.put(item, "#version = :before", before=trust.version - 1)
        except ConditionFailed as refused:
            return refused.item == item
        return True

    def probers(self, vantages: Iterable[str]) -> Mapping[str, Trust]:
        """BatchGetItem, strongly consistent."""
        found: dict[str, Trust] = {}
        for item in self._table.gather({"pk": PROBER + name} for name in dict.fromkeys(vantages)):
            name = item["pk"].removeprefix(PROBER)
            with suppress(ValueError):
                found[name] = read_trust(name, item["prober"])
        return found
