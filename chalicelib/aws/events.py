"""Our own event bus: what is put there goes to topic and queue by the template's rules."""

import json
from collections.abc import Sequence

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import Absent, calling
from chalicelib.domain.telling.event import Event, document
from chalicelib.ports import Unavailable

SOURCE = "bascule"


class BusEvents:
    """Events. `bus` is the bus's name."""

    def __init__(self, clients: Clients, bus: str) -> None:
        self._clients = clients
        self._bus = bus

    def publish(self, events: Sequence[Event]) -> frozenset[str]:
        """One PutEvents of at most ten; the bus answers for each entry by itself."""
        entries = [
            {
                "EventBusName": self._bus,
                "Source": SOURCE,
                "DetailType": event.type.value,
                "Time": event.at,
                "Detail": json.dumps(document(event), ensure_ascii=False, separators=(",", ":")),
            }
            for event in events
        ]
        try:
            with calling("events:PutEvents"):
                answer = self._clients("events").put_events(Entries=entries)
        except Absent as missing:
            raise Unavailable(f"there is no bus {self._bus}") from missing
        came = zip(events, answer["Entries"], strict=True)
        return frozenset(event.id for event, entry in came if entry.get("EventId"))
