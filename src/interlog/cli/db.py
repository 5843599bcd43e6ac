"""``interlog db``: looking after a store."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from . import output
from .common import Config, Db, Json, files_of, opened, run, url_of

app = App(name="db", help="Look after a store: migrate, check, back up, restore, distribute.")

Force = Annotated[bool, Parameter(name="--force", negative=())]


@app.command
def migrate(*, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Bring a store's schema to this version's. The server does so too when it starts.

    The previous version can go on serving meanwhile. A schema that a newer version has made is refused.

    ```console
    $ interlog db migrate --db postgresql://interlog@db.own.example/interlog
    ```
    """
    from ..ledger import maintenance

    before, after = run(maintenance.migrate(url_of(db, config)))
    done = f"The schema is at revision {after}" + (" already." if before == after else f", from {before or 'nothing'}.")
    output.show({"from": before, "to": after}, done, json=json)


@app.command
def check(*, db: Db = None, config: Config = None, json: Json = False) -> int:
    """Check that a store is sound: its files, its schema, and everything that one record says about another.

    Uploaded files are read, too. Prints "clean" or the problems; with problems the exit code is 1. A large store takes
    minutes. Stop the server first, or check a restored backup: what changes meanwhile can look like a problem.

    ```console
    $ interlog db check
    $ interlog db check --json
    ```
    """
    problems = run(_problems(url_of(db, config), files_of(config)))
    text = "\n".join(output.escaped(problem) for problem in problems) or "clean"
    output.show({"clean": not problems, "problems": problems}, text, json=json)
    return output.FAILED if problems else 0


async def _problems(url: str, files: Path | None) -> list[str]:
    async with opened(url, files=files) as ledger:
        return await ledger.check.problems()


@app.command
def distribute(*, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Shard a PostgreSQL database with the Citus extension, each tenant's records side by side on one node.

    Safe to repeat: only tables that are not yet distributed are moved. Stop the servers for the time it takes.

    ```console
    $ interlog db distribute --db postgresql://interlog@coordinator.own.example/interlog
    ```
    """
    from ..ledger import maintenance

    tables = run(maintenance.distribute(url_of(db, config)))
    text = f"Distributed {len(tables)} tables." if tables else "Every table is distributed already."
    output.show({"distributed": tables}, text, json=json)


@app.command
def backup(file: Path, /, *, force: Force = False, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Write a copy of a store, as of one moment, to a file. The server may go on serving.

    SQLite is copied by its online backup; the file is a SQLite database. PostgreSQL is copied by pg_dump, which must be
    installed and not older than the server. Where there are uploaded files, the file is a tar archive of that copy and
    of them.

    ```console
    $ interlog db backup interlog-$(date +%F).backup
    ```

    Args:
        file: The file to write; it is complete or not there. It holds everything: keep it as safe as the store.
        force: Replace the file if it exists.
    """
    from ..ledger import maintenance

    run(maintenance.backup(url_of(db, config), file, force=force, files=files_of(config)))
    size = file.stat().st_size
    output.show({"file": str(file), "bytes": size}, f"Wrote {output.escaped(str(file))}, {size:,} bytes.", json=json)


@app.command
def restore(file: Path, /, *, force: Force = False, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Replace a store by a copy made with `interlog db backup` of the same engine. Stop the server first.

    The copy is checked before anything is replaced, and its schema is brought to this version's. PostgreSQL needs
    pg_restore, which must be installed and not older than the server.

    ```console
    $ interlog db restore interlog-2026-11-30.backup
    ```

    Args:
        file: The copy.
        force: Replace a store that holds data: all of it will be gone.
    """
    from ..ledger import maintenance

    url = url_of(db, config)
    run(maintenance.restore(url, file, force=force, files=files_of(config)))
    shown = maintenance.shown(url)
    output.show({"db": shown, "file": str(file)}, f"Restored {output.escaped(shown)}.", json=json)
