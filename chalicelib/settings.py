"""Where the stage's own things are: read once from the environment, with every missing name told at once."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


class MissingEnvironment(Exception):
    """Variables that the deployment must set are absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The deployment's names; each field `x` comes from the variable `BASCULE_X`."""

    stage: str
    health_table: str
    contacts_table: str
    plans_table: str
    orders_table: str
    people_table: str
    ledger_table: str
    urgent_queue: str
    normal_queue: str
    bulk_queue: str
    overflow_queue: str
    probes_queue: str
    evidence_queue: str
    flips_queue: str
    announcements_queue: str
    event_bus: str
    state_bucket: str
    front_door_bucket: str
    channel_secrets: str
    operator_secrets: str
    anchor_bucket: str
    anchor_key: str
    urgent_dead_queue: str = ""
    normal_dead_queue: str = ""
    bulk_dead_queue: str = ""
    overflow_dead_queue: str = ""
    probes_dead_queue: str = ""
    evidence_dead_queue: str = ""
    flips_dead_queue: str = ""
    announcements_dead_queue: str = ""
    mail_topic: str = ""
    alarm_topic: str = ""
    private_hosts: str = ""
    vantage: str = ""
    home_region: str = ""
    regions: str = ""
    caller_rate: str = ""
    control_intake: str = ""
    control_tracked: str = ""
    control_api: str = ""
    control_urgent: str = ""
    control_normal: str = ""
    control_bulk: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read all fields. Raises MissingEnvironment naming every absent variable."""
        values = {f.name: env.get(f"BASCULE_{f.name.upper()}", "") for f in fields(cls)}
        values["vantage"] = values["vantage"] or env.get("AWS_REGION", "") or "local"
        optional = {"mail_topic", "alarm_topic", "private_hosts", "home_region", "caller_rate", "regions"}
        optional |= {name for name in values if name.endswith("_dead_queue") or name.startswith("control_")}
        missing = [
            f"BASCULE_{name.upper()}" for name, value in values.items() if not value and name not in optional
        ]
        if missing:
            raise MissingEnvironment(f"not set: {', '.join(missing)}; the deployment's template sets them")
        return cls(**values)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Private hosts that channels may call (`host` or `host:port`)."""
        return tuple(h.strip() for h in self.private_hosts.split(",") if h.strip())

    @property
    def takes_turns(self) -> tuple[str, ...]:
        """The regions that the stage stands in, the founding one first; none where it stands in one alone."""
        found = tuple(each.strip() for each in self.regions.split(",") if each.strip())
        return found if len(found) > 1 and not self.home_region else ()

    @property
    def calls_a_second(self) -> int:
        """Requests that one operator may make of one container each second, for long; 0: any number."""
        return int(self.caller_rate) if self.caller_rate.isdecimal() else 0

    @property
    def queues(self) -> dict[str, str]:
        """The addresses of our own queues by their short names: urgent, ..., announcements, and urgent_dead, ..."""
        names = [each.name for each in fields(self) if each.name.endswith("_queue")]
        return {name.removesuffix("_queue"): getattr(self, name) for name in names}

    @property
    def control(self) -> dict[str, str]:
        """What `tick` alone is told: the intake function, the API, and the deliveries' triggers by lane."""
        names = [each.name for each in fields(self) if each.name.startswith("control_")]
        return {name.removeprefix("control_"): getattr(self, name) for name in names}

    @property
    def vantage_queue(self) -> str:
        """What the queue of probes is called in every other region that we probe from (infra/vantage.py)."""
        return f"bascule-{self.stage}-vantage-probes"
