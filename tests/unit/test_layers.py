"""The arrows of the architecture: who may import whom, who reads the clock, how long things may grow."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.channels import kinds

ROOT = Path(__file__).resolve().parents[2]
OWN = "chalicelib"
PURE = {"chalicelib.domain"}
MAY = {
    "domain": {"domain"},
    "channels": {"channels", "domain", "http_types", "strict_json"},
    "pages": {"pages", "domain", "strict_json"},
    "strict_json": set(),
    "late_door": {"http_types"},
    "ports": {"domain", "ports"},
    "bells": {"ports"},
    "http_types": {"http_types"},
    "http": {"http_types", "http", "http_wire", "http_answer"},
    "http_wire": {"http_types", "http_wire", "http_answer"},
    "http_answer": {"http_types", "http_answer"},
    "clock": set(),
    "bundle": set(),
    "settings": set(),
    "web": {"web", "domain"},
    "memory": {"memory", "ports", "domain", "http_types"},
    "aws": {"aws", "ports", "domain", "http_types", "bells"},
    "service": {"service", "domain", "ports", "channels", "pages", "http_types", "web", "bells"},
    "handlers": {
        "handlers",
        "service",
        "domain",
        "ports",
        "channels",
        "http_types",
        "bells",
        "wiring",
        "web",
    },
}
ONLY = {
    "chalice": {"app", "handlers"},
    "boto3": {"aws"},
    "botocore": {"aws"},
    "socket": {"http"},
    "ssl": {"http"},
    "http.client": {"http", "http_wire", "http_answer"},
    "urllib.request": set(),
}
LONGEST_FUNCTION, LONGEST_FILE = 25, 200
LONG_FILES = {
    "chalicelib/channels/__init__.py",  # the seam is one page on purpose: every newcomer reads it whole
    "chalicelib/ports.py",  # likewise
    "chalicelib/domain/model.py",  # the vocabulary, likewise
}


def sources() -> Iterator[tuple[str, ast.Module, str]]:
    for path in sorted((ROOT / OWN).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        yield name, ast.parse(path.read_text()), path.read_text()


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(name: str) -> str:
    parts = name.removesuffix(".py").split("/")
    return parts[1] if len(parts) > 1 else parts[0]


@pytest.mark.parametrize(
    ("name", "tree"), [(n, t) for n, t, _ in sources()], ids=[n for n, _, _ in sources()]
)
def test_a_file_imports_only_what_its_layer_may(name, tree):
    own = layer(name)
    if own in ("__init__", "wiring"):
        return
    used = {part.split(".")[1] for part in imported(tree) if part.startswith(f"{OWN}.")}

    assert used <= MAY[own], f"{name} imports {used - MAY[own]}"


@pytest.mark.parametrize(("module", "layers"), ONLY.items())
def test_a_dangerous_module_is_imported_only_where_it_belongs(module, layers):
    users = {
        layer(name)
        for name, tree, _ in sources()
        for used in imported(tree)
        if used == module or used.startswith(f"{module}.")
    }

    assert users <= layers


def test_only_the_clock_reads_the_clock():
    readers = [name for name, _, text in sources() if "datetime.now(" in text or "utcnow" in text]

    assert readers == ["chalicelib/clock.py"]


def test_no_vendor_is_named_outside_the_channels():
    common = {"webhook", "ses"}  # words, or parts of words, that say no vendor's name
    vendors = {kind.partition("_")[0] for kind in kinds()} - common
    named = [
        name
        for name, tree, _ in sources()
        if not name.startswith("chalicelib/channels/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute | ast.Constant)
        and any(v in str(getattr(node, "id", getattr(node, "attr", ""))).lower() for v in vendors)
    ]

    assert named == []


def test_functions_and_files_stay_short():
    files = [
        name for name, _, text in sources() if text.count("\n") > LONGEST_FILE and name not in LONG_FILES
    ]
    functions = [
        f"{name}:{node.name}"
        for name, tree, _ in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert (files, functions) == ([], [])


def test_nothing_catches_everything():
    catchers = [
        f"{name}:{node.lineno}"
        for name, tree, _ in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
        )
    ]

    assert catchers == []


def test_no_two_test_files_share_a_name():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]

    assert sorted(names) == sorted(set(names)), "pytest tells test files apart by their names"
