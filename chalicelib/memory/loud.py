"""Stories and the event bus in memory; what the bus takes goes on to the announcements, as its rule says."""

import json
from collections.abc import Sequence

from chalicelib.domain.telling.event import Event, document
from chalicelib.domain.telling.story import Stories
from chalicelib.memory.port import MemoryPort
from chalicelib.memory.queues import MemoryQueues
from chalicelib.ports import Note, Stale


class MemoryStories(MemoryPort):
    """StoryStore."""

    def __init__(self) -> None:
        super().__init__()
        self._stories = Stories()

    def read(self) -> Stories:
        """The stories."""
        with self._open():
            return self._stories

    def write(self, stories: Stories) -> None:
        """The next version only."""
        with self._open():
            if stories.version != self._stories.version + 1:
                raise Stale(f"stories {stories.version} do not follow the stored ones")
            self._stories = stories


class MemoryEvents(MemoryPort):
    """Events. `published` is everything in order; given `queues`, each goes to the announcements there."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[Event] = []
        self.queues: MemoryQueues | None = None

    def publish(self, events: Sequence[Event]) -> frozenset[str]:
        """All of them."""
        with self._open():
            self.published += events
            for event in events:
                body = json.dumps({"detail-type": event.type.value, "detail": document(event)})
                if self.queues is not None:
                    self.queues.put(Note(queue="announcements", body=body))
            return frozenset(event.id for event in events)
