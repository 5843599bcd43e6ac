"""What is read of the source: each kind of record, page by page."""

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from types import GenericAlias
from typing import Any, TypeVar

from ..model.errors import NotFound
from ..model.parties import Party, PartyList
from . import wire
from .source import Source, Withheld

Item = TypeVar("Item")

PAGE = 500
PAGE_V2 = 100
UNIT = 200
"""How many records are stored together."""

_MERGES = {Party.PERSON: "person-merges", Party.ORGANIZATION: "company-merges"}
_FIELDS = {Party.PERSON: "persons", Party.ORGANIZATION: "companies"}


def organizations(source: Source) -> AsyncIterator[list[wire.Organization]]:
    """Yield all organizations, in pages."""
    return source.pages("/organizations", "organizations", wire.Organization, page_size=PAGE)


def persons(source: Source) -> AsyncIterator[list[wire.Person]]:
    """Yield all persons, in pages, without their organizations."""
    return source.pages("/persons", "persons", wire.Person, page_size=PAGE)


def lists(source: Source) -> AsyncIterator[list[wire.PartyList]]:
    """Yield all lists, in pages."""
    return source.collection("/v2/lists", wire.PartyList, limit=PAGE_V2)


async def entries(source: Source, list_: PartyList) -> AsyncIterator[list[wire.ListEntry]]:
    """Yield all entries of a list, in pages; an opportunity brings its own."""
    if list_.kind is not Party.OPPORTUNITY:
        path = f"/lists/{list_.id}/list-entries"
        async for page in source.pages(path, "list_entries", wire.ListEntry, page_size=PAGE):
            yield page


def reminders(source: Source) -> AsyncIterator[list[wire.Reminder]]:
    """Yield all reminders, in pages; none where the source knows no reminders."""
    return if_shown(source, "reminders", source.pages("/reminders", "reminders", wire.Reminder, page_size=PAGE))


def files(source: Source) -> AsyncIterator[list[wire.EntityFile]]:
    """Yield all files, in pages; none where the source knows no files."""
    return if_shown(source, "files", source.pages("/entity-files", "entity_files", wire.EntityFile, page_size=PAGE))


def merges(source: Source, kind: Party) -> AsyncIterator[list[wire.Merge]]:
    """Yield the merges of a kind of party, newest first, in pages."""
    return if_shown(source, _MERGES[kind], source.collection(f"/v2/{_MERGES[kind]}", wire.Merge, limit=PAGE_V2))


async def webhooks(source: Source) -> list[wire.Webhook]:
    """Return all webhooks."""
    pages = if_shown(source, "webhooks", _one(source, "/webhook", wire.Webhook))
    return [item async for page in pages for item in page]


async def changes(source: Source, field: int) -> AsyncIterator[list[wire.FieldValueChange]]:
    """Yield how the values of a field changed, in pages and in order of time.

    A source that knows no pages shows everything each time: then what was shown before ends it.
    """
    place: dict[str, Any] = {}
    known: set[int] = set()
    while True:
        asked = {"field_id": field, "order_by": "asc", "limit": PAGE, **place}
        pages = if_shown(
            source,
            f"how values of field {field} changed",
            _one(source, "/field-value-changes", wire.FieldValueChange, **asked),
        )
        found = [item async for page in pages for item in page]
        new = [item for item in found if item.id not in known]
        if not new:
            return
        yield new
        known = {item.id for item in found}
        place = {"changed_after": found[-1].changed_at, "after_id": found[-1].id}


def saved_views(source: Source, list_: PartyList) -> AsyncIterator[list[wire.SavedView]]:
    """Yield the views that people keep of a list, in pages."""
    return if_shown(
        source, "views of lists", source.collection(f"/v2/lists/{list_.id}/saved-views", wire.SavedView, limit=PAGE_V2)
    )


async def metadata(source: Source, kind: Party, lists_: Iterable[int]) -> dict[int, wire.FieldMetadata]:
    """Return what version 2 knows more of the fields of a kind of party, and of some lists."""
    paths = [f"/v2/{_FIELDS[kind]}/fields"] if kind in _FIELDS else []
    found: dict[int, wire.FieldMetadata] = {}
    for path in (*paths, *(f"/v2/lists/{id_}/fields" for id_ in lists_)):
        pages = source.collection(path, wire.FieldMetadata, limit=PAGE_V2)
        async for page in if_shown(source, "which fields are required", pages):
            own = {item.id.removeprefix("field-"): item for item in page}
            found |= {int(number): item for number, item in own.items() if number.isascii() and number.isdigit()}
    return found


async def times(source: Source, collection: str) -> dict[int, wire.Times]:
    """Return the times that only version 2 knows of the records of a collection; nothing where it does not know it."""
    found: dict[int, wire.Times] = {}
    pages = source.collection(f"/v2/{collection}", wire.Times, limit=PAGE_V2)
    async for page in if_shown(source, f"when {collection} were changed", pages):
        found |= {item.id: item for item in page}
    return found


async def if_shown(source: Source, what: str, pages: AsyncIterator[list[Item]]) -> AsyncIterator[list[Item]]:
    """Yield pages of what need not be there; none where the source does not know it, or withholds it."""
    try:
        async for page in pages:
            yield page
    except NotFound:
        return
    except Withheld as error:
        source.withheld[what] = str(error)


async def _one(source: Source, path: str, kind: type[Item], **params: Any) -> AsyncIterator[list[Item]]:
    """Yield what stands at a path without pages."""
    kinds: Any = GenericAlias(list, (kind,))
    yield await source.get(path, kinds, **params)


async def fields(source: Source, kind: Party) -> list[wire.Field]:
    """Return the fields of parties of a kind; none where the source knows no fields."""
    try:
        return await source.get("/fields", list[wire.Field], entity_type=int(kind))
    except NotFound:
        return []


def opportunities(source: Source) -> AsyncIterator[list[wire.Opportunity]]:
    """Yield all opportunities, in pages."""
    return source.pages("/opportunities", "opportunities", wire.Opportunity, page_size=PAGE)


async def notes(source: Source, *, replies: bool) -> AsyncIterator[list[wire.Note]]:
    """Yield all notes that are replies, or that are not."""
    async for page in source.pages("/notes", "notes", wire.Note, page_size=PAGE):
        yield [item for item in page if (item.parent_id is not None) is replies]


def units(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the items in lists that are stored together."""
    source = iter(items)
    while unit := list(islice(source, UNIT)):
        yield unit
