"""Copying a tenant through the Affinity API: from the vendor, or from another Interlog.

First everything is counted, and looked for in the tenant that it goes to: if an id is taken there, nothing is stored.
Then part after part is copied, in units of some hundred records. Each unit and how far the copy has come are stored
together, so that a copy that broke off goes on where it was: the part under way is walked again, and what is stored
already is left alone.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple, Protocol, TypeVar

from ..ledger import Ledger
from ..ledger.files import Upload
from ..model.errors import Invalid, NotFound
from ..model.imports import Import, ImportedFile
from ..model.instants import now
from ..model.parties import Party
from ..model.tenancy import Actor
from . import translate, translate_rest, wire
from .parts import COLLECTIONS, FIELD_OWNERS, MERGED, NOT_COPIED, PARTS, UNCOUNTED
from .reading import (
    PAGE_V2,
    changes,
    entries,
    fields,
    files,
    lists,
    merges,
    metadata,
    notes,
    opportunities,
    organizations,
    persons,
    reminders,
    times,
    units,
    webhooks,
)
from .source import Again, Source
from .survey import Progress, Survey


class Numbered(Protocol):
    """A record of the source, with the id that it keeps."""

    @property
    def id(self) -> int: ...


Record = TypeVar("Record", bound=Numbered)


class Account(NamedTuple):
    """Whose data it is, and whose token reads it."""

    name: str
    person_id: int
    first_name: str
    last_name: str
    email: str


class AffinityImport:
    """One copy. With ``exact`` each interaction is also read alone, which version 1 shows to the millisecond."""

    def __init__(self, ledger: Ledger, source: Source, *, progress: Progress | None = None, exact: bool = True) -> None:
        self._ledger = ledger
        self._source = source
        self._progress = progress or (lambda part, stored, total: None)
        self._exact = exact
        self._actor: Actor
        self._state: Import

    async def account(self) -> Account:
        """Return whose data it is."""
        found = await self._source.get("/auth/whoami", wire.Whoami)
        user = found.user
        return Account(found.tenant.name, user.id, user.first_name or "", user.last_name or "", user.email or "")

    async def run(self, actor: Actor) -> Import:
        """Copy everything that is not copied yet. Raises ``Conflict`` where an id is taken, before anything is stored.

        The actor must be an administrator; the journal names them, and the protocol ``affinity``.
        """
        self._actor = actor
        account = await self.account()
        name = f"affinity {self._source.url} {account.name}"
        state = await self._ledger.imports.get(actor, name)
        if state is None:
            state = await Survey(self._ledger, self._source, actor, self._progress).begin(name)
        self._state = state
        for part in PARTS:
            self._show(part)
            if part in self._state.done:
                continue
            await self._copy(part)
            remarks = tuple(f"{what} are left out: {why}" for what, why in self._source.withheld.items())
            self._source.withheld.clear()
            self._state = await self._ledger.imports.end_part(
                actor, self._state, part, last=part == PARTS[-1], remarks=remarks
            )
        return self._state

    def _show(self, part: str) -> None:
        total = self._state.totals.get(part, 0) if part not in UNCOUNTED else None
        self._progress(part, self._state.stored.get(part, 0), total)

    async def _copy(self, part: str) -> None:
        if part in COLLECTIONS:
            await self._copy_interactions(part)
        elif part in ("notes", "replies"):
            await self._copy_notes(part)
        else:
            copy = {
                "organizations": self._copy_organizations,
                "persons": self._copy_persons,
                "merges": self._copy_merges,
                "lists": self._copy_lists,
                "list-entries": self._copy_entries,
                "opportunities": self._copy_opportunities,
                "fields": self._copy_fields,
                "field-values": self._copy_values,
                "field-value-changes": self._copy_changes,
                "reminders": self._copy_reminders,
                "files": self._copy_files,
                "webhooks": self._copy_webhooks,
            }
            await copy[part]()

    async def _copy_organizations(self) -> None:
        async for items in self._new("organization", organizations(self._source)):
            found = [translate.organization(item) for item in items]
            self._state = await self._ledger.imports.add_organizations(self._actor, self._state, found)
            self._show("organizations")

    async def _copy_persons(self) -> None:
        async for items in self._new("person", persons(self._source), self._state.adopted):
            # Only alone a person shows its organizations.
            found = await self._each(f"/persons/{item.id}" for item in items)
            people = [translate.person(item) for item in found]
            self._state = await self._ledger.imports.add_persons(self._actor, self._state, people)
            self._show("persons")

    async def _copy_merges(self) -> None:
        for kind, name in MERGED.items():
            async for page in merges(self._source, kind):
                found = list(translate_rest.merges(page))
                there = await self._ledger.imports.taken(self._actor, name, [merge.gone for merge in found])
                new = [merge for merge in found if merge.gone not in there]
                self._state = await self._ledger.imported_rest.add_merges(self._actor, self._state, kind, new)
                self._show("merges")

    async def _copy_lists(self) -> None:
        async for items in self._new("list", lists(self._source)):
            details = [await self._source.get(f"/lists/{item.id}", wire.ListDetails) for item in items]
            found = [
                translate.party_list(item, self._actor.person_id, now(), more.x_additional_permissions)
                for item, more in zip(items, details, strict=True)
            ]
            self._state = await self._ledger.imports.add_lists(self._actor, self._state, found)
            self._show("lists")

    async def _copy_entries(self) -> None:
        async for of in lists(self._source):
            for list_ in (translate.party_list(item, self._actor.person_id, 0) for item in of):
                async for items in self._new("entry", entries(self._source, list_)):
                    found = [translate.list_entry(item, list_.kind, self._actor.person_id) for item in items]
                    self._state = await self._ledger.imports.add_entries(self._actor, self._state, found)
                    self._show("list-entries")

    async def _copy_opportunities(self) -> None:
        async for items in self._new("opportunity", opportunities(self._source)):
            given = [translate.opportunity(item, self._actor.person_id) for item in items]
            found = [item for item in given if item is not None]
            self._state = await self._ledger.imports.add_opportunities(self._actor, self._state, found)
            self._show("opportunities")

    async def _copy_fields(self) -> None:
        for kind in FIELD_OWNERS:
            found = [item for item in await fields(self._source, kind) if translate.is_own(item)]
            there = await self._ledger.imports.taken(self._actor, "field", [item.id for item in found])
            on_lists = {item.list_id for item in found if item.list_id is not None}
            known = await metadata(self._source, kind, sorted(on_lists))
            new = [
                translate.field(item, known.get(item.id), kind, self._actor.person_id, now())
                for item in found
                if item.id not in there
            ]
            self._state = await self._ledger.imported_fields.add_fields(self._actor, self._state, new)
            self._show("fields")

    async def _copy_values(self) -> None:
        """Copy what persons, organizations and opportunities have in fields: one call for each of them."""
        pages: dict[Party, AsyncIterator[list[Any]]] = {
            Party.PERSON: persons(self._source),
            Party.ORGANIZATION: organizations(self._source),
            Party.OPPORTUNITY: opportunities(self._source),
        }
        for kind, name in FIELD_OWNERS.items():
            if not any(translate.is_own(item) for item in await fields(self._source, kind)):
                continue
            async for page in pages[kind]:
                for unit in units(page):
                    asked = (
                        self._source.get("/field-values", list[wire.FieldValue], **{name: item.id}) for item in unit
                    )
                    found = await asyncio.gather(*asked, return_exceptions=True)
                    values = [translate.field_value(value) for some in found for value in _unless_gone(some)]
                    self._state = await self._ledger.imported_fields.add_values(self._actor, self._state, values)
                    self._show("field-values")

    async def _copy_changes(self) -> None:
        for kind in FIELD_OWNERS:
            for field in await fields(self._source, kind):
                if not (translate.is_own(field) and field.track_changes):
                    continue
                async for page in changes(self._source, field.id):
                    for unit in units(page):
                        found = [translate.change(item) for item in unit]
                        self._state = await self._ledger.imported_fields.add_changes(self._actor, self._state, found)
                        self._show("field-value-changes")

    async def _copy_reminders(self) -> None:
        known = await times(self._source, "reminders")
        async for items in self._new("reminder", reminders(self._source)):
            given = [translate_rest.reminder(item, known.get(item.id), self._actor.person_id) for item in items]
            found = [item for item in given if item is not None]
            self._state = await self._ledger.imported_rest.add_reminders(self._actor, self._state, found)
            self._show("reminders")

    async def _copy_files(self) -> None:
        async for items in self._new("file", files(self._source)):
            for item in filter(None, map(translate_rest.file, items)):
                await self._copy_file(item)
                self._show("files")

    async def _copy_file(self, item: ImportedFile) -> None:
        """Copy one file, which is stored once its content lies in the folder, and is as long as it was said to be."""

        async def take(parts: AsyncIterator[bytes]) -> Upload:
            found = await self._ledger.files.take(self._actor, item.name, parts, limit=item.size)
            if found.size == item.size:
                return found
            await found.discard()
            raise Again(f"it ends after {found.size} of {item.size} bytes")

        try:
            upload = await self._source.download(f"/entity-files/download/{item.id}", take)
        except NotFound:
            why = "it is not there any more"
        except Invalid:
            why = f"it has more than the {item.size} bytes that it should have"
        else:
            try:
                self._state = await self._ledger.imported_rest.add_file(self._actor, self._state, item, upload)
            finally:
                await upload.discard()
            return
        self._state = await self._ledger.imported_rest.leave_file(self._actor, self._state, item, why)

    async def _copy_webhooks(self) -> None:
        found = await webhooks(self._source)
        there = await self._ledger.imports.taken(self._actor, "subscription", [item.id for item in found])
        known = await times(self._source, "webhooks") if found else {}
        new = [translate_rest.webhook(item, known.get(item.id), now()) for item in found if item.id not in there]
        for unit in units(new):
            self._state = await self._ledger.imported_rest.add_webhooks(self._actor, self._state, unit)
            self._show("webhooks")

    async def _copy_interactions(self, part: str) -> None:
        code, kind = COLLECTIONS[part]
        async for items in self._source.collection(f"/v2/{part}", kind, limit=PAGE_V2):
            known = await self._ledger.imports.numbers_of(
                self._actor, translate.TYPES[code], [item.id for item in items]
            )
            new = [item for item in items if item.id not in known]
            exact = await asyncio.gather(*(self._exactly(code, item) for item in new))
            found = [translate.interaction(code, *pair) for pair in zip(new, exact, strict=True)]
            if found:
                self._state = await self._ledger.imports.add_interactions(self._actor, self._state, part, found)
                self._show(part)

    async def _exactly(self, code: int, item: wire.Any) -> wire.Interaction | None:
        if not (self._exact or translate.is_cut(item)):
            return None
        try:
            return await self._source.get(f"/interactions/{item.id}", wire.Interaction, type=code)
        except NotFound:  # the vendor's versions number some meetings differently
            return None

    async def _copy_notes(self, part: str) -> None:
        async for page in self._new("note", notes(self._source, replies=part == "replies")):
            numbers: dict[tuple[str, int], int] = {}
            for type_name in translate.TYPES:
                ids = [i.interaction_id for i in page if translate.type_of_note(i) == type_name and i.interaction_id]
                found = await self._ledger.imports.numbers_of(self._actor, type_name, ids)
                numbers |= {(type_name, id_): number for id_, number in found.items()}
            given = [
                translate.note(item, numbers.get((translate.type_of_note(item) or "", item.interaction_id or 0)))
                for item in page
            ]
            self._state = await self._ledger.imports.add_notes(self._actor, self._state, part, given)
            self._show(part)

    async def _new(
        self, kind: str, pages: AsyncIterator[list[Record]], adopted: Iterable[int] = ()
    ) -> AsyncIterator[list[Record]]:
        """Yield what is not stored yet, in units; of ``adopted`` ids also what is there."""
        wanted = set(adopted)
        async for page in pages:
            ids = [item.id for item in page]
            there = await self._ledger.imports.taken(self._actor, kind, ids) - wanted
            new = [item for item, id_ in zip(page, ids, strict=True) if id_ not in there]
            for unit in units(new):
                yield unit

    async def _each(self, paths: Iterable[str]) -> list[wire.Person]:
        """Return the persons at some paths; who has gone in the meantime is left out."""

        async def one(path: str) -> wire.Person | None:
            try:
                return await self._source.get(path, wire.Person)
            except NotFound:
                return None

        found = await asyncio.gather(*map(one, paths))
        return [item for item in found if item is not None]


def _unless_gone(found: list[wire.FieldValue] | BaseException) -> list[wire.FieldValue]:
    """Return the values of somebody; none where they have gone in the meantime."""
    if isinstance(found, NotFound):
        return []
    if isinstance(found, BaseException):
        raise found
    return found


__all__ = ["NOT_COPIED", "PARTS", "Account", "AffinityImport"]
