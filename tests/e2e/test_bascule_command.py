"""An operator's night with the installed command, on the running stack."""

import json
import os
import subprocess

import pytest

from infra.local.scene import until
from tests.e2e import sides
from tests.unit.cli_wheel import built_wheel, installed

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    wheel = built_wheel(tmp_path_factory.mktemp("checkout"))
    return installed(wheel, tmp_path_factory.mktemp("site"))


@pytest.fixture
def bascule(planning, program, tmp_path):
    """Runs the program as a process of its own, with the admin's token from a login."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(program.parents[1]),
        "TZ": "UTC",
    }

    def run(*arguments, code=0, typed=""):
        said = subprocess.run(
            [program, *arguments],
            input=typed, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert said.returncode == code, (arguments, said.returncode, said.stdout, said.stderr)
        assert "Traceback" not in said.stderr
        return said.stdout

    run("login", planning.stack.api_url, typed=f"{planning.tokens['admin']}\n")
    return run


def documented(bascule, *arguments, code=0):
    return json.loads(bascule(*arguments, "--json", code=code))


def test_a_plan_is_checked_published_and_undone_and_a_desk_drained_and_released(planning, bascule, tmp_path):
    before = planning.read("/v1/plan")
    plan = tmp_path / "plan.yaml"

    assert documented(bascule, "whoami")["role"] == "admin"
    assert "paris" in bascule("plan", "show")
    assert len(documented(bascule, "health")["paths"]) > 5
    plan.write_text(bascule("plan", "show").replace("[paris, lille, nantes]", "[lille, paris, nantes]"))
    assert documented(bascule, "plan", "check", "plan.yaml")["valid"] is True
    assert documented(bascule, "plan", "diff", "--file", "plan.yaml")["same"] is False
    bascule(
        "plan", "publish", "plan.yaml", "--after", str(before["version"]), "--reason", "lille first", "--yes"
    )
    bascule(
        "plan", "publish", "plan.yaml", "--after", str(before["version"]), "--reason", "late", "--yes", code=5
    )
    bascule("plan", "rollback", str(before["version"]), "--reason", "as it was", "--yes")
    assert planning.read("/v1/plan")["digest"] == before["digest"]

    bascule("drain", "desk:nantes", "--until", "10m", "--reason", "a test")
    assert [order["scope"] for order in documented(bascule, "orders")["orders"]] == ["desk:nantes"]
    assert "desk:nantes" in bascule("tail", "--looks", "1")
    bascule("release", "desk:nantes")
    assert documented(bascule, "orders")["orders"] == []
    bascule("release", "desk:nantes", code=4)


def test_a_contact_is_found_and_explained(planning, bascule):
    person = sides.person("form")
    planning.contact("form", person, "where is my order")
    listing = ("contacts", "list", "--channel", "shop", "--party", person)
    until(lambda: documented(bascule, *listing)["contacts"], "the contact is listed", 30)
    [contact] = documented(bascule, *listing)["contacts"]

    shown = bascule("contacts", "show", contact["key"])
    tried = documented(bascule, "route", "shop", "--text", "where is my order", "--tried", "paris")

    assert contact["key"] in shown
    assert "Chosen: " in shown
    assert tried["decision"]["desk"] != "paris"
    bascule("contacts", "show", "0" * 32, code=4)
    told = documented(bascule, "explain", contact["key"], "--desk", "nantes", "--lang", "fr")
    assert (told["language"], len(told["lines"]) > 1) == ("fr", True)


def test_an_address_without_bascule_is_told_as_such(planning, bascule):
    bascule("login", f"{planning.stack.api_url}/elsewhere", typed=f"{planning.tokens['admin']}\n", code=6)

    assert documented(bascule, "whoami")["role"] == "admin", "the login of before does not stand any more"
