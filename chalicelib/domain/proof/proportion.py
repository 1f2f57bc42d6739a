"""A share that was counted, and how far the truth may lie from it."""

from math import sqrt

Z_95 = 1.959964
"""The 97.5th percentile of the normal distribution: two-sided 95 %."""


def wilson(found: int, seen: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval of found/seen, both ends in 0..1; (0, 1) when nothing was seen.

    (p + z2/2n -+ z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n), with p the share found and z2 the square of z: E. B. Wilson,
    Probable inference, the law of succession, and statistical inference, JASA 22 (1927), 209-212. It keeps its
    level near 0 and 1, where the usual interval does not. Raises ValueError unless 0 <= found <= seen.
    """
    if not 0 <= found <= seen:
        raise ValueError(f"{found} of {seen} is no share")
    if not seen:
        return 0.0, 1.0
    share, square = found / seen, z * z
    middle = share + square / (2 * seen)
    half = z * sqrt(share * (1 - share) / seen + square / (4 * seen * seen))
    low, high = (middle - half) / (1 + square / seen), (middle + half) / (1 + square / seen)
    return (0.0 if found == 0 else max(0.0, low)), (1.0 if found == seen else min(1.0, high))
