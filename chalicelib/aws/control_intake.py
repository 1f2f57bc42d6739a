"""The intake's levers on AWS: environments kept warm, how far tracking may take them, concurrency that is its alone.

Lambda API of 2015-03-31, Application Auto Scaling of 2016-02-06. The scaling target and its policy are the template's
(infra/tracking.py): here only its bounds are moved, and whoever moves them has AWS move what lies outside of them.
"""

from collections.abc import Callable

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import Absent, calling
from chalicelib.domain.surge.levers import Lever, Settings, most_environments
from chalicelib.ports import Unavailable

QUALIFIER = "live"
"""The alias that every function answers by."""
SERVICE, DIMENSION = "lambda", "lambda:function:ProvisionedConcurrency"
"""Application Auto Scaling's words for what is scaled."""


class IntakeControl:
    """`name` gives the function's; `tracked`: this stage has a target and a policy for it."""

    def __init__(self, clients: Clients, name: Callable[[str], str], *, tracked: bool) -> None:
        self._clients, self._name, self._tracked = clients, name, tracked

    def provisioned(self, settings: Settings) -> bool:
        """Keep as many environments warm; where they are tracked, between the two bounds."""
        least = settings[Lever.INTAKE_PROVISIONED]
        if not self._tracked:
            return self._kept(least, least)
        most = most_environments(settings)
        stands = self._kept(least, most)
        return self._bounded(least, most) and stands

    def tracked(self, settings: Settings) -> bool:
        """The upper bound. Raises Unavailable where there is nothing that could move anything."""
        if self._tracked:
            return self.provisioned(settings)
        if not settings[Lever.INTAKE_MOST]:
            return True
        raise Unavailable("the intake is not tracked: deploy with --track-intake")

    def reserved(self, settings: Settings) -> bool:
        """Concurrency that is the intake's alone, and all of it."""
        client, function = self._clients("lambda"), self._name("intake")
        value = settings[Lever.INTAKE_RESERVED]
        with calling("lambda:GetFunctionConcurrency"):
            stands = client.get_function_concurrency(FunctionName=function)
        if stands.get("ReservedConcurrentExecutions", 0) == value:
            return True
        if not value:
            with calling("lambda:DeleteFunctionConcurrency"):
                client.delete_function_concurrency(FunctionName=function)
            return True
        with calling("lambda:PutFunctionConcurrency"):
            client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=value)
        return True

    def _kept(self, least: int, most: int) -> bool:
        client = self._clients("lambda")
        about = {"FunctionName": self._name("intake"), "Qualifier": QUALIFIER}
        try:
            with calling("lambda:GetProvisionedConcurrencyConfig"):
                stands = client.get_provisioned_concurrency_config(**about)
        except Absent:
            stands = {}
        asked = stands.get("RequestedProvisionedConcurrentExecutions", 0)
        failed = stands.get("Status") == "FAILED"
        if least <= asked <= most and not failed:
            return not asked or bool(stands["Status"] == "READY")
        value = min(max(asked, least), most)
        if not value:
            with calling("lambda:DeleteProvisionedConcurrencyConfig"):
                client.delete_provisioned_concurrency_config(**about)
            return True
        with calling("lambda:PutProvisionedConcurrencyConfig"):
            client.put_provisioned_concurrency_config(**about, ProvisionedConcurrentExecutions=value)
        return False

    def _bounded(self, least: int, most: int) -> bool:
        """Asked for without looking: the same bounds again change nothing, and there is one right less to give."""
        with calling("application-autoscaling:RegisterScalableTarget"):
            self._clients("application-autoscaling").register_scalable_target(
                ServiceNamespace=SERVICE,
                ResourceId=f"function:{self._name('intake')}:{QUALIFIER}",
                ScalableDimension=DIMENSION,
                MinCapacity=least,
                MaxCapacity=most,
            )
        return True
