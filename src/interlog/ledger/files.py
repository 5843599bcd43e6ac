"""Files beside persons, organizations, opportunities and interactions. Whoever sees these sees their files."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Collection, Iterable, Sequence

from msgspec.structs import replace

from ..model.conditions import Condition
from ..model.errors import Conflict, Invalid, NotFound, Problem, Unavailable, unknown_id
from ..model.files import File, Holder, clean_name
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import Party
from ..model.tenancy import Actor, Right, Tenant
from ..store import files as rows
from ..store import interactions as interaction_rows
from ..store import opportunities as opportunity_rows
from ..store.contents import Incoming
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .media_types import media_type_of
from .opportunities import sees_list
from .present import present

STRAY = 24 * 3600.0
"""Seconds after which a content that belongs to no file is removed: longer than any upload takes."""

_MODELS = {
    Holder.PERSON: "Person",
    Holder.ORGANIZATION: "Organization",
    Holder.OPPORTUNITY: "Opportunity",
    Holder.INTERACTION: "Interaction",
}
_PARTIES = {Holder.PERSON: Party.PERSON, Holder.ORGANIZATION: Party.ORGANIZATION, Holder.OPPORTUNITY: Party.OPPORTUNITY}


class Upload:
    """A content that has arrived and lies on the disk, and the name that it came with; no file yet."""

    def __init__(self, name: str, content: Incoming) -> None:
        self.name, self._content = clean_name(name), content
        self._is_taken = False

    @property
    def size(self) -> int:
        """The number of its bytes."""
        return self._content.size

    async def discard(self) -> None:
        """Remove it, unless it has become a file."""
        if not self._is_taken:
            await self._content.discard()

    def take(self, id_: int, kind: Holder, holder: int, uploader: int, at: int) -> File:
        """Return the file that it becomes; from now on it is not discarded."""
        self._is_taken = True
        return File(
            id=id_,
            key=self._content.key,
            holder_kind=kind,
            holder=holder,
            name=self.name,
            media_type=media_type_of(self.name, self._content.head),
            size=self.size,
            digest=self._content.digest,
            uploader=uploader,
            created_at=at,
        )

    def give_back(self) -> None:
        """Let it be discarded after all: the file was not stored."""
        self._is_taken = False


class Files:
    """Use cases around files."""

    def __init__(self, store: Store) -> None:
        self._store, self._database, self._contents = store, store.database, store.contents

    # Reading

    async def get(self, actor: Actor, id_: int) -> File:
        """Return a file; raises ``NotFound``, also where what it lies beside is gone or not to be seen."""
        found = await self.get_many(actor, [id_])
        if id_ not in found:
            raise NotFound("file", id_)
        return found[id_]

    async def get_many(self, actor: Actor, ids: Collection[int]) -> dict[int, File]:
        """Return those of some files that are there."""
        actor.require(Right.READ)
        found = await rows.by_ids(self._database, actor.tenant.id, ids)
        return {item.id: item for item in await self._seen(actor, found.values())}

    async def deleted(self, actor: Actor, id_: int) -> File:
        """Return a deleted file."""
        actor.require(Right.READ)
        found = await rows.deleted(self._database, actor.tenant.id, id_)
        if found is None or not await self._seen(actor, [found]):
            raise NotFound("file", id_)
        return found

    async def page(
        self, actor: Actor, *, after: int = 0, limit: int, of_interactions: bool = False
    ) -> tuple[list[File], int | None]:
        """Return files behind an id, in order of ids, and the id that the next page goes on from.

        A page may have fewer, for those that the actor does not see. ``of_interactions``: theirs, too.
        """
        actor.require(Right.READ)
        found = await rows.page(
            self._database, actor.tenant.id, after=after, limit=limit + 1, of_interactions=of_interactions
        )
        following = found[limit - 1].id if len(found) > limit else None
        return await self._seen(actor, found[:limit]), following

    async def feed(
        self, actor: Actor, condition: Condition | None = None, *, before: int = 2**62, limit: int
    ) -> tuple[list[File], int | None]:
        """Return files of parties that meet a condition, newest first, as ``latest`` does."""
        actor.require(Right.READ)
        found = await rows.feed(self._database, actor.tenant.id, condition, before=before, limit=limit + 1)
        following = found[limit - 1].id if len(found) > limit else None
        return await self._seen(actor, found[:limit]), following

    async def count(self, actor: Actor, condition: Condition | None = None) -> int:
        """Return how many files of parties meet a condition, beside whoever is there and seen by the actor."""
        actor.require(Right.READ)
        lists = await opportunity_rows.lists(self._database, actor.tenant.id)
        seen = [item.id for item in lists if sees_list(actor, item)]
        return await rows.count(self._database, actor.tenant.id, seen, condition)

    async def page_of(
        self, actor: Actor, kind: Holder, holder: int, *, after: int = 0, limit: int
    ) -> tuple[list[File], int | None]:
        """Return the files beside one thing, as ``page`` does; none where it is not there."""
        actor.require(Right.READ)
        found = await rows.page_of(self._database, actor.tenant.id, kind, holder, after=after, limit=limit + 1)
        following = found[limit - 1].id if len(found) > limit else None
        return await self._seen(actor, found[:limit]), following

    async def latest(
        self, actor: Actor, kind: Holder, holder: int, *, before: int = 2**62, limit: int
    ) -> tuple[list[File], int | None]:
        """Return the files beside one thing, newest first, and the id before which the next page begins."""
        actor.require(Right.READ)
        found = await rows.latest_of(self._database, actor.tenant.id, kind, holder, before=before, limit=limit + 1)
        following = found[limit - 1].id if len(found) > limit else None
        return await self._seen(actor, found[:limit]), following

    async def there(self, actor: Actor, wanted: Collection[tuple[Holder, int]]) -> set[tuple[Holder, int]]:
        """Return those of some things that files lie beside that are there and that the actor sees."""
        actor.require(Right.READ)
        parties = await present(self._store, actor, [(_PARTIES[kind], id_) for kind, id_ in wanted if kind in _PARTIES])
        numbers = {id_ for kind, id_ in wanted if kind is Holder.INTERACTION}
        items = await interaction_rows.by_numbers(self._database, actor.tenant.id, numbers) if numbers else {}
        seen = {id_ for id_, item in items.items() if item.deleted_at is None and actor.sees(item.group)}
        return {(kind, id_) for kind, id_ in wanted if id_ in (parties[_PARTIES[kind]] if kind in _PARTIES else seen)}

    async def open(self, actor: Actor, id_: int) -> tuple[File, AsyncIterator[bytes]]:
        """Return a file and the parts of its content; ``Unavailable`` where that is not in the folder."""
        item = await self.get(actor, id_)
        return item, await self._contents.read(folder_of(actor.tenant), item.key)

    # Writing

    async def take(self, actor: Actor, name: str, parts: AsyncIterable[bytes], *, limit: int) -> Upload:
        """Write a content to the disk as it arrives. Whoever takes it discards it, which does nothing to a file.

        Raises ``Invalid`` as soon as there are more bytes than allowed, ``Unavailable`` where they cannot be written.
        """
        actor.require(Right.WRITE)
        content = self._contents.begin(folder_of(actor.tenant))
        try:
            async for part in parts:
                if content.size + len(part) > limit:
                    raise Invalid(too_large(limit))
                await content.write(part)
            await content.finish()
        except BaseException:
            await asyncio.shield(content.discard())
            raise
        return Upload(name, content)

    async def create(self, actor: Actor, kind: Holder, holder: int, uploads: Sequence[Upload]) -> list[File]:
        """Make files of what was uploaded, beside one thing: all of them, or none."""
        actor.require(Right.WRITE)
        problems = [Problem("files", "must have a name", "missing") for upload in uploads if not upload.name]
        if not uploads:
            problems.append(Problem("files", "is required", "missing"))
        if (kind, holder) not in await self.there(actor, [(kind, holder)]):
            problems.append(unknown_id(f"{kind.name.lower()}_id", holder, _MODELS[kind]))
        if problems:
            raise Invalid(*dict.fromkeys(problems))
        ids, at = await self._store.numbers.take(actor.tenant.id, "file", len(uploads)), now()
        items = [upload.take(id_, kind, holder, actor.person_id, at) for id_, upload in zip(ids, uploads, strict=True)]
        unit = Unit()
        rows.insert(unit, actor.tenant.id, items)
        for item in items:
            add_entry(unit, actor, Action.CREATE, Entity.FILE, item.id, 1, at)
        try:
            await self._database.write(unit)
        except Unavailable:  # perhaps the files are stored all the same: then their contents must not go
            raise
        except BaseException:
            for upload in uploads:
                upload.give_back()
            raise
        return items

    async def delete(self, actor: Actor, id_: int) -> File:
        """Delete a file. Its content stays, as all that was before a change does."""
        actor.require(Right.WRITE)
        read, at = await self.get(actor, id_), now()
        gone = replace(read, version=read.version + 1)
        await self._change(actor, Action.DELETE, read, gone, at, deleted_at=at)
        return gone

    async def restore(self, actor: Actor, id_: int) -> File:
        """Undo the deletion of a file."""
        actor.require(Right.WRITE)
        read = await self.deleted(actor, id_)
        back = replace(read, version=read.version + 1)
        await self._change(actor, Action.RESTORE, read, back, now())
        return back

    async def clear(self, tenant: Tenant, *, age: float = STRAY) -> int:
        """Remove contents that have belonged to no file for so many seconds; returns their number.

        A process that was killed between writing a content and storing its file leaves one behind. ``Unavailable``
        where the folder cannot be looked through.
        """
        folder, removed = folder_of(tenant), 0
        strays = self._contents.strays(folder, age)
        try:
            while (found := await asyncio.to_thread(next, strays, None)) is not None:
                known = await rows.known_keys(self._database, tenant.id, found)
                for key, path in found.items():
                    if key not in known:
                        await asyncio.to_thread(path.unlink, missing_ok=True)
                        removed += 1
        except OSError as error:
            raise Unavailable(f"{self._contents.folder} cannot be looked through: {error.strerror}") from error
        return removed

    async def _change(
        self, actor: Actor, action: Action, read: File, new: File, at: int, *, deleted_at: int | None = None
    ) -> None:
        unit = Unit()
        rows.change(unit, actor.tenant.id, read, new, deleted_at=deleted_at)
        add_entry(unit, actor, action, Entity.FILE, read.id, new.version, at, encode(read).decode())
        try:
            await self._database.write(unit)
        except Stale as error:
            raise Conflict("the file was changed by somebody else at the same time; try again") from error

    async def _seen(self, actor: Actor, items: Iterable[File]) -> list[File]:
        found = list(items)
        there = await self.there(actor, {(item.holder_kind, item.holder) for item in found}) if found else set()
        return [item for item in found if (item.holder_kind, item.holder) in there]


def folder_of(tenant: Tenant) -> str:
    """Return the name of a tenant's folder of files. No other tenant of any store has the same."""
    return f"{tenant.id}-{tenant.created_at}"


def too_large(limit: int) -> Problem:
    """Return what is wrong with an upload that has too many bytes."""
    return Problem("files", f"must not be larger than {limit} bytes", "too_long")
