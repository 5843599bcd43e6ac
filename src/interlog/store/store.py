"""An open store: one database, the numbers given out from it, and the folder of files beside it."""

from pathlib import Path

from ..model.errors import Unavailable
from .contents import Contents
from .database import Database
from .numbers import Numbers
from .open import database_of, default_files
from .revision import is_current


class Store:
    """What the ledger works on."""

    def __init__(self, url: str, database: Database, files: Path) -> None:
        self.url = url
        self.database = database
        self.contents = Contents(files)
        self.numbers = Numbers(database)

    @classmethod
    async def open(cls, url: str, files: Path | None = None) -> "Store":
        """Open the database of a URL, after bringing its schema to this version's. ``files``: the folder of files."""
        database = database_of(url)
        if not await is_current(url):
            from .migrate import migrate  # costly to load, and seldom needed

            await migrate(url)
        await database.open()
        return cls(url, database, files if files is not None else default_files(url))

    async def close(self) -> None:
        """Finish what was handed in, then disconnect."""
        try:
            await self.numbers.give_back()
        except Unavailable:
            pass  # the rest of the blocks is skipped
        finally:
            await self.database.close()
