"""What a deployment calls its things."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the deployment calls its things. `queues`: URLs by lane, and overflow, probes, evidence, flips.

    `home_region` is where all of it is, for a function elsewhere; `vantage_queue` names the probes' queue there.
    """

    contacts_table: str
    health_table: str
    plans_table: str
    orders_table: str
    ledger_table: str
    state_bucket: str
    front_door_bucket: str
    channel_secrets: str
    operator_secrets: str
    people_table: str = ""
    event_bus: str = ""
    anchor_bucket: str = ""
    anchor_key: str = ""
    queues: Mapping[str, str] = field(default_factory=dict)
    vantage_queue: str = ""
    home_region: str = ""
    alarm_topic: str = ""
