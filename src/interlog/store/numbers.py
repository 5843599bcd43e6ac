"""Numbers: integer ids, taken from the database in blocks and given out from memory.

A block grows with demand, so that a bulk load asks rarely and a quiet server skips few numbers when it stops hard;
a clean stop gives the rest of a block back.
"""

import asyncio

from sqlalchemy import bindparam, update

from .database import Database
from .schema import counter
from .statements import Query, Unit, parameter

_TAKE = Query(
    update(counter)
    .where(counter.c.tenant_id == parameter("tenant"), counter.c.kind == bindparam("kind"))
    .values(next=counter.c.next + parameter("many"))
    .returning(counter.c.next)
)
_GIVE_BACK = Query(
    update(counter)
    .where(
        counter.c.tenant_id == parameter("tenant"),
        counter.c.kind == bindparam("kind"),
        counter.c.next == parameter("end"),
    )
    .values(next=parameter("start"))
)
RAISE = Query(
    update(counter)
    .where(
        counter.c.tenant_id == parameter("tenant"),
        counter.c.kind == bindparam("kind"),
        counter.c.next <= parameter("highest"),
    )
    .values(next=parameter("highest") + 1)
)

KINDS = ("interaction", "note", "person", "organization", "opportunity", "list", "entry", "token",
         "profile", "definition", "resource", "application", "consent", "subscription", "reminder",
         "file",
         "session", "merge", "field", "field_value", "value_change", "option")  # fmt: skip

_FIRST_BLOCK = 16
_LARGEST_BLOCK = 20_000


class _Block:
    __slots__ = ("end", "next", "refill", "size")

    def __init__(self) -> None:
        self.next = self.end = 0
        self.size = _FIRST_BLOCK
        self.refill = asyncio.Lock()


class Numbers:
    """Gives out numbers, each only once, growing with time within this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._blocks: dict[tuple[int, str], _Block] = {}

    async def take(self, tenant: int, kind: str, many: int = 1) -> range:
        """Return that many numbers of a kind, in a row."""
        block = self._blocks.get((tenant, kind))
        if block is None:
            block = self._blocks[tenant, kind] = _Block()
        while block.end - block.next < many:
            async with block.refill:
                if block.end - block.next < many:
                    await self._refill(block, tenant, kind, many)
        start = block.next
        block.next += many
        return range(start, start + many)

    async def one(self, tenant: int, kind: str) -> int:
        """Return one number of a kind."""
        return (await self.take(tenant, kind))[0]

    def go_beyond(self, unit: Unit, tenant: int, kind: str, highest: int) -> None:
        """Add to a unit that numbers up to the highest are given out elsewhere: the next ones are beyond it."""
        unit.change(RAISE, {"tenant": tenant, "kind": kind, "highest": highest}, expect=None)
        self._blocks.pop((tenant, kind), None)

    async def _refill(self, block: _Block, tenant: int, kind: str, many: int) -> None:
        size = max(block.size, many)
        (end,) = await self._database.take(_TAKE, tenant=tenant, kind=kind, many=size)
        if block.end != end - size:  # another process took numbers in between: what is left of ours is skipped
            block.next = end - size
        block.end = end
        block.size = min(block.size * 4, _LARGEST_BLOCK)

    async def give_back(self) -> None:
        """Return what is left of each block, unless another process has taken numbers since."""
        unit = Unit()
        for (tenant, kind), block in self._blocks.items():
            if block.next < block.end:
                arguments = {"tenant": tenant, "kind": kind, "start": block.next, "end": block.end}
                unit.change(_GIVE_BACK, arguments, expect=None)
        self._blocks.clear()
        if unit.changes:
            await self._database.write(unit)
