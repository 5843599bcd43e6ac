"""Before anything is copied: how much there is, what is in its way, and what is left behind."""

from collections.abc import Callable, Sequence

from ..ledger import Ledger
from ..model.errors import Conflict
from ..model.imports import MAX_REMARKS, Import
from ..model.instants import now
from ..model.tenancy import Actor
from . import translate, translate_rest, wire
from .parts import COLLECTIONS, FIELD_OWNERS, MERGED, PARTS
from .reading import (
    PAGE,
    PAGE_V2,
    entries,
    fields,
    files,
    lists,
    merges,
    opportunities,
    organizations,
    persons,
    reminders,
    saved_views,
    webhooks,
)
from .source import Source

Progress = Callable[[str, int, int | None], None]
"""Told of a part, how many of its records are stored by now, and of how many; None while they are being counted."""

NAMED = 5
"""How many problems are named."""


class Survey:
    """Counts what there is to be copied, and looks for its ids in the tenant that it goes to."""

    def __init__(self, ledger: Ledger, source: Source, actor: Actor, progress: Progress) -> None:
        self._imports = ledger.imports
        self._source = source
        self._actor = actor
        self._progress = progress
        self._totals = dict.fromkeys(PARTS, 0)
        self._highest: dict[str, int] = {}
        self._problems: list[str] = []
        self._remarks: list[str] = []
        self._adopted: list[int] = []

    async def begin(self, name: str) -> Import:
        """Count everything, and begin the copy; ``Conflict`` where something is in its way."""
        await self._look()
        if self._problems:
            more = len(self._problems) - NAMED
            raise Conflict(
                f"nothing was stored: {'; '.join(self._problems[:NAMED])}"
                + (f"; and {more} more" if more > 0 else "")
                + ". Copy into a tenant that is new"
            )
        state = Import(
            source=name,
            begun_at=now(),
            totals=self._totals,
            adopted=tuple(self._adopted),
            remarks=tuple(self._remarks[:MAX_REMARKS]),
        )
        await self._imports.begin(self._actor, state, self._highest)
        return state

    async def _look(self) -> None:
        async for firms in organizations(self._source):
            await self._note("organizations", "organization", [item.id for item in firms])
        async for people in persons(self._source):
            problems, same = await self._imports.clashes(self._actor, [translate.person(item) for item in people])
            self._problems += problems
            self._adopted += same
            await self._note("persons", "person", [item.id for item in people], checked=True)
        for party, name in MERGED.items():
            async for merged in merges(self._source, party):
                await self._note("merges", name, [merge.gone for merge in translate_rest.merges(merged)])
        async for found in lists(self._source):
            given = [translate.party_list(item, self._actor.person_id, 0) for item in found]
            self._problems += await self._imports.clashing_lists(self._actor, given)
            await self._note("lists", "list", [item.id for item in found], checked=True)
            there = await self._imports.taken(self._actor, "list", [item.id for item in found])
            self._totals["lists"] -= len(there)
            for list_ in given:
                async for page in entries(self._source, list_):
                    await self._note("list-entries", "entry", [item.id for item in page])
                async for views in saved_views(self._source, list_):
                    self._remarks += [f"the view {view.name} of list {list_.id} is not copied" for view in views]
        async for deals in opportunities(self._source):
            listed = [item for item in deals if item.list_entries]
            await self._note("opportunities", "opportunity", [item.id for item in listed])
            await self._note(None, "entry", [item.list_entries[0].id for item in listed])
        for owner in FIELD_OWNERS:
            found_fields = await fields(self._source, owner)
            own = [item.id for item in found_fields if translate.is_own(item)]
            self._remarks += [
                f"field {item.id}, {item.name}, is not copied: it is none that users fill"
                for item in found_fields
                if not translate.is_own(item)
            ]
            await self._note("fields", "field", own)
        for part, (_, kind) in COLLECTIONS.items():
            async for interactions in self._source.collection(f"/v2/{part}", kind, limit=PAGE_V2):
                await self._note(part, "interaction", [item.id for item in interactions])
        async for written in self._source.pages("/notes", "notes", wire.Note, page_size=PAGE):
            replies = [item.id for item in written if item.parent_id is not None]
            await self._note("replies", "note", replies)
            await self._note("notes", "note", [item.id for item in written if item.parent_id is None])
        async for due in reminders(self._source):
            await self._note("reminders", "reminder", [item.id for item in due])
        async for kept in files(self._source):
            await self._note("files", "file", [item.id for item in kept])
        await self._note("webhooks", "subscription", [item.id for item in await webhooks(self._source)])

    async def _note(self, part: str | None, kind: str, ids: Sequence[int], *, checked: bool = False) -> None:
        if not ids:
            return
        self._highest[kind] = max(self._highest.get(kind, 0), *ids)
        if not checked:
            taken = await self._imports.taken(self._actor, kind, ids)
            self._problems += [f"{kind} {id_} is another one here" for id_ in sorted(taken)]
        if part is not None:
            self._totals[part] += len(ids)
            self._progress(part, self._totals[part], None)
