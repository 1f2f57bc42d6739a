"""The command is a client: it imports nothing of the service, one file of it opens sockets, and it stays short."""

import ast
from pathlib import Path

from tests.unit.test_layers import LONGEST_FILE, LONGEST_FUNCTION, imported

CLI = Path(__file__).resolve().parents[2] / "cli" / "bascule_cli"
SOURCES = {path.relative_to(CLI).as_posix(): path.read_text() for path in sorted(CLI.rglob("*.py"))}
TREES = {name: ast.parse(text) for name, text in SOURCES.items()}
OURS = {"bascule_cli", "click", "rich", "urllib3"}
NETWORK = {"urllib3", "socket", "ssl", "http.client", "urllib.request"}


def users(modules):
    return {name for name, tree in TREES.items() if {one for one in imported(tree) if one in modules}}


def test_it_imports_nothing_of_the_service():
    tops = {module.partition(".")[0] for tree in TREES.values() for module in imported(tree)}

    assert tops & {"chalicelib", "chalice", "botocore", "boto3", "infra", "app", "tests"} == set()
    assert tops >= OURS


def test_one_file_opens_sockets_and_one_reads_the_clock():
    clocks = {name for name, text in SOURCES.items() if "datetime.now(UTC)" in text or "time.time(" in text}

    assert users(NETWORK) == {"web.py"}
    assert clocks == {"main.py"}


def test_nothing_of_it_catches_everything_or_runs_a_program():
    caught = [
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]

    assert caught == []
    assert users({"subprocess", "os.system"}) == set()


def test_nothing_lets_a_certificate_pass():
    words = ("verify=False", "CERT_NONE", "insecure", "check_hostname", "assert_hostname")

    assert [(name, word) for name, text in SOURCES.items() for word in words if word in text] == []


def test_functions_and_files_of_it_stay_short():
    files = [name for name, text in SOURCES.items() if text.count("\n") > LONGEST_FILE]
    functions = [
        f"{name}:{node.name}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert (files, functions) == ([], [])
