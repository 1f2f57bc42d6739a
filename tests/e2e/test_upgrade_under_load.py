"""The release before this one and this one again, deployed while people contact us: none lost, none doubled."""

import pytest

from chalicelib.domain.upgrade.schema import WRITES
from infra.former import one_schema_lower
from infra.local.upgrade import play
from infra.versions import functions_of, go_back, go_live, live_version

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

EACH = 12


def test_a_way_back_and_an_upgrade_under_load_lose_nothing_and_double_nothing(scene):
    former = one_schema_lower()

    account = play(scene, [former, scene.stack.artefact], EACH)

    assert account.balanced, account
    assert account.contacts >= 3 * EACH
    assert len(set(account.versions)) == 3, account
    assert account.schemas == (WRITES - 1, WRITES)


def test_a_function_is_put_back_to_the_version_before_without_a_deployment(stack):
    client, name = stack.client("lambda"), functions_of(stack.clients, "bascule-local")["Announce"]
    before = live_version(client, name)
    client.update_function_configuration(FunctionName=name, Description="changed by hand")
    after = go_live(client, name)

    try:
        back = go_back(client, name)
    finally:
        client.update_function_configuration(FunctionName=name, Description="")
        go_live(client, name)

    assert (back, int(after) > int(before)) == (before, True)
