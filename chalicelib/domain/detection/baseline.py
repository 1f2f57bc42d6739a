"""A path's baseline: what it does when it is well."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a path does when it is well: outcomes, how many were bad, and how much those clump.

    `spread` is the variance of the hourly counts over that of independent outcomes (Pearson's chi-square over
    its degrees of freedom), at least 1: bursts and a rate that follows the hour both raise it.
    """

    seen: int
    bad: int
    spread: float = 1.0
