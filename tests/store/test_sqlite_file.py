"""The file of a SQLite store."""

import stat
from pathlib import Path

from interlog.store.store import Store


def modes_in(folder: Path) -> dict[str, int]:
    """Return who may do what with each file, by its name."""
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def test_a_new_file_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    """What people wrote is nobody else's business, whatever the process' umask."""
    path = tmp_path / "own.db"
    store = await Store.open(f"sqlite:///{path}")
    try:
        modes = modes_in(tmp_path)
        assert modes["own.db"] == 0o600
        assert set(modes.values()) == {0o600}  # the write-ahead log as well
    finally:
        await store.close()
