"""An open store: one database, and the numbers given out from it."""

from ..model.errors import Unavailable
from .database import Database
from .numbers import Numbers
from .open import database_of
from .revision import is_current


class Store:
    """What the ledger works on."""

    def __init__(self, url: str, database: Database) -> None:
        self.url = url
        self.database = database
        self.numbers = Numbers(database)

    @classmethod
    async def open(cls, url: str) -> "Store":
        """Open the database of a URL, after bringing its schema to this version's."""
        database = database_of(url)
        if not await is_current(url):
            from .migrate import migrate  # costly to load, and seldom needed

            await migrate(url)
        await database.open()
        return cls(url, database)

    async def close(self) -> None:
        """Finish what was handed in, then disconnect."""
        try:
            await self.numbers.give_back()
        except Unavailable:
            pass  # the rest of the blocks is skipped
        finally:
            await self.database.close()
