"""Ready-made answers: the body of every interaction as the server would send it, by id, with one index for lists."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from rich.progress import track

from interlog.ledger import Ledger
from interlog.server import create_app
from interlog.settings import Settings
from interlog.store.sqlite import connect

from . import shape
from .asgi import ask
from .facts import Facts

_BATCH = 5_000

_SCHEMA = """
CREATE TABLE ready (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE entry (
    person INTEGER NOT NULL, code INTEGER NOT NULL, at INTEGER NOT NULL, id INTEGER NOT NULL,
    PRIMARY KEY (person, code, at, id)
) WITHOUT ROWID;
"""
_ONE = "SELECT body FROM ready WHERE id = ?"
_PAGE = """
SELECT ready.body FROM entry JOIN ready ON ready.id = entry.id
WHERE person = ? AND code = ? AND at >= ? AND at < ? ORDER BY at DESC, entry.id DESC LIMIT ?
"""

NO_TOKEN = b'],"next_page_token":null}'


class Ready:
    """Looks answers up. Paths: ``/one/<id>``, ``/page/<person>/<code>/<start>/<end>/<size>``."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path, read_only=True)

    def answer(self, path: str) -> bytes:
        """Return the body that belongs to a path."""
        parts = path.split("/")
        if len(parts) == 3:
            row: tuple[bytes] = self._connection.execute(_ONE, (int(parts[2]),)).fetchone()
            return row[0]
        rows = self._connection.execute(_PAGE, [int(part) for part in parts[2:]]).fetchall()
        return b'{"events":[' + b",".join([row[0] for row in rows]) + NO_TOKEN


async def write_ready(path: Path, url: str, facts: Facts) -> None:
    """Ask Interlog for every interaction of a store, and write the answers down."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(_SCHEMA)
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", sorted(_entries(facts)))
    ledger = await Ledger.open(url)
    try:
        app = create_app(Settings(db=url), ledger)
        starts = range(0, facts.size, _BATCH)
        for start in track(starts, f"Making {facts.size:,} answers ready", transient=True):
            bodies = []
            for index in range(start, min(start + _BATCH, facts.size)):
                number = facts.first_number + index
                target = f"/affinity/interactions/{number}", f"type={shape.code_of(index)}"
                bodies.append((number, await ask(app, "GET", *target, facts.token)))
            connection.executemany("INSERT INTO ready VALUES (?, ?)", bodies)
    finally:
        await ledger.close()
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _entries(facts: Facts) -> Iterator[tuple[int, int, int, int]]:
    person_ids = facts.person_ids
    for index in range(facts.size):
        at = int(shape.moment_of(index, facts.size).timestamp()) * 1_000_000
        for place in shape.places_of(index, len(person_ids)):
            yield person_ids[place], shape.code_of(index), at, facts.first_number + index
