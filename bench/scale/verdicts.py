"""What was promised, what came out, and whether that is a miss."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
DIFFERENCE, REFUSED, ACCEPT, WHOLE, IDLE = 2.0, 1.0, 6.0, 11.0, 10.0
COLD, BUSY, CALM = "0 to 1,000 a second, cold", "1 M for 700 a minute", "1 k an hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One promise: the most that was allowed, and what was found."""

    promise: str
    most: float
    found: float

    @property
    def met(self) -> bool:
        """Whether it was kept."""
        return self.found <= self.most


def agreement(rows: Iterable[Json]) -> Verdict:
    """Whether both models found the same, in the row where they differ most."""
    most = max(row["discrete_event_difference_percent"] for row in rows)
    return Verdict(promise="models differ, percent", most=DIFFERENCE, found=most)


def verdicts(rows: Iterable[Json], refused: Mapping[str, float], idle: float) -> Iterator[Verdict]:
    """Those that the rows can tell."""
    by_name = {(row["scenario"], row["settings"]): row for row in rows}
    yield agreement(by_name.values())
    for settings in ("aws-defaults", "shipped"):
        if row := by_name.get((COLD, settings)):
            yield Verdict(promise=f"lost of 0 to 1,000 a second, {settings}", most=0, found=row["lost"])
    for settings in ("shipped", "as-they-come"):
        if row := by_name.get((BUSY, settings)):
            yield Verdict(
                promise=f"promises that order would keep, broken: {settings}", most=0, found=row["unserved"]
            )
    yield Verdict(promise="calls answered 429, percent", most=REFUSED, found=max(refused.values()))
    if row := by_name.get((CALM, "shipped")):
        yield Verdict(promise="USD a million, accepted", most=ACCEPT, found=row["usd_per_million_accept"])
        yield Verdict(promise="USD a million, the whole way", most=WHOLE, found=row["usd_per_million_whole"])
    yield Verdict(promise="USD a month, idle, ten channels", most=IDLE, found=round(idle, 2))
