"""What readiness costs, in USD: list prices of 22 November 2026, Lambda's x86 and DynamoDB's on-demand tables.

Those of us-east-1 and a fifth on top, which covers the European regions: a cap must not be passed because of a region.
Sources: aws.amazon.com/lambda/pricing (provisioned concurrency, by the gigabyte-second; pollers of an SQS queue, by
the event poller unit and hour) and aws.amazon.com/dynamodb/pricing (pre-warming: once, what the units added would cost
as provisioned for an hour). What AWS may raise by itself is reckoned as if it always had.
"""

from chalicelib.domain.surge.levers import POLLED, Lever, Settings, most_environments, most_pollers

DATED = "2026-11-22"
_REGION = 1.2
_INTAKE_GIGABYTES = 1.0
_PROVISIONED_GIGABYTE_SECOND = 0.0000041667
_POLLER_HOUR = 0.00925
_READ_UNIT, _WRITE_UNIT = 0.00013, 0.00065
_WARM_UNITS = {
    Lever.CONTACT_READS: (_READ_UNIT, 3),
    Lever.CONTACT_WRITES: (_WRITE_UNIT, 3),
    Lever.HEALTH_READS: (_READ_UNIT, 1),
    Lever.HEALTH_WRITES: (_WRITE_UNIT, 1),
}
"""Price of a unit, and how many are warmed with it: the contacts table's two indexes hold its writes back otherwise."""


def hourly(settings: Settings) -> float:
    """USD an hour for what is kept running, contacts themselves apart; at most, where AWS moves it within bounds."""
    gigabytes = most_environments(settings) * _INTAKE_GIGABYTES
    pollers = sum(most_pollers(settings, lane) for lane in POLLED)
    return (gigabytes * 3600 * _PROVISIONED_GIGABYTE_SECOND + pollers * _POLLER_HOUR) * _REGION


def once(lever: Lever, before: int, after: int) -> float:
    """USD, once, for raising a lever; nothing for those that are not paid so, nor for lowering."""
    unit, parts = _WARM_UNITS.get(lever, (0.0, 0))
    return max(0, after - before) * unit * parts * _REGION
