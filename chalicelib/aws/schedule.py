"""Publications planned for a time: one item in the plans table beside the snapshot, their texts in S3 by digest."""

from chalicelib.aws.errors import ConditionFailed, understanding
from chalicelib.aws.objects import Bucket
from chalicelib.aws.table import Table
from chalicelib.domain.plan_schedule.record import read_schedule, schedule_text
from chalicelib.domain.plan_schedule.schedule import Schedule
from chalicelib.ports import Stale

_KEY = {"pk": "schedule", "version": 0}


class AwsSchedule:
    """ScheduleStore."""

    def __init__(self, table: Table, state: Bucket) -> None:
        self._table = table
        self._state = state

    @understanding("the stored schedule")
    def read(self) -> Schedule:
        """One consistent GetItem."""
        item = self._table.get(_KEY)
        return read_schedule(item["text"]) if item else Schedule()

    def write(self, schedule: Schedule) -> None:
        """One conditional PutItem; finding exactly this schedule stored means that our own answer was lost."""
        item = {**_KEY, "revision": schedule.version, "text": schedule_text(schedule)}
        try:
            if schedule.version == 1:
                self._table.put(item, "attribute_not_exists(#pk)")
            else:
                self._table.put(item, "#revision = :before", before=schedule.version - 1)
        except ConditionFailed as refused:
            if refused.item != item:
                raise Stale(f"schedule {schedule.version} does not follow the stored one") from refused

    def keep(self, digest: str, text: str) -> None:
        """One PutObject."""
        self._state.write(_object(digest), text, ContentType="text/plain; charset=utf-8")

    def text(self, digest: str) -> str:
        """One GetObject."""
        return self._state.read(_object(digest)).text


def _object(digest: str) -> str:
    return f"plans/scheduled/{digest}"
