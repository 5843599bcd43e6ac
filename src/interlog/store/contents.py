"""The contents of files: a folder in which each lies under a key of its own, and never changes.

A content is written under another name, flushed to disk, and only then given its own: whatever has a key as its name is
whole. The row that names the key is committed after that. Where it never is, the content is nobody's, and ``strays``
finds it.
"""

import asyncio
import hashlib
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from ..model.errors import NoRoom, Unavailable
from ..model.ids import uuid7

CHUNK = 1024 * 1024
"""Bytes that are read and written at once."""

HEAD = 8 * 1024
"""Bytes of the beginning that are kept in memory, by which is told what a content is."""

_PART = ".part"
_FOLDER = re.compile(r"\d+-\d+")
_SHARD = re.compile(r"[0-9a-f]{2}")
_KEY = re.compile(r"[0-9a-f-]{36}")


class Incoming:
    """A content on its way into the folder. Whoever began it ends it, by ``finish`` or ``discard``.

    ``size``, ``head`` and ``digest`` (SHA-256, hexadecimal) are those of what was written so far.
    """

    def __init__(self, folder: Path) -> None:
        self.key = uuid7()
        self.size, self.head = 0, b""
        self._hash = hashlib.sha256()
        self._path = folder / self.key[-2:] / self.key
        self._part = self._path.with_name(self.key + _PART)
        self._waiting = bytearray()
        self._written: IO[bytes] | None = None

    @property
    def digest(self) -> str:
        """The SHA-256 of it."""
        return self._hash.hexdigest()

    async def write(self, chunk: bytes) -> None:
        """Add bytes; they reach the disk a megabyte at a time."""
        self.size += len(chunk)
        if len(self.head) < HEAD:
            self.head += chunk[: HEAD - len(self.head)]
        self._waiting += chunk
        if len(self._waiting) >= CHUNK:
            await self._in_thread(self._flush)

    async def finish(self) -> None:
        """Make it durable under its key."""
        await self._in_thread(self._finish)

    async def discard(self) -> None:
        """Remove it, whether it was finished or not; what cannot be removed now is nobody's, like ``strays``."""
        with suppress(OSError):
            await asyncio.to_thread(self._discard)

    async def _in_thread(self, work: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(work)
        except OSError as error:
            raise NoRoom(f"a file cannot be kept in {self._path.parent}: {error.strerror}") from error

    def _flush(self) -> None:
        if self._written is None:
            _make_folders(self._path.parent)
            self._written = self._part.open("xb", buffering=0)
        waiting = memoryview(self._waiting)
        self._hash.update(waiting)
        done = 0
        while done < len(waiting):
            done += self._written.write(waiting[done:]) or 0
        waiting.release()
        self._waiting.clear()

    def _finish(self) -> None:
        self._flush()
        assert self._written is not None
        os.fsync(self._written.fileno())
        self._written.close()
        self._part.replace(self._path)
        _flush_folder(self._path.parent)

    def _discard(self) -> None:
        if self._written is not None:
            self._written.close()
            self._part.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)


class Contents:
    """The folder. It is made with the first content; several processes may use it at the same time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, owner: str) -> Incoming:
        """Begin a new content in the folder of an owner."""
        return Incoming(self.folder / owner)

    def path(self, owner: str, key: str) -> Path:
        """Return where a content lies."""
        return self.folder / owner / key[-2:] / key

    async def read(self, owner: str, key: str) -> AsyncIterator[bytes]:
        """Return the parts of a content, which is opened before this returns; ``Unavailable`` where it is not there."""
        path = self.path(owner, key)
        try:
            opened = await asyncio.to_thread(path.open, "rb", buffering=0)
        except OSError as error:
            raise Unavailable(f"a file is not to be had at {path}: {error.strerror}") from error
        return _parts(opened)

    def digest(self, owner: str, key: str) -> tuple[int, str] | None:
        """Return the size and SHA-256 of a content; None where it is not there. It reads all of it."""
        try:
            with self.path(owner, key).open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256")
                return opened.tell(), found.hexdigest()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"{self.path(owner, key)} cannot be read: {error.strerror}") from error

    def strays(self, owner: str, age: float) -> Iterator[dict[str, Path]]:
        """Give contents that have lain there for so many seconds, by their keys, a part at a time; also unfinished
        ones. Whether they belong to a file, whoever asks must look up."""
        latest = time.time() - age
        for shard in _listed(self.folder / owner):
            if _SHARD.fullmatch(shard.name):
                found = {}
                for entry in _listed(self.folder / owner / shard.name):
                    if _KEY.fullmatch(entry.name.removesuffix(_PART)) and _made_at(entry) <= latest:
                        found[entry.name] = Path(entry.path)
                if found:
                    yield found

    def every(self) -> Iterator[tuple[str, Path]]:
        """Give all contents that are whole: their paths below the folder, and where they are."""
        for owner in _listed(self.folder):
            if _FOLDER.fullmatch(owner.name):
                for shard in _listed(self.folder / owner.name):
                    for entry in _listed(self.folder / owner.name / shard.name):
                        if _KEY.fullmatch(entry.name):
                            yield f"{owner.name}/{shard.name}/{entry.name}", Path(entry.path)

    def place(self, name: str) -> Path | None:
        """Return where a content is to be put that ``every`` has named so; None for what is no such name."""
        parts = name.split("/")
        if len(parts) != 3 or not all(p.fullmatch(x) for p, x in zip((_FOLDER, _SHARD, _KEY), parts, strict=True)):
            return None
        return self.folder.joinpath(*parts)


def put_whole(source: IO[bytes], path: Path) -> None:
    """Write a content that is read from elsewhere to its place, whole or not at all."""
    _make_folders(path.parent)
    part = path.with_name(path.name + _PART)
    try:
        with part.open("wb") as written:
            while chunk := source.read(CHUNK):
                written.write(chunk)
            written.flush()
            os.fsync(written.fileno())
        part.replace(path)
        _flush_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


async def _parts(opened: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(opened.read, CHUNK):
            yield chunk
    finally:
        opened.close()


def _make_folders(folder: Path) -> None:
    """Make a folder and those above it, each durably, for nobody but us."""
    if not folder.is_dir():
        _make_folders(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _listed(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _made_at(entry: "os.DirEntry[str]") -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:  # it was finished, or removed, just now
        return float("inf")
