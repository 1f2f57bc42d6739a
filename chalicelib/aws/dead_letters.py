"""Dead-letter queues on SQS: what failed for good, looked at and taken out one by one."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import calling
from chalicelib.domain.upgrade.times import moment
from chalicelib.ports import RECEIPTS, STORY, Letter, Unavailable

HIDDEN = 30
WAIT = 1
"""Seconds that SQS looks for messages on all its servers: an answer at once would come from some of them only."""
AT_ONCE = 10


class SqsDeadLetters:
    """DeadLetters. `urls` by name, that of `normal` being beside `normal_dead`."""

    def __init__(self, clients: Clients, urls: Mapping[str, str]) -> None:
        self._clients, self._urls = clients, urls

    def waiting(self, queue: str) -> int:
        """SQS's own count, which may lag behind by a minute."""
        asked = {"QueueUrl": self._url(queue), "AttributeNames": ["ApproximateNumberOfMessages"]}
        with calling("sqs:GetQueueAttributes"):
            answer = self._sqs().get_queue_attributes(**asked)
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def take(self, queue: str, most: int) -> Sequence[Letter]:
        """Receive until enough came, or nothing."""
        found: list[Letter] = []
        while len(found) < most:
            messages = self._received(self._url(queue), min(AT_ONCE, most - len(found)))
            if not messages:
                break
            found += [letter_of(queue, message) for message in messages]
        return found

    def give_back(self, letters: Sequence[Letter]) -> None:
        """One by one. What cannot be given back comes back by itself in half a minute, unless it is gone."""
        for letter in letters:
            asked = {
                "QueueUrl": self._url(letter.queue),
                "ReceiptHandle": letter.handle,
                "VisibilityTimeout": 0,
            }
            with suppress(Unavailable), calling("sqs:ChangeMessageVisibility"):
                self._sqs().change_message_visibility(**asked)

    def remove(self, letter: Letter) -> None:
        """One DeleteMessage."""
        with calling("sqs:DeleteMessage"):
            self._sqs().delete_message(QueueUrl=self._url(letter.queue), ReceiptHandle=letter.handle)

    def _received(self, url: str, most: int) -> Sequence[Mapping[str, Any]]:
        with calling("sqs:ReceiveMessage"):
            answer = self._sqs().receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=most,
                VisibilityTimeout=HIDDEN,
                WaitTimeSeconds=WAIT,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        found: Sequence[Mapping[str, Any]] = answer.get("Messages", [])
        return found

    def _url(self, queue: str) -> str:
        url = self._urls.get(f"{queue}_dead", "")
        if not url:
            raise Unavailable(f"no dead-letter queue is configured for {queue}")
        return url

    def _sqs(self) -> Any:
        return self._clients("sqs", patient=True)


def letter_of(queue: str, message: Mapping[str, Any]) -> Letter:
    """A message as SQS gives it. What `each` laid aside tells its story; what SQS moved itself had all its receipts."""
    given = message.get("MessageAttributes", {})
    told = {name: str(each.get("StringValue", "")) for name, each in given.items()}
    sent = told.get("since") or message.get("Attributes", {}).get("SentTimestamp", "0")
    return Letter(
        queue=queue,
        id=told.get("origin") or message["MessageId"],
        body=message["Body"],
        since=moment(int(sent)),
        receives=int(told.get("receives") or RECEIPTS),
        reason=told.get("reason", ""),
        handle=message["ReceiptHandle"],
        attributes={name: value for name, value in told.items() if name not in STORY},
    )
