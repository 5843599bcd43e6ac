"""What several commands share: options, and from options to an open ledger or an actor."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import Parameter

from .. import settings
from ..model.errors import Unavailable

if TYPE_CHECKING:
    from ..ledger import Ledger

Result = TypeVar("Result")

Db = Annotated[
    str | None,
    Parameter(
        name="--db",
        help="The store: sqlite:///path/to/file.db or postgresql://user@host/database "
        "(INTERLOG_DB; by default a SQLite file in your data folder).",
    ),
]
Config = Annotated[
    Path | None,
    Parameter(
        name="--config",
        help="The TOML file with settings (INTERLOG_CONFIG; by default interlog.toml in your config folder).",
    ),
]
Json = Annotated[
    bool,
    Parameter(
        name="--json",
        negative=(),
        help="Print one JSON object on standard output and nothing else; errors are one JSON object on standard error.",
    ),
]
Tenant = Annotated[str, Parameter(name="--tenant", help="The tenant's short name, such as acme.")]


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's work to its end."""
    return asyncio.run(work)


def url_of(db: str | None, config: Path | None) -> str:
    """Return the URL of the store that the options, the environment or the file name, or of the default one."""
    return settings.load({"db": db}, config=config).db or f"sqlite:///{settings.default_database()}"


def files_of(config: Path | None) -> Path | None:
    """Return the folder of files that the environment or the file names; None for that which goes with the store."""
    return settings.files_folder(settings.load(config=config))


@asynccontextmanager
async def opened(url: str, *, create: bool = False, files: Path | None = None) -> AsyncIterator["Ledger"]:
    """Open the ledger of a store; one that does not exist is made only with ``create``. ``files``: its folder of files,
    where that is not the usual one; what does not concern files need not know."""
    from ..ledger import Ledger, maintenance

    if not create and not maintenance.exists(url):
        raise Unavailable(f"there is no store at {maintenance.shown(url)}: make one with interlog init")
    ledger = await Ledger.open(url, files=files)
    try:
        yield ledger
    finally:
        await ledger.close()
