"""What must hold between the rows of files and the folder of their contents."""

import asyncio

from . import files
from .store import Store

_BATCH = 500


async def file_problems(store: Store, tenant_id: int, folder: str) -> list[str]:
    """Return what does not hold for a tenant's files, in plain English. It reads every content."""
    problems: list[str] = []
    after = 0
    while found := await files.every(store.database, tenant_id, after=after, limit=_BATCH):
        for item in found:
            kept = await asyncio.to_thread(store.contents.digest, folder, item.key)
            if kept is None:
                problems.append(f"the content of file {item.id} is not in the folder of files")
            elif kept != (item.size, item.digest):
                problems.append(f"the content of file {item.id} is not what was stored")
        after = found[-1].id
    return problems
