"""Circuit breakers of other projects, each as its own documents set it up; those not installed are left out.

They live in an environment of their own (requirements-peers.txt).
"""

import datetime as dt
import logging
import os
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from bench.peer_detectors import Breaker, Refused, VirtualClock


def peers(clock: VirtualClock) -> dict[str, Callable[[], Breaker]]:
    """Every breaker that is installed, by the name it has in the table."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    logging.disable(logging.CRITICAL)
    known: dict[str, tuple[str, Callable[[VirtualClock], Breaker]]] = {
        "pybreaker": ("pybreaker", _pybreaker),
        "circuitbreaker": ("circuitbreaker", _circuitbreaker),
        "purgatory": ("purgatory", _purgatory),
        "fluxgate": ("fluxgate", _fluxgate),
        "fluxgate-tuned": ("fluxgate", _fluxgate_tuned),
        "resilient-circuit": ("resilient_circuit", _resilient),
        "litellm": ("litellm", _litellm),
    }
    return {name: partial(make, clock) for name, (module, make) in known.items() if find_spec(module)}


def _pybreaker(clock: VirtualClock) -> Breaker:
    lib = import_module("pybreaker")

    class Now(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return dt.datetime.fromtimestamp(clock.now, tz)

    lib.datetime = Now  # type: ignore[attr-defined] # our clock in its place
    made = lib.CircuitBreaker(fail_max=5, reset_timeout=60)

    def refuses() -> bool:
        opened = made._state_storage.opened_at  # noqa: SLF001 - it tells nobody when it opened
        return bool(made.current_state == "open" and opened.timestamp() + 60 > clock.now)

    return Breaker(
        call=made.call, closed=lambda: made.current_state == "closed", refuses=refuses,
        says_no=(lib.CircuitBreakerError,),
    )  # fmt: skip


def _circuitbreaker(clock: VirtualClock) -> Breaker:  # noqa: ARG001 - it took the clock when it was imported
    lib = import_module("circuitbreaker")
    made = lib.CircuitBreaker(failure_threshold=5, recovery_timeout=30, name="a")
    return Breaker(
        call=lambda work: made(work)(), closed=lambda: bool(made.closed), refuses=lambda: bool(made.opened),
        says_no=(lib.CircuitBreakerError,),
    )  # fmt: skip


def _purgatory(clock: VirtualClock) -> Breaker:
    lib, model = import_module("purgatory"), import_module("purgatory.domain.model")
    factory = lib.SyncCircuitBreakerFactory(default_threshold=5, default_ttl=30)

    def context() -> Any:
        return factory.get_breaker("a").context

    def call(work: Callable[[], None]) -> None:
        with factory.get_breaker("a"):
            work()

    def refuses() -> bool:
        found = context()
        return bool(found.state == model.OPENED and found.opened_at + 30 >= clock.now)

    return Breaker(
        call=call,
        closed=lambda: context().state == model.CLOSED,
        refuses=refuses,
        says_no=(model.OpenedState,),
    )


def _fluxgate(clock: VirtualClock) -> Breaker:
    return _flux(import_module("fluxgate").CircuitBreaker(), clock, 60.0)


def _fluxgate_tuned(clock: VirtualClock) -> Breaker:
    lib, trips = import_module("fluxgate"), import_module("fluxgate.trippers")
    made = lib.CircuitBreaker(
        window=import_module("fluxgate.windows").CountWindow(20),
        tripper=trips.MinRequests(5) & (trips.FailureRate(0.3) | trips.SlowRate(0.3, threshold=5.0)),
        retry=import_module("fluxgate.retries").Cooldown(30.0),
        permit=import_module("fluxgate.permits").RampUp(0.1, 1.0, 30.0),
    )
    return _flux(made, clock, 30.0)


def _flux(made: Any, clock: VirtualClock, rest: float) -> Breaker:
    errors = import_module("fluxgate.errors")

    def refuses() -> bool:
        found = made.info()
        return bool(found.state == "open" and found.changed_at + rest > clock.now)

    return Breaker(
        call=made.call, closed=lambda: made.info().state == "closed", refuses=refuses,
        says_no=(errors.CallNotPermittedError,),
    )  # fmt: skip


def _resilient(clock: VirtualClock) -> Breaker:
    lib = import_module("resilient_circuit")
    module = import_module("resilient_circuit.circuit_breaker")
    errors = import_module("resilient_circuit.exceptions")
    memory = import_module("resilient_circuit.storage.memory")
    # 3 of 10: a fraction of 5 in 10 would be kept as 1 in 2
    made = lib.CircuitProtectorPolicy(
        resource_key="a", storage=memory.InMemoryStorage(), failure_limit=Fraction(3, 10),
        cooldown=dt.timedelta(seconds=30),
    )  # fmt: skip

    def refuses() -> bool:
        state = made._status  # noqa: SLF001 - it tells nobody until when it is open
        return bool(made.status is module.CircuitStatus.OPEN and state.open_until_timestamp > clock.now)

    return Breaker(
        call=lambda work: made(work)(), closed=lambda: made.status is module.CircuitStatus.CLOSED,
        refuses=refuses, says_no=(errors.ProtectedCallError,),
    )  # fmt: skip


def _litellm(clock: VirtualClock) -> Breaker:  # noqa: ARG001 - it took the clock when it was imported
    cool = import_module("litellm.router_utils.cooldown_handlers")
    count = import_module("litellm.router_utils.router_callbacks.track_deployment_metrics")
    offered = [
        {
            "model_name": "m",
            "litellm_params": {"model": "openai/x", "api_key": "k"},
            "model_info": {"id": each},
        }
        for each in ("a", "b")
    ]
    router = import_module("litellm").Router(model_list=offered)

    def cooling() -> bool:
        return "a" in cool.get_cooldown_deployments(router, None)

    def call(work: Callable[[], None]) -> None:
        if cooling():
            return
        try:
            work()
        except Refused as refused:
            count.increment_deployment_failures_for_current_minute(router, "a")
            if cool._should_cooldown_deployment(router, "a", 500, refused):  # noqa: SLF001 - its verb needs a loop
                router.cooldown_cache.add_deployment_to_cooldown(
                    model_id="a", original_exception=refused, exception_status=500, cooldown_time=None
                )
        else:
            count.increment_deployment_successes_for_current_minute(router, "a")

    return Breaker(call=call, closed=lambda: not cooling(), refuses=cooling, says_no=())
