"""Values that persons, organizations and opportunities have in fields, and how they changed."""

from typing import Any, TypeAlias

from msgspec.structs import replace

from ..model.errors import Conflict, Invalid, NotFound, Problem, unknown_id
from ..model.fields import REFERENCES, ChangeAction, Field, FieldValue, Refused, ValueChange, plain_value
from ..model.instants import EVER, now
from ..model.journal import Action, Entity
from ..model.parties import Party
from ..model.tenancy import Actor, Right
from ..store import organizations as organization_rows
from ..store import party_values as rows
from ..store import persons as person_rows
from ..store import value_changes as change_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.party_values import Place
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .list_entries import MODELS, ListEntries
from .opportunities import visible_opportunities
from .party_fields import PartyFields

Valued: TypeAlias = tuple[FieldValue, Field]
"""A value, and the field that says how to read it."""

_TRIES = 4


class PartyValues:
    """Use cases around values. A value is seen by whoever sees its field and whose it is."""

    def __init__(self, store: Store, fields: PartyFields, entries: ListEntries) -> None:
        self._store, self._database = store, store.database
        self._fields, self._entries = fields, entries

    async def page(
        self, actor: Actor, kind: Party, id_: int, *, limit: int, entry: int | None = None, after: Place = (0, 0)
    ) -> tuple[list[Valued], Place | None]:
        """Return values of a party, its own and then those that it has on lists, and where the next page goes on.

        ``entry``: only those that a person or an organization has in one of its entries.
        """
        actor.require(Right.READ)
        found = await rows.page(self._database, actor.tenant.id, kind, id_, entry=entry, after=after, limit=limit + 1)
        last = found[limit - 1] if len(found) > limit else None
        following = (last.entry or 0, last.id) if last is not None else None
        return await self._with_fields(actor, found[:limit]), following

    async def get(self, actor: Actor, value_id: int) -> Valued:
        """Return a value; raises ``NotFound``."""
        actor.require(Right.READ)
        value = await rows.by_id(self._database, actor.tenant.id, value_id)
        found = await self._with_fields(actor, [value] if value is not None else [])
        if not found or not await self.is_there(actor, found[0][0].kind, found[0][0].party):
            raise NotFound("value", value_id)
        return found[0]

    async def is_there(self, actor: Actor, kind: Party, id_: int) -> bool:
        """Whether a party is there, and visible to the actor."""
        tenant = actor.tenant.id
        match kind:
            case Party.PERSON:
                return id_ in await person_rows.by_ids(self._database, tenant, [id_])
            case Party.ORGANIZATION:
                return id_ in await organization_rows.by_ids(self._database, tenant, [id_])
            case _:
                return id_ in await visible_opportunities(self._store, actor, [id_])

    async def create(self, actor: Actor, field_id: int, party: int, given: Any, entry_id: int | None = None) -> Valued:
        """Give a party a value in a field; ``entry_id`` says in which of its entries, where the field is a list's.

        ``Invalid`` where a field that takes one value has one.
        """
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            field = (await self._fields.get_many(actor, {field_id})).get(field_id)
            problems = [unknown_id("field_id", field_id, "Field")] if field is None else []
            entry, entry_problems = await self._entry(actor, field, party, entry_id)
            problems += entry_problems
            if field is not None and not await self.is_there(actor, field.kind, party):
                problems.append(unknown_id("entity_id", party, MODELS[field.kind]))
            unit, at = Unit(), now()
            value: Any = None
            if field is not None:
                try:
                    field, value = await self._stored(actor, unit, field, given)
                except Invalid as error:
                    problems += error.problems
            if problems or field is None:
                raise Invalid(*problems)
            item = FieldValue(
                id=await self._store.numbers.one(actor.tenant.id, "field_value"),
                field_id=field_id,
                kind=field.kind,
                party=party,
                entry=entry,
                value=value,
                created_at=at,
            )
            rows.insert(unit, actor.tenant.id, field, item)
            await self._note(actor, unit, item, ChangeAction.CREATE, at)
            add_entry(unit, actor, Action.CREATE, Entity.FIELD_VALUE, item.id, 1, at)
            try:
                await self._database.write(unit)
            except Duplicate as error:
                raise Invalid(Problem("field_id", "takes one value only, and there is one: change it")) from error
            except Stale:  # another option was added to the field meanwhile
                continue
            return item, field
        raise Conflict("the field was being changed by others at the same time; try again")

    async def update(self, actor: Actor, value_id: int, given: Any) -> Valued:
        """Change a value."""
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            read, field = await self.get(actor, value_id)
            unit, at = Unit(), now()
            field, value = await self._stored(actor, unit, field, given)
            new = replace(read, value=value, updated_at=at, version=read.version + 1)
            rows.change(unit, actor.tenant.id, field, read, new)
            await self._note(actor, unit, new, ChangeAction.UPDATE, at)
            before = encode(read).decode()
            add_entry(unit, actor, Action.AMEND, Entity.FIELD_VALUE, value_id, new.version, at, before)
            try:
                await self._database.write(unit)
            except Stale:
                continue
            return new, field
        raise Conflict("the value was being changed by others at the same time; try again")

    async def delete(self, actor: Actor, value_id: int) -> None:
        """Delete a value."""
        actor.require(Right.WRITE)
        (read, _), unit, at = await self.get(actor, value_id), Unit(), now()
        rows.remove(unit, actor.tenant.id, read)
        await self._note(actor, unit, read, ChangeAction.DELETE, at)
        before = encode(read).decode()
        add_entry(unit, actor, Action.DELETE, Entity.FIELD_VALUE, value_id, read.version + 1, at, before)
        try:
            await self._database.write(unit)
        except Stale as error:
            raise Conflict("the value was changed by somebody else at the same time; try again") from error

    async def changes(
        self, actor: Actor, field: Field, *, party: tuple[Party, int] | None = None, entry: int | None = None,
        action: ChangeAction | None = None, after: Place, before: Place = (EVER, EVER), limit: int,
        descending: bool = False,
    ) -> list[ValueChange]:  # fmt: skip
        """Return how the values of a field, which the actor has read, changed behind an instant and an id.

        ``before`` is where the page before this one ended, where the latest comes first.
        """
        actor.require(Right.READ)
        return await change_rows.changes(
            self._database, actor.tenant.id, field.id, party=party, entry=entry, action=action, after=after,
            before=before, limit=limit, descending=descending,
        )  # fmt: skip

    async def _with_fields(self, actor: Actor, values: list[FieldValue]) -> list[Valued]:
        fields = await self._fields.get_many(actor, {value.field_id for value in values})
        return [(value, fields[value.field_id]) for value in values if value.field_id in fields]

    async def _entry(
        self, actor: Actor, field: Field | None, party: int, entry_id: int | None
    ) -> tuple[int | None, list[Problem]]:
        """Return the entry that a value belongs to, and what is wrong with it."""
        if entry_id is None:
            if field is None or field.list_id is None:
                return None, []
            if field.kind is Party.OPPORTUNITY:  # it has just one entry
                found = await visible_opportunities(self._store, actor, [party])
                deal = found.get(party)
                if deal is None or deal.list_id == field.list_id:
                    return (deal.entry_id if deal is not None else None), []
            problem = Problem("list_entry_id", f"must be an entry on list {field.list_id}", "missing")
            return None, [problem]
        listed = await self._entries.find(actor, entry_id)
        if listed is None:
            return None, [unknown_id("list_entry_id", entry_id, "ListEntry")]
        entry, _ = listed
        if field is None:
            return None, []
        if field.list_id is None:
            return None, [Problem("list_entry_id", f"field {field.id} is no list's: its values belong to none")]
        if entry.list_id != field.list_id or entry.party != party:
            return None, [Problem("list_entry_id", f"must be an entry of {party} on list {field.list_id}")]
        return entry_id, []

    async def _stored(self, actor: Actor, unit: Unit, field: Field, given: Any) -> tuple[Field, Any]:
        """Return a value as it is stored, and the field, which may get an option for it."""
        try:
            value = plain_value(field, given)
        except Refused as error:
            raise Invalid(error.problem) from None
        kind = REFERENCES.get(field.value_type)
        if kind is not None and not await self.is_there(actor, kind, value):
            raise Invalid(unknown_id("value", value, MODELS[kind]))
        if isinstance(value, str) and field.value_type.name == "DROPDOWN":
            return await self._fields.add_option(actor, unit, field, value)
        return field, value

    async def _note(self, actor: Actor, unit: Unit, item: FieldValue, action: ChangeAction, at: int) -> None:
        note_change(actor, unit, await self._store.numbers.one(actor.tenant.id, "value_change"), item, action, at)


def note_change(actor: Actor, unit: Unit, id_: int, item: FieldValue, action: ChangeAction, at: int) -> None:
    """Add to a unit what became of a value."""
    change = ValueChange(
        id=id_,
        field_id=item.field_id,
        kind=item.kind,
        party=item.party,
        entry=item.entry,
        action=action,
        changer=actor.person_id,
        at=at // 1_000 * 1_000,
        value=item.value,
    )
    change_rows.add_change(unit, actor.tenant.id, change)
