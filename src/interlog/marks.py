"""Which operations of a protocol its tests cover, and through which clients: read from the marks of the tests.

A mark is ``@pytest.mark.covers("interactions.create", by="affinity-sdk")``; the coverage pages are made of them, with
what they have in common.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

PLAIN = "plain HTTP"
"""The client of a mark that names none: requests by hand."""


class Missing(NamedTuple):
    """Operations of the vendor that are not served: a section of the specification, methods, and a path."""

    section: str
    methods: str
    path: str


class Operation(Protocol):
    """What the pages say of an operation of a route table."""

    @property
    def name(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def paths(self) -> Sequence[str]: ...
    @property
    def spec(self) -> str: ...


Served = TypeVar("Served", bound=Operation)


def missing(*rows: tuple[str, str, str]) -> tuple[Missing, ...]:
    """Return what is not served."""
    return tuple(Missing(*row) for row in rows)


def count_of(items: Iterable[Missing]) -> int:
    """Return how many operations are not served."""
    return sum(len(item.methods.split()) for item in items)


def missing_table(items: Iterable[Missing]) -> str:
    """Return the table of what is not served."""
    head = "| path | methods | § |\n| --- | --- | --- |\n"
    return head + rows((f"`{item.path}`", item.methods.replace(" ", ", "), item.section) for item in items)


def served_table(
    operations: Iterable[Served],
    tests: Path,
    clients: Sequence[str],
    more: Mapping[str, Callable[[Served], str]] | None = None,
) -> str:
    """Return the table of operations, with a column for each client. ``more``: columns behind that of the request."""
    marks, more = marks_in(tests), more or {}
    lines = [("operation", "request", *more, "§", *clients), ["---"] * (3 + len(more) + len(clients))]
    for operation in operations:
        request = "<br>".join(f"`{operation.method} {path}`" for path in operation.paths)
        ticks = ["✓" if client in marks.get(operation.name, ()) else "" for client in clients]
        own = [say(operation) for say in more.values()]
        lines.append((operation.name, request, *own, operation.spec, *ticks))
    return rows(lines)


def rows(cells: Iterable[Iterable[str]]) -> str:
    """Return rows of a table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def marks_in(tests: Path) -> dict[str, set[str]]:
    """Return through which clients each operation is tested, from the marks in the test modules below a folder."""
    found: dict[str, set[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for name, client in _marks(path):
            found.setdefault(name, set()).add(client)
    return found


def constants(path: Path) -> dict[str, Any]:
    """Return the literals that a module of the tests gives names to."""
    tree = ast.parse(path.read_text())
    return {
        target.id: ast.literal_eval(statement.value)
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


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
