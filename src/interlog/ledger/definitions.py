"""Documents that a protocol keeps by kind and name: links, connectors, jobs and the like."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..model.definitions import Document
from ..model.errors import Conflict, NotFound, Problem, Refused
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.tenancy import Actor, Right
from ..store import definitions as rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store

_TRIES = 8


class Kept(NamedTuple):
    """A document as it is stored now; whether it was new, and whether anything changed."""

    document: Document
    created: bool
    changed: bool


class Copied(NamedTuple):
    """A document that is stored under several kinds; ``change`` makes its value of the stored one, None for none."""

    kinds: Sequence[str]
    name: str
    change: Callable[[Mapping[str, Any] | None], dict[str, Any]]


class Definitions:
    """Use cases around documents. Names are found in whatever case they are written; the first casing stays."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = store.database

    async def get(self, actor: Actor, kind: str, name: str) -> Document:
        """Return a document."""
        actor.require(Right.READ)
        found = await rows.by_name(self._database, actor.tenant.id, kind, name)
        if found is None:
            raise NotFound(kind, name, "name")
        return found[0]

    async def page(self, actor: Actor, kind: str, *, after: str = "", limit: int = 100) -> list[Document]:
        """Return the documents of a kind in order of their names in lower case, those behind a name."""
        actor.require(Right.READ)
        return await rows.page(self._database, actor.tenant.id, kind, after, limit)

    async def put(
        self,
        actor: Actor,
        kind: str,
        name: str,
        value: dict[str, Any],
        *,
        expected_version: int | None = None,
        right: Right = Right.ADMIN,
    ) -> Kept:
        """Store a document, or replace it by a new version; the same value again changes nothing.

        ``expected_version``: the version that the value was made from, 0 for none; ``Conflict`` where another is
        stored. ``right``: what the actor needs; what a protocol keeps on its own account needs less.
        """
        actor.require(right)
        tenant = actor.tenant.id
        for _ in range(_TRIES):
            found = await rows.by_name(self._database, tenant, kind, name)
            if expected_version not in (None, found[0].version if found is not None else 0):
                break
            at, unit = now(), Unit()
            if found is None:
                number = await self._store.numbers.one(tenant, "definition")
                document = Document(kind=kind, name=name, value=value, created_at=at)
                rows.insert(unit, tenant, number, document)
                add_entry(unit, actor, Action.CREATE, Entity.DEFINITION, number, 1, at)
            else:
                read, number = found
                if read.value == value:
                    return Kept(read, created=False, changed=False)
                document = replace(read, value=value, version=read.version + 1, modified_at=at)
                rows.change(unit, tenant, number, read, document)
                before = encode(read).decode()
                add_entry(unit, actor, Action.AMEND, Entity.DEFINITION, number, document.version, at, before)
            try:
                await self._database.write(unit)
            except (Duplicate, Stale):
                continue
            return Kept(document, created=found is None, changed=True)
        raise Conflict(f"{name} was changed by somebody else in the meantime; read it again")

    async def put_copies(
        self, actor: Actor, items: Sequence[Copied], *, right: Right = Right.ADMIN
    ) -> list[dict[str, Any]]:
        """Store documents, each under all of its kinds, in one transaction; returns each value as it is stored then.

        All have the same first kind, which decides what is stored already. Several about one are applied in order.
        """
        actor.require(right)
        for _ in range(_TRIES):
            unit = Unit()
            values = await add_copies(self._store, actor, unit, items)
            if not unit.rows and not unit.changes:
                return values
            try:
                await self._database.write(unit)
            except (Duplicate, Stale):
                continue
            return values
        raise Conflict("these were being stored by others at the same time; try again")

    async def delete(
        self,
        actor: Actor,
        kind: str,
        name: str,
        *,
        expected_version: int | None = None,
        right: Right = Right.ADMIN,
        copy: bool = True,
    ) -> Document | None:
        """Delete a document and return it; None where there is none.

        ``copy``: whether the journal keeps what it said.
        """
        actor.require(right)
        tenant = actor.tenant.id
        for _ in range(_TRIES):
            found = await rows.by_name(self._database, tenant, kind, name)
            if found is None:
                return None
            read, number = found
            if expected_version not in (None, read.version):
                break
            at, unit = now(), Unit()
            rows.remove(unit, tenant, read)
            before = encode(read).decode() if copy else None
            add_entry(unit, actor, Action.DELETE, Entity.DEFINITION, number, read.version + 1, at, before)
            try:
                await self._database.write(unit)
            except Stale:
                continue
            return read
        raise Conflict(f"{name} was changed by somebody else in the meantime; read it again")


async def add_copies(store: Store, actor: Actor, unit: Unit, items: Sequence[Copied]) -> list[dict[str, Any]]:
    """Add to a unit what ``Definitions.put_copies`` stores, and return the values."""
    tenant, at = actor.tenant.id, now()
    kind = items[0].kinds[0]
    stored = await rows.by_names(store.database, tenant, kind, [item.name for item in items])
    values: dict[str, dict[str, Any]] = {key: found[0].value for key, found in stored.items()}
    last: dict[str, Copied] = {}
    results = []
    for item in items:
        key = rows.name_key(item.name)
        values[key] = item.change(values.get(key))
        last[key] = item
        results.append(key)
    added: list[Document] = []
    for key, item in last.items():
        main = stored.get(key)
        if main is not None and main[0].value == values[key]:
            continue
        for other in dict.fromkeys(item.kinds):
            found = main if other == kind or main is None else await rows.by_name(
                store.database, tenant, other, item.name
            )  # fmt: skip
            if found is None:
                added.append(Document(kind=other, name=item.name, value=values[key], created_at=at))
                continue
            read, number = found
            new = replace(read, value=values[key], version=read.version + 1, modified_at=at)
            rows.change(unit, tenant, number, read, new)
            before = encode(read).decode()
            add_entry(unit, actor, Action.AMEND, Entity.DEFINITION, number, new.version, at, before)
    for document, number in zip(
        added, await store.numbers.take(tenant, "definition", len(added)) if added else (), strict=True
    ):
        rows.insert(unit, tenant, number, document)
        add_entry(unit, actor, Action.CREATE, Entity.DEFINITION, number, 1, at)
    return [values[key] for key in results]


async def collection_owners(store: Store, actor: Actor, names: Iterable[str]) -> dict[str, tuple[bool, int]]:
    """Return whose some names of collections are. Ask before the types are read: then none of these is too new."""
    wanted = list(names)
    return await rows.collections(store.database, actor.tenant.id, wanted) if wanted else {}


def refuse_taken(names: Iterable[str], owners: Mapping[str, tuple[bool, int]], own: tuple[bool, int | None]) -> None:
    """Raise ``Refused`` where another type has one of these names of collections.

    ``own``: whether the type that wants them is one of profiles, and its id if it has one already.
    """
    problems = [
        Problem(f"collections[{index}]", f"{name} is another type's collection", "collection")
        for index, name in enumerate(names)
        if owners.get(name.casefold(), own) != own
    ]
    if problems:
        raise Refused(problems[0].message, *problems)
