"""The ports on AWS of what operators command and read back, each made when it is first asked for."""

from functools import cached_property

from chalicelib import ports
from chalicelib.aws.clients import Clients
from chalicelib.aws.names import Names
from chalicelib.aws.table import Table


class OperatorsPorts:
    """Those that mostly operators' requests and `tick` need; `clients` are this function's own."""

    def __init__(self, names: Names, clients: Clients) -> None:
        self._names = names
        self.clients = clients

    @cached_property
    def papers(self) -> ports.PaperStore:
        """The health table too: an item for each."""
        from chalicelib.aws.papers import DynamoPapers  # noqa: PLC0415 - only what a function needs is imported

        return DynamoPapers(Table(self.clients, self._names.health_table))

    @cached_property
    def surroundings(self) -> ports.Surroundings:
        """The triggers of our functions, and the alarms' topic."""
        from chalicelib.aws.surroundings import AwsSurroundings  # noqa: PLC0415 - only what a function needs is imported

        return AwsSurroundings(self.clients, self._names.queues, self._names.alarm_topic)

    @cached_property
    def plans(self) -> ports.PlanStore:
        """The plans table, and the state bucket for long texts."""
        from chalicelib.aws.objects import Bucket  # noqa: PLC0415 - only what a function needs is imported
        from chalicelib.aws.plans import AwsPlans  # noqa: PLC0415 - only what a function needs is imported

        return AwsPlans(
            Table(self.clients, self._names.plans_table), Bucket(self.clients, self._names.state_bucket)
        )

    @cached_property
    def schedule(self) -> ports.ScheduleStore:
        """An item in the plans table, and the state bucket for the texts."""
        from chalicelib.aws.objects import Bucket  # noqa: PLC0415 - only what a function needs is imported
        from chalicelib.aws.schedule import AwsSchedule  # noqa: PLC0415 - only what a function needs is imported

        state = Bucket(self.clients, self._names.state_bucket)
        return AwsSchedule(Table(self.clients, self._names.plans_table), state)

    @cached_property
    def orders(self) -> ports.OrderStore:
        """The orders table."""
        from chalicelib.aws.plans import AwsOrders  # noqa: PLC0415 - only what a function needs is imported

        return AwsOrders(Table(self.clients, self._names.orders_table))

    @cached_property
    def maintenance(self) -> ports.MaintenanceStore:
        """The orders table too: an item beside the orders."""
        from chalicelib.aws.maintenance import AwsMaintenance  # noqa: PLC0415 - only what a function needs is imported

        return AwsMaintenance(Table(self.clients, self._names.orders_table))

    @cached_property
    def permission(self) -> ports.PermissionStore:
        """Both tables in one transaction, and the state bucket for long plans."""
        from chalicelib.aws.permission import AwsPermission  # noqa: PLC0415 - only what a function needs is imported

        return AwsPermission(self.clients, self._names)

    @cached_property
    def repeats(self) -> ports.RepeatStore:
        """The contacts table too, whose items end by themselves."""
        from chalicelib.aws.repeats import DynamoRepeats  # noqa: PLC0415 - only what a function needs is imported

        return DynamoRepeats(Table(self.clients, self._names.contacts_table))

    @cached_property
    def ledger(self) -> ports.Ledger:
        """The ledger table."""
        from chalicelib.aws.ledger import DynamoLedger  # noqa: PLC0415 - only what a function needs is imported

        return DynamoLedger(Table(self.clients, self._names.ledger_table))

    @cached_property
    def anchors(self) -> ports.Anchors:
        """The bucket of anchors, and the key that signs them."""
        from chalicelib.aws.anchors import AwsAnchors  # noqa: PLC0415 - only what a function needs is imported
        from chalicelib.aws.objects import Bucket  # noqa: PLC0415 - only what a function needs is imported

        bucket = Bucket(self.clients, self._names.anchor_bucket)
        return AwsAnchors(self.clients, bucket, self._names.anchor_key)

    @cached_property
    def stance(self) -> ports.StanceStore:
        """The plans table too: an item beside the snapshot."""
        from chalicelib.aws.stance import AwsStance  # noqa: PLC0415 - only what a function needs is imported

        return AwsStance(Table(self.clients, self._names.plans_table))

    @cached_property
    def seats(self) -> ports.SeatStore:
        """The plans table too: an item for each region."""
        from chalicelib.aws.seats import AwsSeats  # noqa: PLC0415 - only what a function needs is imported

        return AwsSeats(Table(self.clients, self._names.plans_table))
