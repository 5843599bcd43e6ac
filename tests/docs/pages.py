"""Running a page of the docs: its fenced blocks, in order, as a reader would.

What a block's first line says after the backticks decides what becomes of it:

- ``console``: each ``$ command`` runs in bash; the lines below it are what it prints. Exported variables and the folder
  carry over to the next command.
- ``console fails``: the same, but the command is refused (its exit code is not 0).
- ``console background``: the same as ``console``, but the command goes on running until the page ends, or until the
  next such block (the reader pressed Ctrl+C); its output is waited for.
- ``console beside``: a background command again, and those before it go on, too.
- ``python``: runs in the page's Python session; a ``text`` block right below it is what it prints.
- Any other block is only to be read; with a comment ``<!-- file: name -->`` above it, it becomes that file.

In output, ``…`` stands for anything within a line, and a line of nothing else for any lines. In a command, ``ilog1_…``
is the token that was last printed, as the reader would paste it.
"""

import io
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

SECONDS = 200

_BASH = ("bash", "--noprofile", "--norc", "-c")

_BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n)?^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_TOKEN = re.compile(r"ilog\d+_[\w-]{20,}")
_PASTED = "ilog1_…"


class Block(NamedTuple):
    """A fenced block. ``line`` is where it begins, ``file`` what it is to be written to."""

    line: int
    info: str
    text: str
    file: str | None = None


def blocks_of(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for match in _BLOCK.finditer(page):
        line = page.count("\n", 0, match.start("info")) + 1
        indent = match["indent"]
        text = "".join(part.removeprefix(indent) for part in match["text"].splitlines(keepends=True))
        yield Block(line, match["info"].strip(), text, match["file"])


class Reader:
    """Somebody who does what a page says, in an empty folder.

    ``instead`` maps what the page says to what is done here: a port that is free, a database that is there.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], instead: Mapping[str, str]) -> None:
        self.folder = self._at = folder
        self.environment = dict(environment)
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self._instead = instead
        self._token = _PASTED
        self._running: list[subprocess.Popen[bytes]] = []

    def read(self, page: str) -> None:
        """Do everything that a page says, and check everything that it shows."""
        blocks = list(blocks_of(page))
        for block, following in zip(blocks, [*blocks[1:], None], strict=True):
            if block.file is not None:
                (self.folder / block.file).write_text(self._done(block.text))
            elif block.info == "python":
                shown = following.text if following is not None and following.info == "text" else None
                self._python(block, shown)
            elif block.info in ("console", "console fails"):
                for line, command, shown in _commands(block):
                    code, output = self._run(command)
                    self._compare(line, shown, output)
                    assert (code != 0) == (block.info == "console fails"), f"line {line}: exit code {code}"
            elif block.info in ("console background", "console beside"):
                if block.info == "console background":
                    self.close()
                for line, command, shown in _commands(block):
                    self._start(line, command, shown)

    def close(self) -> None:
        """Press Ctrl+C."""
        while self._running:
            process = self._running.pop()
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise

    def _done(self, text: str) -> str:
        """Return what is done where the page says something."""
        for said, done in self._instead.items():
            text = text.replace(said, done)
        return text.replace(_PASTED, self._token)

    def _said(self, output: str) -> str:
        """Return what the page would show where something was printed here."""
        if found := _TOKEN.findall(output):
            self._token = found[-1]
        for said, done in self._instead.items():
            output = output.replace(done, said)
        return output

    def _run(self, command: str) -> tuple[int, str]:
        left = self.folder.with_name(f"{self.folder.name}.left")
        script = f"{self._done(command)}\ncode=$?\n{{ pwd; env -0; }} > '{left}'\nexit $code\n"
        done = subprocess.run(
            [*_BASH, script],
            env=self.environment,
            cwd=self._at,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
        folder, _, variables = left.read_text().partition("\n")
        self._at = Path(folder)
        pairs = (pair.partition("=") for pair in variables.split("\0") if pair)
        self.environment = {name: value for name, _, value in pairs if name != "_"}
        return done.returncode, self._said(done.stdout.decode())

    def _start(self, line: int, command: str, shown: str) -> None:
        path = self.folder.with_name(f"{self.folder.name}.{len(self._running)}.log")
        path.write_bytes(b"")
        with path.open("ab") as log:
            process = subprocess.Popen(
                [*_BASH, f"exec {self._done(command)}"],
                env=self.environment,
                cwd=self._at,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append(process)
        end = time.monotonic() + SECONDS
        while not _matches(shown, output := self._said(path.read_text())):
            if process.poll() is not None or time.monotonic() > end:
                self._compare(line, shown, output)
            time.sleep(0.05)

    def _python(self, block: Block, shown: str | None) -> None:
        output = io.StringIO()
        code = compile("\n" * block.line + self._done(block.text), "page", "exec")
        environment = mock.patch.dict(os.environ, self.environment, clear=True)
        with environment, chdir(self._at), redirect_stdout(output):
            exec(code, self.names)
        self._compare(block.line, shown or "", self._said(output.getvalue()))

    def _compare(self, line: int, shown: str, output: str) -> None:
        assert _matches(shown, output), f"line {line}: the page shows\n{shown}\nbut this was printed:\n{output}"


def _commands(block: Block) -> Iterator[tuple[int, str, str]]:
    """Yield each command of a console block, its line in the page, and what it prints."""
    command: list[str] = []
    shown: list[str] = []
    start = block.line
    for number, text in enumerate(block.text.splitlines(), block.line + 1):
        if command and not shown and command[-1].endswith("\\"):
            command.append(text)
        elif text.startswith("$ "):
            if command:
                yield start, "\n".join(command), "\n".join(shown)
            start, command, shown = number, [text.removeprefix("$ ")], []
        else:
            assert command, f"line {number}: a console block begins with a command: $ …"
            shown.append(text)
    if command:
        yield start, "\n".join(command), "\n".join(shown)


def _matches(shown: str, output: str) -> bool:
    """Whether output is what a page shows."""
    lines = [re.escape(line).replace("…", "[^\n]*") for line in _lines(shown)]
    pattern = "".join("(?:[^\n]*\n)*" if line == "[^\n]*" else f"{line}\n" for line in lines)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(output))) is not None


def _lines(text: str) -> list[str]:
    """Return the lines of a text. How wide the columns of a table are does not matter."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]
