"""From a URL to an open database, and where its files are."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from platformdirs import user_data_path

from ..model.errors import Invalid, Problem
from .database import Database
from .sqlite import SqliteDatabase


def sqlite_path(url: str) -> Path | None:
    """Return the file of a ``sqlite:///…`` URL (three slashes: relative, four: absolute); None for another engine."""
    parts = urlsplit(url)
    if parts.scheme != "sqlite":
        return None
    if parts.netloc or not parts.path.strip("/"):
        raise Invalid(Problem("db", "a SQLite URL names a file: sqlite:///relative.db or sqlite:////absolute.db"))
    return Path(unquote(parts.path)[1:])


def default_files(url: str) -> Path:
    """Return the folder in which the files of a store are kept where none is named.

    It is beside a SQLite file; for PostgreSQL it is in the user's data folder, by the database's name.
    """
    path = sqlite_path(url)
    if path is not None:
        return path.with_name(f"{path.name}.files")
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", unquote(urlsplit(url).path.strip("/"))) or "postgresql"
    return user_data_path("interlog") / "files" / name.lstrip(".")


def database_of(url: str) -> Database:
    """Return the (not yet open) database of a ``sqlite:///…`` or ``postgresql://…`` URL."""
    path = sqlite_path(url)
    if path is not None:
        return SqliteDatabase(path)
    if urlsplit(url).scheme in ("postgresql", "postgres") and _has_usable_port(url):
        from .postgresql import PostgresqlDatabase  # its driver takes four megabytes, for nothing on SQLite

        return PostgresqlDatabase(url)
    raise Invalid(
        Problem("db", f"expected sqlite:///path/to/file.db or postgresql://user@host/database, not {shown(url)}")
    )


def shown(url: str) -> str:
    """Return a database's URL without its password: for messages."""
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    return url.replace(user + at, user.partition(":")[0] + at, 1) if ":" in user else url


def _has_usable_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
