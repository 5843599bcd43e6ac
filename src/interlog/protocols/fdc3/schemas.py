"""The standard's JSON schemas of contexts, repaired when this was built (``browser/build.py``; spec 3)."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

_FOLDER = files("interlog") / "web" / "static" / "vendor" / "fdc3"


@lru_cache(maxsize=1)
def all_schemas() -> dict[str, tuple[str, Any]]:
    """Return the schemas: type of contexts -> name of the file, and the schema. ``context`` is the base of all."""
    found = {}
    for path in sorted(_FOLDER.iterdir(), key=lambda path: path.name) if _FOLDER.is_dir() else ():
        schema = json.loads(path.read_text())
        types = [part.get("properties", {}).get("type", {}).get("const") for part in schema.get("allOf", [])]
        type_ = next((item for item in types if item is not None), path.name.partition(".")[0])
        found[type_] = (path.name, schema)
    return found


def schema_of(name: str) -> Any:
    """Return a schema by the type that it is of, or by the name of its file; None where there is none."""
    known = all_schemas()
    if name in known:
        return known[name][1]
    return next((schema for file, schema in known.values() if file == name), None)
