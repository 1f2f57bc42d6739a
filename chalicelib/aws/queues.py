"""Our own queues on SQS: bells for deliveries, notes for the rest."""

from collections.abc import Mapping

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import calling
from chalicelib.bells import dump_ring
from chalicelib.ports import Note, Ring, Unavailable


class SqsQueues:
    """Queues. `urls` by name: the lanes urgent, normal, bulk; and overflow, probes, evidence, flips."""

    def __init__(self, clients: Clients, urls: Mapping[str, str]) -> None:
        self._clients = clients
        self._urls = urls

    def bell(self, ring: Ring) -> None:
        """One SendMessage to the lane's queue; an unknown lane rings as normal."""
        lane = ring.lane if ring.lane in ("urgent", "normal", "bulk") else "normal"
        self._send(lane, dump_ring(ring), ring.delay, {})

    def put(self, note: Note) -> str:
        """One SendMessage; the id proves that it is durable."""
        return self._send(note.queue, note.body, note.delay, note.attributes)

    def _send(self, queue: str, body: str, delay: int, attributes: Mapping[str, str]) -> str:
        url = self._urls.get(queue)
        if not url:
            raise Unavailable(f"no queue is configured as {queue}")
        asked: dict[str, object] = {"QueueUrl": url, "MessageBody": body}
        if delay:
            asked["DelaySeconds"] = min(max(delay, 0), 900)
        if attributes:
            asked["MessageAttributes"] = {
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
                if value
            }
        with calling("sqs:SendMessage"):
            answer = self._clients("sqs").send_message(**asked)
        return str(answer["MessageId"])
