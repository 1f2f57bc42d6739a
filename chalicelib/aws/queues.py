"""Our own queues on SQS: bells for deliveries, notes for the rest."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import calling
from chalicelib.bells import dump_ring
from chalicelib.domain.model import LANES
from chalicelib.domain.upgrade.schema import NAME, WRITES
from chalicelib.ports import Note, Ring, Unavailable

_BATCH = 10
_REGION = re.compile(r"//sqs\.[a-z0-9-]+\.")


class SqsQueues:
    """Queues. `urls` by name: the lanes urgent, normal, bulk; and overflow, probes, evidence, flips.

    `probes@us-east-1` is the queue named `far` in that region, of the same account.
    """

    def __init__(self, clients: Clients, urls: Mapping[str, str], far: str = "") -> None:
        self._clients, self._urls, self._far = clients, urls, far

    def bell(self, ring: Ring) -> None:
        """One SendMessage to the lane's queue (an unknown one rings as normal); the group is SQS's tenant."""
        self._send(lane_of(ring), dump_ring(ring), ring.delay, {}, ring.group)

    def bells(self, rings: Sequence[Ring]) -> None:
        """SendMessageBatch, ten at a time for each lane; what SQS refuses of a batch is found by the sweep."""
        for lane in LANES:
            mine = [ring for ring in rings if lane_of(ring) == lane]
            for start in range(0, len(mine), _BATCH):
                self._send_batch(lane, mine[start : start + _BATCH])

    def put(self, note: Note) -> str:
        """One SendMessage; the id proves that it is durable."""
        return self._send(note.queue, note.body, note.delay, note.attributes)

    def back(self, queue: str, handle: str, seconds: int) -> None:
        """One ChangeMessageVisibility; without it the message comes back when its queue's own time is over."""
        with suppress(Unavailable), calling("sqs:ChangeMessageVisibility"):
            self._client(queue, "").change_message_visibility(
                QueueUrl=self._url(queue), ReceiptHandle=handle, VisibilityTimeout=seconds
            )

    def _send(self, queue: str, body: str, delay: int, attributes: Mapping[str, str], group: str = "") -> str:
        name, _, vantage = queue.partition("@")
        asked = {"QueueUrl": self._url(queue), **message(body, delay, attributes, group)}
        with calling("sqs:SendMessage"):
            answer = self._client(name, vantage).send_message(**asked)
        return str(answer["MessageId"])

    def _send_batch(self, lane: str, rings: Sequence[Ring]) -> None:
        entries = [
            {"Id": str(place), **message(dump_ring(ring), ring.delay, {}, ring.group)}
            for place, ring in enumerate(rings)
        ]
        asked = {"QueueUrl": self._url(lane), "Entries": entries}
        with calling("sqs:SendMessageBatch"):
            self._client(lane, "").send_message_batch(**asked)

    def _url(self, queue: str) -> str:
        name, _, vantage = queue.partition("@")
        url = self._urls.get(name, "")
        if vantage:
            url = far_url(url, vantage, self._far)
        if not url:
            raise Unavailable(f"no queue is configured as {queue}")
        return url

    def _client(self, name: str, vantage: str) -> Any:
        """That of the queue's region: a vantage has its own queue of probes, the rest is at home."""
        if vantage:
            return self._clients("sqs", vantage)
        return self._clients("sqs", self._clients.here) if name == "probes" else self._clients("sqs")


def lane_of(ring: Ring) -> str:
    """The queue that a bell goes by: an unknown lane rings as normal."""
    return ring.lane if ring.lane in LANES else "normal"


def message(body: str, delay: int, attributes: Mapping[str, str], group: str) -> dict[str, Any]:
    """A message as SQS takes it, with the schema on its envelope."""
    found: dict[str, Any] = {"MessageBody": body}
    if delay:
        found["DelaySeconds"] = min(max(delay, 0), 900)
    found["MessageAttributes"] = {
        name: {"DataType": "String", "StringValue": value}
        for name, value in {NAME: str(WRITES), **attributes}.items()
        if value
    }
    if group:
        found["MessageGroupId"] = group
    return found


def far_url(url: str, region: str, name: str) -> str:
    """The address of the queue `name` in another region, of the account of the queue at `url`; "" without a name."""
    place = _REGION.sub(f"//sqs.{region}.", url).rpartition("/")[0]
    return f"{place}/{name}" if place and name else ""
