"""What whoever runs a server does with a whole store. None of it needs the store to be open.

The tools of a migration are costly to load, so they are loaded where they are used: a server starts without them.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ..store.contents import Contents
from ..store.open import default_files, sqlite_path
from ..store.open import shown as shown_url

if TYPE_CHECKING:
    from ..store.migrate import Migrated


async def migrate(url: str) -> "Migrated":
    """Bring a store's schema to this version's; returns its revision before and after."""
    from ..store.migrate import migrate as bring_up_to_date

    return await bring_up_to_date(url)


async def distribute(url: str) -> list[str]:
    """Turn a PostgreSQL database that has the Citus extension into a sharded one; returns the tables moved now."""
    from ..store import distribute as sharding
    from ..store.migrate import migrate as bring_up_to_date

    await bring_up_to_date(url)
    return await sharding.distribute(url)


async def backup(url: str, target: Path, *, force: bool = False, files: Path | None = None) -> None:
    """Write a copy of a store, as of one moment, to a file, while a server may be using it.

    ``files``: its folder of files, where that is not the usual one.
    """
    from ..store import backup as backups

    await backups.backup(url, target, force=force, contents=Contents(files or default_files(url)))


async def restore(url: str, source: Path, *, force: bool = False, files: Path | None = None) -> None:
    """Replace a store by a copy of it, after checking the copy, and bring its schema to this version's."""
    from ..store import backup as backups

    await backups.restore(url, source, force=force, contents=Contents(files or default_files(url)))


def exists(url: str) -> bool:
    """Whether there is a store to be opened; of a PostgreSQL database only opening it tells."""
    path = sqlite_path(url)
    return path is None or path.exists()


def shown(url: str) -> str:
    """Return a store's URL without its password: for messages."""
    return shown_url(url)
