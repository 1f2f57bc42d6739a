"""Belief in a path when it was perhaps we who did not look: evidence then keeps its worth, and shows its true age."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.belief import Belief
from chalicelib.domain.detection.lateness import Look, as_of
from chalicelib.domain.health import PathHealth, Rules, believe


def believed(path: PathHealth | None, last: Look, now: datetime, rules: Rules) -> Belief:
    """The belief now, after the `last` look at health: nothing goes stale for want of our own looking."""
    belief = believe(path, as_of(last, now), rules)
    if belief.last_at is None:
        return belief
    return replace(belief, age=max(0, int((now - belief.last_at).total_seconds())))
