"""The levers that came later: bounds of target tracking and pollers of queues, by the very calls to AWS."""

import pytest

from chalicelib.aws.control import AwsControl
from chalicelib.domain.surge.levers import Lever
from chalicelib.ports import Unavailable
from tests.unit.control_side import ABOUT, MISSING, NAMES, UUID, record, settings

TARGET = "function:bascule-intake:live"
TRACKED = {**NAMES, "tracked": "yes"}
POLLERS = settings(deliveries__normal=200, pollers__normal=4)
WIDTH = settings(deliveries__normal=200)


def kept(count, state="READY"):
    answer = {"RequestedProvisionedConcurrentExecutions": count, "Status": state} if count else MISSING
    return ("lambda", "get_provisioned_concurrency_config", ABOUT, answer)


def put(count):
    asked = {**ABOUT, "ProvisionedConcurrentExecutions": count}
    return ("lambda", "put_provisioned_concurrency_config", asked, {})


def bounds(least, most, answer=None):
    asked = {
        "ServiceNamespace": "lambda", "ResourceId": TARGET, "MinCapacity": least, "MaxCapacity": most,
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
    }  # fmt: skip
    return ("application-autoscaling", "register_scalable_target", asked, {} if answer is None else answer)


GIVEN_BACK = ("lambda", "delete_provisioned_concurrency_config", ABOUT, {})
BOUNDED = [
    ("too few", settings(intake_provisioned=20, intake_provisioned_most=90), False,
     [kept(5), put(20), bounds(20, 90)]),
    ("what tracking added stays", settings(intake_provisioned=20, intake_provisioned_most=90), True,
     [kept(55), bounds(20, 90)]),
    ("more than the plan lets it have", settings(intake_provisioned=20, intake_provisioned_most=40), False,
     [kept(55), put(40), bounds(20, 40)]),
    ("not to be tracked in this posture", settings(intake_provisioned=20), False,
     [kept(55), put(20), bounds(20, 20)]),
    ("back to nothing", settings(), True, [kept(55), GIVEN_BACK, bounds(0, 0)]),
    ("nothing, and none there", settings(), True, [kept(0), bounds(0, 0)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "stands", "calls"), [case[1:] for case in BOUNDED], ids=[case[0] for case in BOUNDED]
)
@pytest.mark.parametrize("lever", [Lever.INTAKE_PROVISIONED, Lever.INTAKE_MOST])
def test_a_tracked_intake_is_kept_within_its_bounds(lever, wanted, stands, calls):
    recorded = record(*calls)

    came = AwsControl(recorded, TRACKED).set(lever, wanted)

    assert came is stands
    recorded.done()


def test_bounds_that_are_refused_leave_the_lever_pending():
    wanted = settings(intake_provisioned=20, intake_provisioned_most=90)
    recorded = record(kept(20), bounds(20, 90, "ConcurrentUpdateException"))

    with pytest.raises(Unavailable, match="RegisterScalableTarget"):
        AwsControl(recorded, TRACKED).set(Lever.INTAKE_MOST, wanted)


def test_a_stage_without_tracking_says_how_to_have_it_and_keeps_what_it_can():
    wanted = settings(intake_provisioned=20, intake_provisioned_most=90)
    control = AwsControl(record(kept(5), put(20)), {**NAMES, "tracked": "no"})

    assert control.set(Lever.INTAKE_PROVISIONED, wanted) is False
    with pytest.raises(Unavailable, match="--track-intake"):
        control.set(Lever.INTAKE_MOST, wanted)
    assert control.set(Lever.INTAKE_MOST, settings()) is True


def trigger(state="Enabled", **stands):
    return ("lambda", "get_event_source_mapping", {"UUID": UUID}, {"UUID": UUID, "State": state, **stands})


def change(**asked):
    return ("lambda", "update_event_source_mapping", {"UUID": UUID, **asked}, {})


BY_WIDTH = {"ScalingConfig": {"MaximumConcurrency": 200}}
BY_POLLERS = {"ProvisionedPollerConfig": {"MinimumPollers": 4, "MaximumPollers": 20}}
NOT_BY_WIDTH, NOT_BY_POLLERS = {"ScalingConfig": {}}, {"ProvisionedPollerConfig": {}}
TRIGGERS = [
    ("from a width to pollers", POLLERS, False,
     [trigger(**BY_WIDTH), change(**NOT_BY_WIDTH, **BY_POLLERS)]),
    ("other pollers", POLLERS, False,
     [trigger(ProvisionedPollerConfig={"MinimumPollers": 2, "MaximumPollers": 20}), change(**BY_POLLERS)]),
    ("pollers on their way", POLLERS, False, [trigger("Updating", **BY_POLLERS)]),
    ("pollers stand", POLLERS, True, [trigger(**BY_POLLERS)]),
    ("from pollers to a width", WIDTH, False,
     [trigger(**BY_POLLERS), change(**BY_WIDTH, **NOT_BY_POLLERS)]),
    ("a width stands", WIDTH, True, [trigger(**BY_WIDTH)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "stands", "calls"), [case[1:] for case in TRIGGERS], ids=[case[0] for case in TRIGGERS]
)
@pytest.mark.parametrize("lever", [Lever.NORMAL, Lever.NORMAL_POLLERS])
def test_a_trigger_has_a_width_or_pollers_and_never_both(lever, wanted, stands, calls):
    recorded = record(*calls)

    came = AwsControl(recorded, NAMES).set(lever, wanted)

    assert came is stands
    recorded.done()
