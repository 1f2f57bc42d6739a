"""How many lives are lived, and which: the same few in every run, new ones by the thousand when asked."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.lives.machine import Lives


def live(machine: type[Lives], short: int, asked: str, *, steps: int = 40) -> None:
    """`asked` names the variable that says how many new lives to try; without it the first `short` of a fixed order.

    Fixed, because a run that fails for somebody else's change must not be a matter of luck, and must fail again
    when it is looked into. A life that fails is printed step by step, with the line that repeats it.
    """
    long = int(os.environ.get(asked, "0"))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=long or short,
            derandomize=not long,
            database=None,
            stateful_step_count=steps,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate),  # shrinking a life takes longer than reading it
        ),
    )
