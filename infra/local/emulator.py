"""Runs ministack with four differences: templates rendered whole, code unpacked once, late copies, gentle changes.

The first three are of `mapping.py`, `unpacking.py` and `replication.py`. The fourth: ministack stops all workers of a
changed function, busy ones too, and after a failed start all of the function's others: a request that came beside the
change is then answered with 502. Here idle workers end at once and busy ones when they are done. Ministack's
interpreter runs this; it imports nothing of Bascule.
"""

from types import ModuleType
from typing import Any


def change_gently(runtime: ModuleType, service: ModuleType) -> None:
    """Replace how workers are given up; a version of ministack that names its parts otherwise raises AttributeError."""
    release, pools, lock = runtime.release_worker, runtime._workers, runtime._lock  # noqa: SLF001 - what is changed

    def invalidate_worker(
        name: str, qualifier: str | None = None, account: str | None = None, region: str | None = None
    ) -> None:
        wanted = (account, region, name, qualifier)
        with lock:
            given_up = [worker for key in [*pools] if _fits(key, wanted) for worker in pools.pop(key)]
            busy = [worker for worker in given_up if worker.in_use]
            for worker in busy:
                worker.given_up = True
        runtime.kill_workers([worker for worker in given_up if worker not in busy])

    def release_worker(worker: Any) -> None:
        release(worker)
        if getattr(worker, "given_up", False):
            runtime.kill_workers([worker])

    for module in (runtime, service):
        for replacement in (invalidate_worker, release_worker):
            getattr(module, replacement.__name__)  # it must be there
            setattr(module, replacement.__name__, replacement)


def _fits(key: str, wanted: tuple[str | None, ...]) -> bool:
    """Say whether a pool's key, `account:region:function:qualifier`, is meant; None means any."""
    return all(want in (None, part) for want, part in zip(wanted, key.split(":"), strict=True))


if __name__ == "__main__":
    from mapping import map_like_aws  # type: ignore[import-not-found] # beside this file
    from ministack.app import main  # type: ignore[import-not-found] # it stands in .venv-stack
    from ministack.core import lambda_runtime  # type: ignore[import-not-found] # likewise
    from ministack.services import apigateway_v1, dynamodb, lambda_svc  # type: ignore[import-not-found] # likewise
    from replication import copy_late  # type: ignore[import-not-found] # beside this file
    from unpacking import unpack_once  # type: ignore[import-not-found] # beside this file

    change_gently(lambda_runtime, lambda_svc)
    map_like_aws(apigateway_v1)
    unpack_once(lambda_runtime)
    copy_late(dynamodb)
    main()
