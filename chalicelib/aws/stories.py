"""What was told of each path: one item in the plans table, beside the snapshot, compared and set by version."""

import os

from chalicelib.aws.errors import ConditionFailed, understanding
from chalicelib.aws.table import Table
from chalicelib.domain.telling.record import read_stories, stories_text
from chalicelib.domain.telling.story import Stories
from chalicelib.ports import Stale

_KEY = {"pk": "stories", "version": 0}


class AwsStories:
    """StoryStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @understanding("the stored stories")
    def read(self) -> Stories:
        """One consistent GetItem."""
        item = self._table.get(_KEY)
        return read_stories(item["text"]) if item else Stories()

    def write(self, stories: Stories) -> None:
        """One conditional PutItem. Another may tell the very same at once, so each write bears its writer's mark.

        Finding our own mark stored means that our own answer was lost.
        """
        writer = os.urandom(8).hex()
        item = {**_KEY, "revision": stories.version, "text": stories_text(stories), "writer": writer}
        try:
            if stories.version == 1:
                self._table.put(item, "attribute_not_exists(#pk)")
            else:
                self._table.put(item, "#revision = :before", before=stories.version - 1)
        except ConditionFailed as refused:
            if refused.item.get("writer") != writer:
                raise Stale(f"stories {stories.version} do not follow the stored ones") from refused
