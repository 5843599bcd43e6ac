"""Printing: results on standard output, everything else on standard error; for people or as JSON.

Exit codes: 0 done, 1 failed, 2 the command line or the settings are wrong.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from ..model.errors import InterlogError, Invalid, Problem

if TYPE_CHECKING:
    from rich.progress import Progress

FAILED = 1
USAGE = 2


def show(data: Mapping[str, Any], text: str, *, json: bool) -> None:
    """Print a command's result: the data as one JSON object, or the text (with rich's markup) for people."""
    if json:
        _write(data, sys.stdout)
    else:
        _console().print(text)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table for people."""
    from rich import box
    from rich.table import Table

    drawn = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        drawn.add_row(*(escaped(cell) for cell in row))
    console = _console()
    console.width = 1_000  # as wide as its cells, also where the output goes to another program
    console.print(drawn)


def hint(text: str) -> None:
    """Print something worth knowing beside the result."""
    with suppress(OSError):  # nobody reads it: no reason to fail
        _console(stderr=True).print(text)


def fail(error: InterlogError, *, json: bool) -> int:
    """Print an error; returns the exit code."""
    problems = error.problems if isinstance(error, Invalid) else ()
    if json:
        _write_error(str(error), problems)
    elif problems:
        for problem in problems:
            hint(f"[bold red]error:[/] {escaped(problem.path)}: {escaped(problem.message)}")
    else:
        hint(f"[bold red]error:[/] {escaped(str(error))}")
    return USAGE if problems else FAILED


def fail_usage(message: str, *, json: bool) -> int:
    """Print what is wrong with the command line; returns the exit code."""
    if json:
        _write_error(message, ())
    else:
        hint(f"[bold red]error:[/] {escaped(message)}")
    return USAGE


def progress() -> "Progress":
    """Return a progress bar on standard error; it stays silent where that is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = _console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def escaped(text: str) -> str:
    """Return text without any markup in it."""
    from rich.markup import escape

    return escape(text)


def _console(*, stderr: bool = False) -> Any:
    from rich.console import Console

    # What is printed is there to be copied: no line may be broken, and numbers need no colours.
    return Console(stderr=stderr, soft_wrap=True, highlight=False)


def _write_error(message: str, problems: Sequence[Problem]) -> None:
    listed = [{"path": problem.path, "message": problem.message, "code": problem.code} for problem in problems]
    _write({"error": message, "problems": listed}, sys.stderr)


def _write(data: Mapping[str, Any], file: Any) -> None:
    file.write(msgspec.json.encode(data).decode() + "\n")
    file.flush()
