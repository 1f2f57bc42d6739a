"""A function is changed while it works: whoever is being served is served to the end."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.fakes.vendors import post
from tests.e2e import sides

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

CHANGES = 6


def test_requests_that_come_beside_a_change_are_all_accepted(scene):
    with ThreadPoolExecutor(CHANGES) as pool:
        answers = []
        for change in range(CHANGES):
            with scene.stack.changed_environment("APIHandler", CHANGED=str(change)):
                name = sides.fresh("shop")
                answers.append(pool.submit(post, sides.form(scene, name, sides.number(), name), patience=60))

    assert [answer.result().code for answer in answers] == [202] * CHANGES
