"""Health: what is believed of a path, from the machines of its classes; and who takes part in a trial.

The scores are health_batch's, the machine health_machine's; callers import all of it from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.belief import DOWN, NEVER_SEEN, TRIAL, UNKNOWN, UP, Belief, drawn
from chalicelib.domain.detection.batch import Batch, Rules, batch_of
from chalicelib.domain.detection.machine import (
    WORDS,
    ClassHealth,
    Flip,
    PathHealth,
    State,
    apply,
    demanded,
    flipped,
)
from chalicelib.domain.detection.path import elapse, hinted, observe, prior, wanted, worth_writing
from chalicelib.domain.model import EvidenceClass

_UNSEEN = ClassHealth()


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    state: str
    weight: float
    rank: int
    because: str


def believe(path: PathHealth | None, now: datetime, rules: Rules) -> Belief:
    """The belief in a path: as bad as its worst class; unknown, never up, when nothing recent says more.

    While our own store or scheduler fails, pass the snapshot's time as `now`, so that evidence does not age.
    """
    if path is None or not (heard := measured(path)):
        return replace(NEVER_SEEN, suspect=hinted(path, now, rules))
    views = {evidence: _view(cls, now, rules) for evidence, cls in heard.items()}
    worst = max(views, key=lambda each: views[each].rank)
    view, classes = _blocked(path) or views[worst], tuple(heard.values())
    seen = max((cls.last_at for cls in classes if cls.last_at), default=None)
    return Belief(
        state=view.state,
        weight=min(view.weight, *(each.weight for each in views.values())),
        suspect=hinted(path, now, rules) or any(suspect(cls, rules) for cls in classes),
        gen=heard.get(EvidenceClass.HARD, _UNSEEN).gen,
        salt=sum(cls.gen for cls in classes),
        score=max(cls.score for cls in classes),
        worst=worst if view.state != UP else None,
        account=path.blocked is not None,
        throttled_until=_ahead(path.throttled_until, now),
        because=view.because,
        last_at=seen,
        age=int((now - seen).total_seconds()) if seen else None,
    )


def measured(path: PathHealth | None) -> Mapping[EvidenceClass, ClassHealth]:
    """The classes of which a belief is made: what others only say or plan is none of them."""
    return {each: cls for each, cls in path.classes.items() if each not in WORDS} if path else {}


def suspect(cls: ClassHealth, rules: Rules) -> bool:
    """True for a closed class that is on its way to a trip: probes quicken, routing does not change."""
    fine = cls.fine >= rules.fine_trip * rules.suspect_share
    return cls.state is State.CLOSED and (cls.score >= rules.suspect_from or fine)


def trial_share(run: int, rules: Rules) -> float:
    """The share let through after `run` straight good outcomes of a trial."""
    shares = rules.trial_shares
    return shares[min(run * len(shares) // rules.trial_goods, len(shares) - 1)]


def _view(cls: ClassHealth, now: datetime, rules: Rules) -> _View:
    fresh = cls.last_at is not None and (now - cls.last_at).total_seconds() <= rules.stale_after
    if cls.state is State.OPEN:
        resting = fresh or (cls.until is not None and now < cls.until)
        return _View(state=DOWN if resting else UNKNOWN, weight=0.0, rank=3, because=f"open: {cls.detail}")
    if cls.state is State.TRIAL:
        share = trial_share(cls.run, rules)
        because = f"trial at {share:.0%}: {cls.run} good of {rules.trial_goods}"
        return _View(state=TRIAL if fresh else UNKNOWN, weight=share, rank=2, because=because)
    if fresh:
        return _View(state=UP, weight=1.0, rank=1, because=f"score {cls.score} of {rules.trip}")
    return _View(state=UNKNOWN, weight=1.0, rank=0, because="no recent evidence")


def _ahead(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment > now else None


def _blocked(path: PathHealth) -> _View | None:
    if path.blocked is None:
        return None
    return _View(state=DOWN, weight=0.0, rank=4, because=f"the provider refuses the account: {path.blocked}")


__all__ = [
    "DOWN", "NEVER_SEEN", "TRIAL", "UNKNOWN", "UP", "Batch", "Belief", "ClassHealth", "Flip", "PathHealth",
    "Rules", "State", "apply", "batch_of", "believe", "demanded", "drawn", "elapse", "flipped", "hinted", "measured",
    "observe", "prior", "suspect", "trial_share", "wanted", "worth_writing",
]  # fmt: skip
