"""Our own cloud looked at: which queues a function reads, who hears the alarms (Lambda 2015-03-31, SNS 2010-03-31)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import Absent, calling

READS = frozenset({"Enabled", "Enabling", "Creating", "Updating"})
UNCONFIRMED = "PendingConfirmation"


class AwsSurroundings:
    """Surroundings. `queues` are addresses by short name, `topic` the alarms' ARN, "" where there is none."""

    def __init__(self, clients: Clients, queues: Mapping[str, str], topic: str) -> None:
        self._clients, self._queues, self._topic = clients, queues, topic

    def unread(self) -> Sequence[str]:
        """ListEventSourceMappings, page by page; what failed for good is read by people alone."""
        pages = self._clients("lambda").get_paginator("list_event_source_mappings").paginate()
        with calling("lambda:ListEventSourceMappings"):
            found = [each for page in pages for each in page["EventSourceMappings"]]
        read = {
            str(each.get("EventSourceArn", "")).rpartition(":")[2] for each in found if each["State"] in READS
        }
        own = {name: url.rpartition("/")[2] for name, url in self._queues.items() if url}
        return tuple(sorted(n for n, queue in own.items() if not n.endswith("_dead") and queue not in read))

    def unheard(self) -> Sequence[str]:
        """ListSubscriptionsByTopic; one who has not confirmed hears nothing."""
        if not self._topic:
            return ()
        pages = (
            self._clients("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=self._topic)
        )
        found: list[str] = []
        with (
            suppress(Absent),
            calling("sns:ListSubscriptionsByTopic"),
        ):  # a topic that is gone has no subscriber
            found = [each["SubscriptionArn"] for page in pages for each in page.get("Subscriptions", ())]
        return () if any(arn != UNCONFIRMED for arn in found) else (self._topic.rpartition(":")[2],)
