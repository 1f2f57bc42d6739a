"""What holds in the limit of many agents: staffing by the square root of the load."""

from math import ceil, erfc, exp, pi, sqrt

from chalicelib.domain.load_science.demand import Misgiven, finite, positive

_FAR = 25.0
"""Past so many standard deviations the hazard is its asymptote to 1 in 100 million."""


def square_root(load: float, beta: float) -> int:
    """Agents: ceil(a + beta sqrt(a)), at least 0; `load` a in erlangs, `beta` the quality, which may be negative.

    Source: Borst, Mandelbaum and Reiman, Operations Research 52 (2004). Raises Misgiven.
    """
    finite("load", load)
    if abs(beta) > _FAR:
        raise Misgiven("beta", f"must be from -{_FAR:g} to {_FAR:g}")
    return max(0, ceil(load + beta * sqrt(load)))


def halfin_whitt(beta: float) -> float:
    """P(wait) of M/M/n as n grows with n = a + beta sqrt(a): 1 / (1 + beta Phi(beta) / phi(beta)), beta > 0.

    Source: Halfin and Whitt, Operations Research 29 (1981). Raises Misgiven.
    """
    positive("beta", beta)
    density = _density(beta)
    return density / (density + beta * erfc(-beta / sqrt(2)) / 2)


def garnett(beta: float, haste: float) -> float:
    """P(wait) of M/M/n+M in that limit; `haste` is theta / mu, handling over patience; any finite beta.

    1 / (1 + sqrt(haste) h(beta / sqrt(haste)) / h(-beta)), h the hazard of the normal distribution.
    Source: Garnett, Mandelbaum and Reiman, MSOM 4 (2002). Raises Misgiven.
    """
    finite("beta", abs(beta))
    root = sqrt(positive("haste", haste))
    idle, pressed = _hazard(-beta), root * _hazard(beta / root)
    return idle / (idle + pressed)


def _density(x: float) -> float:
    return exp(-x * x / 2) / sqrt(2 * pi)


def _hazard(x: float) -> float:
    """phi(x) / (1 - Phi(x))."""
    if x > _FAR:
        return x + 1 / x - 2 / x**3
    return 2 * _density(x) / erfc(x / sqrt(2))
