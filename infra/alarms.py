"""What must wake a person on AWS: one alarm per way to a lost or late contact, for each costs USD 0.10 a month."""

from typing import Any

from infra.alarm import ANOTHER_RINGS, EMPTY, NOBODY_CAME, NOT_RUN, NOTHING_HAPPENED, Alarm
from infra.measures import AGE, THROTTLED, VISIBLE, of_function, of_queue, ours
from infra.queues import QUEUES, RECEIPTS, dead
from infra.slo import OBJECTIVES, Burn, Objective

Json = dict[str, Any]

WAITS = {"Urgent": 120, "Overflow": 300, "Evidence": 300, "Probes": 180, "Flips": 120, "Announcements": 1_800}
"""Seconds that the oldest message of a queue may wait. Bells of the other two lanes may be delayed on purpose:
OldestDueAlarm tells when theirs lead to nothing. A retried announcement waits up to 15 minutes on purpose."""
OLDEST_DUE = 300
SNAPSHOT_AGE = 180
"""Seconds from which decisions are marked as stale (service/situation.py)."""
LATE = 120
"""Seconds from which we call a pause our own failure (domain/detection/lateness.py)."""
SILENT_MINUTES = UNANCHORED_MINUTES = 5
"""Minutes in a row; one minute's anchor that fails is made up for by the next."""
STRANGERS, VENDORS = (2, 10, 3), (1, 15, 1)
"""Requests, in periods of so many minutes, so many in a row. Anybody can cause the one, only a vendor the other.
Few are enough where they go on: a channel with the wrong secret turns all its people away, and may be a quiet one."""
REFUSALS = {
    "forged": (
        "Forged",
        STRANGERS,
        "in three spells of 10 min on end, two requests or more were not proven to be their vendor's",
    ),
    "malformed": ("Malformed", VENDORS, "a request could not be read: a vendor may have changed its form"),
    "too_large": (
        "TooLarge",
        STRANGERS,
        "in three spells of 10 min on end, two requests or more were too large",
    ),
    "wrong_account": ("WrongAccount", VENDORS, "a proven request was for an account that no channel has"),
}
LOSING = ("Deliver", "Tick", "Evidence", "ReplayOverflow", "Mail")
"""Functions whose crash makes a contact late. The gateway's are in the share of failed answers, and probes and
announcements that crash end in their dead-letter queues, with an alarm each."""


def alarms() -> Json:
    """Return the alarms and the topic they speak to; people subscribe to the topic after deployment."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "Bascule alarms"}}
    return {"Alarms": topic} | {alarm.name: alarm.resource() for alarm in listed()}


def listed() -> list[Alarm]:
    """Return all alarms, those about objectives first."""
    burning = [_burning(objective, burn) for objective in OBJECTIVES for burn in objective.burns]
    return [*burning, *_rows(), *_ticks(), *_anchors(), *_queues(), *_intake(), *_functions()]


def _burning(objective: Objective, burn: Burn) -> Alarm:
    return Alarm(
        name=f"{objective.name}{burn.name}Alarm",
        text=f"{burn.spends:.0%} of the month's budget in {burn.hours} h: too few {objective.text}",
        measure=objective.bad,
        threshold=objective.most(burn),
        minutes=burn.hours * 60,
        silence=NOBODY_CAME,
    )


def _rows() -> list[Alarm]:
    return [
        Alarm(
            name="OldestDueAlarm", text=f"a contact is {OLDEST_DUE} s overdue, and three sweeps did not bring it on",
            measure=ours("OldestDue", "Maximum"), threshold=OLDEST_DUE, count=3, of=3, silence=ANOTHER_RINGS,
        ),
        Alarm(
            name="SnapshotAgeAlarm", text=f"decisions go by a snapshot that is {SNAPSHOT_AGE} s old or older",
            measure=ours("SnapshotAge", "Maximum"), threshold=SNAPSHOT_AGE, silence=ANOTHER_RINGS,
        ),
    ]  # fmt: skip


def _ticks() -> list[Alarm]:
    return [
        Alarm(
            # the least of a minute: a tick that failed is tried again for its old minute, and that is no lateness
            name="TickLateAlarm", text=f"the scheduler runs {LATE} s late or more, three minutes in a row",
            measure=ours("SchedulerLateness", "Minimum"), threshold=LATE, count=3, of=3, silence=ANOTHER_RINGS,
        ),
        Alarm(
            name="TickSilenceAlarm", text="no scheduled tick: nothing is swept, probed or published",
            measure=ours("SchedulerLateness", "SampleCount"), threshold=1, below=True,
            count=SILENT_MINUTES, of=SILENT_MINUTES, silence=NOT_RUN,
        ),
    ]  # fmt: skip


def _anchors() -> list[Alarm]:
    return [
        Alarm(
            name="AnchorsMissedAlarm",
            text=f"the ledger was not anchored for {UNANCHORED_MINUTES} minutes: what it got since then is not proven",
            measure=ours("AnchorsMissed", "Sum"), threshold=1, count=UNANCHORED_MINUTES, of=UNANCHORED_MINUTES,
            silence=NOTHING_HAPPENED,
        ),
        Alarm(
            name="AnchorsBrokenAlarm",
            text="a chain of the ledger is not what was anchored, or an anchor is not ours: somebody changed it",
            measure=ours("AnchorsBroken", "Sum"), threshold=1, silence=NOTHING_HAPPENED,
        ),
    ]  # fmt: skip


def _queues() -> list[Alarm]:
    failed = [
        Alarm(
            name=f"{dead(queue.name)}Alarm",
            text=f"{queue.function} failed {RECEIPTS} times on a message of {queue.name}: a person must look",
            measure=of_queue(dead(queue.name), VISIBLE), threshold=1, silence=EMPTY,
        )
        for queue in QUEUES
    ]  # fmt: skip
    waiting = [
        Alarm(
            name=f"{name}WaitAlarm", text=f"a message of {name}Queue has waited for {seconds} s",
            measure=of_queue(f"{name}Queue", AGE), threshold=seconds, silence=EMPTY,
        )
        for name, seconds in WAITS.items()
    ]  # fmt: skip
    return failed + waiting


def _intake() -> list[Alarm]:
    held = Alarm(
        name="OverflowInUseAlarm", text="in three of five minutes requests had to be held in the overflow queue",
        measure=ours("Overflowed", "Sum"), threshold=1, count=3, of=5, silence=NOTHING_HAPPENED,
    )  # fmt: skip
    refused = [
        Alarm(
            name=f"{name}RefusalsAlarm", text=text, measure=ours("Refused", "Sum", refusal=kind),
            threshold=most, minutes=minutes, count=row, of=row, silence=NOTHING_HAPPENED,
        )
        for kind, (name, (most, minutes, row), text) in REFUSALS.items()
    ]  # fmt: skip
    return [held, *refused]


def _functions() -> list[Alarm]:
    errors = [
        Alarm(
            name=f"{name}ErrorsAlarm", text=f"{name} crashed or ran out of time in two of three spells of 5 min",
            measure=of_function(name, "Errors", "Sum"), threshold=1,
            minutes=5, count=2, of=3, silence=NOTHING_HAPPENED,
        )
        for name in LOSING
    ]  # fmt: skip
    throttled = Alarm(
        name="ThrottlesAlarm", text="in three of five minutes Lambda refused to start a function: the account is full",
        measure=THROTTLED, threshold=1, count=3, of=5, silence=NOTHING_HAPPENED,
    )  # fmt: skip
    return [*errors, throttled]
