"""Copying a tenant through the Affinity API: from the vendor, or from another Interlog.

First everything is counted, and looked for in the tenant that it goes to: if an id is taken there, nothing is stored.
Then part after part is copied, in units of some hundred records. Each unit and how far the copy has come are stored
together, so that a copy that broke off goes on where it was: the part under way is walked again, and what is stored
already is left alone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeVar

from ..ledger import Ledger
from ..model.errors import Conflict, NotFound
from ..model.imports import Import
from ..model.instants import now
from ..model.parties import Party, PartyList
from ..model.tenancy import Actor
from . import translate, wire
from .source import Source


class Numbered(Protocol):
    """A record of the source, with the id that it keeps."""

    @property
    def id(self) -> int: ...


Item = TypeVar("Item", bound=Numbered)
Progress = Callable[[str, int, int | None], None]
"""Told of a part, how many of its records are stored by now, and of how many; None while they are being counted."""

COLLECTIONS: dict[str, tuple[int, type[wire.Any]]] = {
    "meetings": (0, wire.Event),
    "calls": (1, wire.Event),
    "chat-messages": (2, wire.ChatMessage),
    "emails": (3, wire.Email),
}
"""The collections of interactions: the number of their type in version 1, and what their items are."""

PARTS = (
    "organizations", "persons", "lists", "list-entries", "opportunities", "fields", "field-values", *COLLECTIONS,
    "notes", "replies",
)  # fmt: skip
"""In the order in which they are copied: each names only those before it."""

NOT_COPIED = (
    "how values of fields have changed, which fields are required, and fields that the vendor fills by itself",
    "to whom of us a list is opened besides its being public or private",
    "reminders, files and webhook subscriptions",
    "users and their tokens (internal persons are copied; who may sign in is for you to say)",
    "what the token cannot see: private lists of others, records of security groups; what is copied, everybody sees",
    "from the vendor: organizations and opportunities that an interaction is linked to by itself, the text of e-mails",
    "fields of interaction types that users defined, and canvassing: such interactions come as plain ones",
    "what was deleted or merged away, and the versions before the present one",
)
"""What the API does not give, or this does not copy."""

FIELD_OWNERS = {Party.PERSON: "person_id", Party.ORGANIZATION: "organization_id", Party.OPPORTUNITY: "opportunity_id"}
"""Who has values in fields, and how one asks for those of one."""

_PAGE = 500
_PAGE_V2 = 100
_UNIT = 200
_NAMED = 5


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
            state = await _Survey(self._ledger, self._source, actor, self._progress).begin(name)
        self._state = state
        for part in PARTS:
            self._show(part)
            if part in self._state.done:
                continue
            await self._copy(part)
            self._state = await self._ledger.imports.end_part(actor, self._state, part, last=part == PARTS[-1])
        return self._state

    def _show(self, part: str) -> None:
        total = self._state.totals.get(part, 0) if part != "field-values" else None  # nobody says how many there are
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
                "lists": self._copy_lists,
                "list-entries": self._copy_entries,
                "opportunities": self._copy_opportunities,
                "fields": self._copy_fields,
                "field-values": self._copy_values,
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

    async def _copy_lists(self) -> None:
        async for items in self._new("list", lists(self._source)):
            found = [translate.party_list(item, self._actor.person_id, now()) for item in items]
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
            new = [translate.field(item, kind, self._actor.person_id, now()) for item in found if item.id not in there]
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

    async def _copy_interactions(self, part: str) -> None:
        code, kind = COLLECTIONS[part]
        async for items in self._source.collection(f"/v2/{part}", kind, limit=_PAGE_V2):
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
        self, kind: str, pages: AsyncIterator[list[Item]], adopted: Iterable[int] = ()
    ) -> AsyncIterator[list[Item]]:
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


class _Survey:
    """Counts what there is to be copied, and looks for its ids in the tenant that it goes to."""

    def __init__(self, ledger: Ledger, source: Source, actor: Actor, progress: Progress) -> None:
        self._imports = ledger.imports
        self._source = source
        self._actor = actor
        self._progress = progress
        self._totals = dict.fromkeys(PARTS, 0)
        self._highest: dict[str, int] = {}
        self._problems: list[str] = []
        self._adopted: list[int] = []

    async def begin(self, name: str) -> Import:
        """Count everything, and begin the copy; ``Conflict`` where something is in its way."""
        await self._look()
        if self._problems:
            more = len(self._problems) - _NAMED
            raise Conflict(
                f"nothing was stored: {'; '.join(self._problems[:_NAMED])}"
                + (f"; and {more} more" if more > 0 else "")
                + ". Copy into a tenant that is new"
            )
        state = Import(source=name, begun_at=now(), totals=self._totals, adopted=tuple(self._adopted))
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
        async for found in lists(self._source):
            given = [translate.party_list(item, self._actor.person_id, 0) for item in found]
            self._problems += await self._imports.clashing_lists(self._actor, given)
            await self._note("lists", "list", [item.id for item in found], checked=True)
            there = await self._imports.taken(self._actor, "list", [item.id for item in found])
            self._totals["lists"] -= len(there)
            for list_ in given:
                async for page in entries(self._source, list_):
                    await self._note("list-entries", "entry", [item.id for item in page])
        async for deals in opportunities(self._source):
            listed = [item for item in deals if item.list_entries]
            await self._note("opportunities", "opportunity", [item.id for item in listed])
            await self._note(None, "entry", [item.list_entries[0].id for item in listed])
        for owner in FIELD_OWNERS:
            own = [item.id for item in await fields(self._source, owner) if translate.is_own(item)]
            await self._note("fields", "field", own)
        for part, (_, kind) in COLLECTIONS.items():
            async for interactions in self._source.collection(f"/v2/{part}", kind, limit=_PAGE_V2):
                await self._note(part, "interaction", [item.id for item in interactions])
        async for written in self._source.pages("/notes", "notes", wire.Note, page_size=_PAGE):
            replies = [item.id for item in written if item.parent_id is not None]
            await self._note("replies", "note", replies)
            await self._note("notes", "note", [item.id for item in written if item.parent_id is None])

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


def organizations(source: Source) -> AsyncIterator[list[wire.Organization]]:
    """Yield all organizations, in pages."""
    return source.pages("/organizations", "organizations", wire.Organization, page_size=_PAGE)


def persons(source: Source) -> AsyncIterator[list[wire.Person]]:
    """Yield all persons, in pages, without their organizations."""
    return source.pages("/persons", "persons", wire.Person, page_size=_PAGE)


def lists(source: Source) -> AsyncIterator[list[wire.PartyList]]:
    """Yield all lists, in pages."""
    return source.collection("/v2/lists", wire.PartyList, limit=_PAGE_V2)


async def entries(source: Source, list_: PartyList) -> AsyncIterator[list[wire.ListEntry]]:
    """Yield all entries of a list, in pages; an opportunity brings its own."""
    if list_.kind is not Party.OPPORTUNITY:
        path = f"/lists/{list_.id}/list-entries"
        async for page in source.pages(path, "list_entries", wire.ListEntry, page_size=_PAGE):
            yield page


async def fields(source: Source, kind: Party) -> list[wire.Field]:
    """Return the fields of parties of a kind; none where the source knows no fields."""
    try:
        return await source.get("/fields", list[wire.Field], entity_type=int(kind))
    except NotFound:
        return []


def opportunities(source: Source) -> AsyncIterator[list[wire.Opportunity]]:
    """Yield all opportunities, in pages."""
    return source.pages("/opportunities", "opportunities", wire.Opportunity, page_size=_PAGE)


async def notes(source: Source, *, replies: bool) -> AsyncIterator[list[wire.Note]]:
    """Yield all notes that are replies, or that are not."""
    async for page in source.pages("/notes", "notes", wire.Note, page_size=_PAGE):
        yield [item for item in page if (item.parent_id is not None) is replies]


def units(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the items in lists that are stored together."""
    source = iter(items)
    while unit := list(islice(source, _UNIT)):
        yield unit


__all__ = ["NOT_COPIED", "PARTS", "Account", "AffinityImport"]
