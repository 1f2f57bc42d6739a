"""Whether a formula lies in the interval that independent runs give, and the table that says so."""

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from statistics import mean, stdev

RUNS = 12
STUDENT = 4.437
"""Student's t of 11 degrees of freedom for 99.9 %: with some thirty figures a false alarm in thirty tables."""
Row = Mapping[str, object]


def row(
    model: str, case: str, figure: str, formula: float, found: Sequence[float], slack: float = 0.0
) -> Row:
    """One figure; `half` is half the interval's width. Raises ValueError for fewer than RUNS runs."""
    if len(found) != RUNS:
        raise ValueError(f"{RUNS} runs make the interval, not {len(found)}")
    middle, half = mean(found), STUDENT * stdev(found) / sqrt(RUNS)
    return {
        "model": model, "case": case, "figure": figure, "formula": round(formula, 6), "simulated": round(middle, 6),
        "half": round(half, 6), "slack": slack, "runs": RUNS, "inside": abs(formula - middle) <= half + slack,
    }  # fmt: skip


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Line by line, as it stands in the manual."""
    yield "| model | line | figure | formula | simulated | |"
    yield "|---|---|---|---|---|---|"
    for each in rows:
        said = "inside" if each["inside"] else "**OUTSIDE**"
        near = f" (limit, {each['slack']:g} allowed)" if each["slack"] else ""
        yield (
            f"| {each['model']} | {each['case']} | {each['figure']} | {each['formula']:.4f} "
            f"| {each['simulated']:.4f} ± {each['half']:.4f} | {said}{near} |"
        )
