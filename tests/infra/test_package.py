"""The artefact: whole, slim, made once, and read by CloudFormation without a complaint."""

import ast
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from infra.alias import aliased
from infra.package import BUILD, ROOT, PackagingError, package
from infra.routes import UnplacedRouteError, operations_overlay, owner

RUNTIME = {"boto3", "botocore"}  # what Lambda brings along


@pytest.fixture(scope="module")
def packed(artefact):
    with zipfile.ZipFile(artefact.zip_file) as opened:
        return opened.namelist()


@pytest.fixture
def project(artefact, tmp_path):
    """A copy of what an artefact is made of, with the dependencies that were fetched for the original."""
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("chalicelib", ".chalice"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "vendor").symlink_to(BUILD / "vendor")
    return tmp_path


def test_an_artefact_is_made_once_and_reused_while_its_sources_stand(project):
    first = package(project)
    made = first.zip_file.stat().st_mtime_ns

    again = package(project)

    assert again == first
    assert again.zip_file.stat().st_mtime_ns == made


def test_one_byte_more_makes_another_artefact(project):
    first = package(project)
    (project / "app.py").write_text((project / "app.py").read_text() + "\n")

    second = package(project)

    assert second.digest != first.digest
    assert second.zip_file.exists()


def test_missing_dependencies_are_named_with_the_way_to_get_them(project):
    (project / "build" / "vendor").unlink()

    with pytest.raises(PackagingError, match="make setup"):
        package(project)


def test_a_module_that_cannot_be_imported_is_told_with_its_own_words(project):
    (project / "app.py").write_text("import no_such_module_anywhere\n")

    with pytest.raises(PackagingError, match="no_such_module_anywhere"):
        package(project)


def test_every_module_comes_compiled_because_lambda_cannot_keep_what_it_compiles(packed):
    modules = [name for name in packed if name.endswith(".py")]
    tag = sys.implementation.cache_tag

    assert modules
    for name in map(PurePosixPath, modules):
        assert str(name.parent / "__pycache__" / f"{name.stem}.{tag}.pyc") in packed


def test_the_zip_holds_the_app_and_every_file_of_its_library(packed):
    library = (ROOT / "chalicelib").rglob("*")
    own = {str(path.relative_to(ROOT)) for path in library if path.is_file() and path.suffix != ".pyc"}

    assert own | {"app.py"} <= set(packed)


def test_the_zip_leaves_out_what_lambda_brings_along(packed):
    assert not [name for name in packed if name.split("/")[0] in RUNTIME]


def test_everything_the_functions_import_is_in_the_zip_or_in_lambda(packed):
    carried = {name.split("/")[0].removesuffix(".py") for name in packed}
    allowed = carried | RUNTIME | set(sys.stdlib_module_names)

    sources = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]
    foreign = {name for path in sources for name in imported(path) if name not in allowed}
    assert foreign == set()


def test_a_route_that_belongs_to_no_function_is_refused_by_name():
    with pytest.raises(UnplacedRouteError, match=r"/elsewhere/\{id\}"):
        owner("/elsewhere/{id}")


def test_a_new_operations_route_moves_to_the_operations_function_by_itself(template):
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    operation = paths["/hooks/{channel}"]["post"]
    sam = json.loads(json.dumps(template))
    sam["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]["/v1/new"] = {"delete": operation}

    moved = operations_overlay(sam, {})["RestAPI"]["Properties"]["DefinitionBody"]["paths"]

    uri = moved["/v1/new"]["delete"]["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    assert f"/${{{aliased('OperationsHandler')}}}/" in uri
    hook = moved["/hooks/{channel}"]["post"]["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    assert f"/${{{aliased('APIHandler')}}}/" in hook


def test_cfn_lint_has_nothing_to_say(artefact):
    linter = Path(sys.executable).parent / "cfn-lint"

    done = subprocess.run(
        [linter, "--non-zero-exit-code", "informational", "-t", artefact.template],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
