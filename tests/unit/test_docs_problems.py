"""docs/problems.md explains every type of problem that there is, and no other."""

import ast
import re
from pathlib import Path

import yaml

from chalicelib.handlers.problems import TABLE, problem_of
from chalicelib.handlers.repeats import keeps
from chalicelib.service.operate import refusals
from chalicelib.service.operate.refusals import Absent, Hasty
from chalicelib.service.operate.roles import LEAST

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", (ROOT / "docs" / "problems.md").read_text(), re.MULTILINE)
TOLD = dict(ROWS)
COMPUTED = {"desk", "channel", "path", "scope"}
"""The one place that names what is absent by a variable (scopes.require_scope)."""


def absent_things():
    """The first argument of every Absent(...) in the product."""
    for path in [
        *(ROOT / "chalicelib" / "service").rglob("*.py"),
        *(ROOT / "chalicelib" / "handlers").rglob("*.py"),
    ]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Absent":
                first = node.args[0]
                yield first.value if isinstance(first, ast.Constant) else path.name


def test_every_type_is_explained_with_its_code_and_no_other_is():
    things = set(absent_things())
    possible = {f"unknown-{thing.replace(' ', '-')}": "404" for thing in (things - {"scopes.py"}) | COMPUTED}
    possible |= {name: str(code.value) for error, (code, name, _) in TABLE.items() if error is not Absent}

    assert "scopes.py" in things
    assert possible == TOLD
    assert len(ROWS) == len(TOLD)


def test_every_refusal_has_a_type_of_its_own():
    def leaves(kind):
        return {kind} if not kind.__subclasses__() else set().union(*map(leaves, kind.__subclasses__()))

    assert leaves(refusals.Refusal) <= set(TABLE)
    assert len({name for _, name, _ in TABLE.values()}) == len(TABLE)


def test_a_problem_tells_its_type_code_and_when_to_ask_again():
    problem = problem_of(Hasty(7))

    assert problem.document["type"] == "/problems/too-many-requests"
    assert (problem.code, problem.document["status"], problem.headers["Retry-After"]) == (429, 429, "7")


def test_the_document_gives_the_key_to_every_post_that_takes_one():
    paths = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())["paths"]
    wanted = {"$ref": "#/components/parameters/IdempotencyKey"}

    given = {
        (method.upper(), path)
        for path, item in paths.items()
        for method, operation in item.items()
        if wanted in operation.get("parameters", ())
    }

    assert given == {route for route in LEAST if keeps(*route)}
