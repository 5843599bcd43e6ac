"""Calls affinity-sync's clients of both versions, in whose environment this runs, as the lines of its input say.

An argument ``{"model": "NewPerson", …}`` is that model of the library. Its copy into PostgreSQL uses one function that
came with Python 3.12; where that is missing, it gets one that does the same.
"""

import datetime
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import affinity_sync
from affinity_sync import clients
from affinity_sync.module_types import affinity_v1_api

base, token = sys.argv[1:]
clients.AffinityClientV1._AffinityClientV1__URL = f"{base}/"
clients.AffinityClientV2._AffinityClientV2__URL = f"{base}/v2/"


def batched(items: Iterable[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """Yield as many items at a time, and fewer at the end."""
    rest = iter(items)
    while batch := tuple(itertools.islice(rest, size)):
        yield batch


if not hasattr(itertools, "batched"):
    itertools.batched = batched


class Copy:
    """The library's copy of a whole tenant into PostgreSQL, as its command makes it."""

    def run(self, **database: Any) -> None:
        """Copy all that is due; the arguments are those of the database."""
        affinity_sync.Sync(token, **database).run()


targets = {"v1": clients.AffinityClientV1(token), "v2": clients.AffinityClientV2(token), "copy": Copy()}


def read(name: str, value: Any) -> Any:
    """Return an argument as the library takes it."""
    if isinstance(value, dict) and "model" in value:
        return getattr(affinity_v1_api, value.pop("model"))(**value)
    if name.endswith("_date"):
        return datetime.date.fromisoformat(value)
    return value.encode() if name == "file" else value


def plain(value: Any) -> Any:
    """Return what the library answers as JSON."""
    return list(value) if isinstance(value, Iterator) else value.model_dump(mode="json", by_alias=True)


for line in sys.stdin:
    asked = json.loads(line)
    target, method = asked["path"]
    try:
        args = {name: read(name, value) for name, value in asked["args"].items()}
        text = json.dumps({"result": getattr(targets[target], method)(**args)}, default=plain)
    except Exception as error:
        text = json.dumps({"error": f"{type(error).__name__}: {error}"})
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
