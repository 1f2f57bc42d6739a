"""Every fault that the service may tell of plans, orders and work, read from its code: texts with {} for values."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "chalicelib"
TOLD = (
    "domain/plan_document", "service/operate/plan_check.py", "service/operate/windows.py",
    "service/operate/canaries.py", "service/operate/shares.py", "service/operate/schedule.py",
    "handlers/operate/orders.py", "handlers/operate/shares.py", "handlers/operate/maintenance.py",
    "handlers/operate/plan.py", "handlers/operate/plan_changes.py", "handlers/asked.py",
)  # fmt: skip
VALUE = "{}"
AHEAD = "_line(event)"
"""What a text begins with that says where in the document it is."""


def templates() -> dict[str, str]:
    """Where each stands in the code, by template."""
    found = {}
    for name in TOLD:
        path = ROOT / name
        for source in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            for line, template in _of(ast.parse(source.read_text())):
                found[template] = f"{source.relative_to(ROOT)}:{line}"
    return found


def _of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    functions = {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
    for function in functions.values():
        for node in ast.walk(function):
            if isinstance(node, ast.For | ast.comprehension) and ast.unparse(node.target) == "message":
                yield from _yielded(functions[ast.unparse(node.iter).partition("(")[0]])
            if isinstance(node, ast.Call):
                said = _message(node)
                for each in _spelled(said, function) if said is not None else ():
                    yield node.lineno, each


def _yielded(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """The messages that a function makes for the one that tells them."""
    for node in ast.walk(function):
        if isinstance(node, ast.Yield) and node.value is not None:
            yield from ((node.lineno, each) for each in _spelled(node.value, function))


def _message(call: ast.Call) -> ast.expr | None:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "fault" and call.args:
        return call.args[0]
    if isinstance(call.func, ast.Name) and call.func.id == "_refused":
        return call.args[0]
    if isinstance(call.func, ast.Name) and call.func.id == "Fault":
        return next((one.value for one in call.keywords if one.arg == "message"), None)
    return None


def _spelled(said: ast.expr, function: ast.FunctionDef) -> Iterator[str]:
    """The texts that an expression may be; none of one that only passes on what another function says."""
    if isinstance(said, ast.Constant):
        yield str(said.value)
    elif isinstance(said, ast.JoinedStr):
        parts = [
            one
            for one in said.values
            if not (isinstance(one, ast.FormattedValue) and ast.unparse(one.value) == AHEAD)
        ]
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else VALUE for one in parts)
    elif isinstance(said, ast.Name):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and any(ast.unparse(one) == said.id for one in node.targets):
                yield from _spelled(node.value, function)
    elif isinstance(said, ast.BinOp | ast.IfExp):
        raise TypeError(f"line {said.lineno}: write the message as one text")
