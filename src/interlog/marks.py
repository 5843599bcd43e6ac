"""Which operations of a protocol its tests cover, and through which clients: read from the marks of the tests.

A mark is ``@pytest.mark.covers("interactions.create", by="affinity-sdk")``; the coverage pages are made of them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

PLAIN = "plain HTTP"
"""The client of a mark that names none: requests by hand."""


def marks_in(tests: Path) -> dict[str, set[str]]:
    """Return through which clients each operation is tested, from the marks in the test modules below a folder."""
    found: dict[str, set[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for name, client in _marks(path):
            found.setdefault(name, set()).add(client)
    return found


def _marks(path: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "covers":
            client = next(
                (_value(keyword.value, tree, path) for keyword in node.keywords if keyword.arg == "by"), PLAIN
            )
            for argument in node.args:
                yield _value(argument, tree, path), client


def _value(node: ast.expr, tree: ast.Module, path: Path) -> str:
    """Return the text that an expression stands for: itself, or a constant of the module or of one it imports from."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        for statement in tree.body:
            if isinstance(statement, ast.Assign) and node.id in [getattr(t, "id", None) for t in statement.targets]:
                return _value(statement.value, tree, path)
            if isinstance(statement, ast.ImportFrom) and node.id in [alias.name for alias in statement.names]:
                source = path.with_name(f"{(statement.module or '').rpartition('.')[2]}.py")
                return _value(node, ast.parse(source.read_text()), source)
    raise ValueError(f"{path.name}:{node.lineno}: a mark must name its operations and its client by texts")
