"""Fields that users add to persons, organizations and opportunities."""

from msgspec.structs import replace

from ..model.errors import Conflict, Forbidden, Invalid, NotFound, Problem, unknown_id
from ..model.fields import DROPDOWNS, MAX_OPTION, MAX_OPTIONS, Field, FieldDraft, Option
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import Party, PartyList
from ..model.tenancy import Actor, Right
from ..store import party_fields as rows
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .opportunities import Opportunities, may_shape, name_problems, sees_list


class PartyFields:
    """Use cases around fields. One of a list is seen by whoever sees the list."""

    def __init__(self, store: Store, opportunities: Opportunities) -> None:
        self._store, self._database = store, store.database
        self._opportunities = opportunities

    async def all(self, actor: Actor) -> list[Field]:
        """Return the fields that the actor sees, in the order in which they were made."""
        actor.require(Right.READ)
        found = await rows.all_(self._database, actor.tenant.id)
        visible = {item.id for item in await self._opportunities.lists(actor)}
        return [field for field in found if field.list_id is None or field.list_id in visible]

    async def of_kind(self, actor: Actor, kind: Party) -> list[Field]:
        """Return the fields of all parties of a kind, whatever lists they are on."""
        actor.require(Right.READ)
        return await rows.of_kind(self._database, actor.tenant.id, kind)

    async def of_list(self, actor: Actor, list_id: int) -> tuple[PartyList, list[Field]]:
        """Return a list with its own fields and those of all that can stand on it, by one statement.

        Raises ``NotFound``, or ``Forbidden`` where the list is somebody else's.
        """
        actor.require(Right.READ)
        found = await rows.of_list(self._database, actor.tenant.id, list_id)
        if found is None:
            raise NotFound("list", list_id)
        if not sees_list(actor, found[0]):
            raise Forbidden("this list is private")
        return found

    async def get_many(self, actor: Actor, ids: set[int]) -> dict[int, Field]:
        """Return those of some fields that are there and visible to the actor."""
        actor.require(Right.READ)
        found = await rows.by_ids(self._database, actor.tenant.id, ids) if ids else {}
        if any(field.list_id is not None for field in found.values()):
            visible = {item.id for item in await self._opportunities.lists(actor)}
            return {id_: field for id_, field in found.items() if field.list_id is None or field.list_id in visible}
        return found

    async def get(self, actor: Actor, field_id: int) -> Field:
        """Return a field; raises ``NotFound``."""
        found = await self.get_many(actor, {field_id})
        if field_id not in found:
            raise NotFound("field", field_id)
        return found[field_id]

    async def create(self, actor: Actor, draft: FieldDraft) -> Field:
        """Create a field. Opportunities have fields on their lists only."""
        actor.require(Right.WRITE)
        problems = name_problems(draft.name) + _option_problems(draft)
        if draft.list_id is not None:
            lists = {item.id: item for item in await self._opportunities.lists(actor)}
            list_ = lists.get(draft.list_id)
            if list_ is None:
                problems.append(unknown_id("list_id", draft.list_id, "List"))
            elif list_.kind is not draft.kind:
                problems.append(Problem("entity_type", f"must be {int(list_.kind)}, as that of list {list_.id}"))
            elif not may_shape(actor, list_):
                raise Forbidden("you may not change the fields of this list")
        elif draft.kind is Party.OPPORTUNITY:
            problems.append(Problem("list_id", "is required for a field of opportunities", "missing"))
        if problems:
            raise Invalid(*problems)
        ids = await self._store.numbers.take(actor.tenant.id, "option", len(draft.options)) if draft.options else ()
        field = Field(
            id=await self._store.numbers.one(actor.tenant.id, "field"),
            name=draft.name.strip(),
            kind=draft.kind,
            value_type=draft.value_type,
            list_id=draft.list_id,
            allows_multiple=draft.allows_multiple,
            is_required=draft.is_required,
            options=tuple(Option(id_, *option) for id_, option in zip(ids, draft.options, strict=True)),
            creator=actor.person_id,
            created_at=now(),
        )
        unit = Unit()
        rows.insert(unit, actor.tenant.id, field)
        add_entry(unit, actor, Action.CREATE, Entity.FIELD, field.id, 1, field.created_at)
        await self._database.write(unit)
        return field

    async def update(
        self, actor: Actor, field_id: int, *, name: str | None = None, is_required: bool | None = None
    ) -> Field:
        """Give a field another name, or say whether it must have a value; what kind of values it has stays."""
        actor.require(Right.WRITE)
        read, at = await self.get(actor, field_id), now()
        if read.list_id is not None and not may_shape(actor, await self._opportunities.get_list(actor, read.list_id)):
            raise Forbidden("you may not change the fields of this list")
        if problems := [] if name is None else name_problems(name):
            raise Invalid(*problems)
        new = replace(
            read,
            name=read.name if name is None else name.strip(),
            is_required=read.is_required if is_required is None else is_required,
        )
        if new == read:
            return read
        new = replace(new, version=read.version + 1)
        unit = Unit()
        rows.change(unit, actor.tenant.id, read, new)
        add_entry(unit, actor, Action.AMEND, Entity.FIELD, read.id, new.version, at, encode(read).decode())
        try:
            await self._database.write(unit)
        except Stale as error:
            raise Conflict("the field was changed by somebody else at the same time; try again") from error
        return new

    async def delete(self, actor: Actor, field_id: int) -> None:
        """Delete a field: its values are seen no longer."""
        actor.require(Right.WRITE)
        field, at = await self.get(actor, field_id), now()
        if field.list_id is not None and not may_shape(actor, await self._opportunities.get_list(actor, field.list_id)):
            raise Forbidden("you may not change the fields of this list")
        unit = Unit()
        rows.change(unit, actor.tenant.id, field, replace(field, version=field.version + 1), deleted_at=at)
        before = encode(field).decode()
        add_entry(unit, actor, Action.DELETE, Entity.FIELD, field.id, field.version + 1, at, before)
        try:
            await self._database.write(unit)
        except Stale as error:
            raise Conflict("the field was changed by somebody else at the same time; try again") from error

    async def add_option(self, actor: Actor, unit: Unit, field: Field, text: str) -> tuple[Field, int]:
        """Add to a unit that an open dropdown has one more option; returns the field as it will be, and its id."""
        id_ = await self._store.numbers.one(actor.tenant.id, "option")
        options = (*field.options, Option(id_, text, len(field.options)))
        new = replace(field, options=options, version=field.version + 1)
        rows.change(unit, actor.tenant.id, field, new)
        before = encode(field).decode()
        add_entry(unit, actor, Action.AMEND, Entity.FIELD, field.id, new.version, now(), before)
        return new, id_


def _option_problems(draft: FieldDraft) -> list[Problem]:
    if draft.options and draft.value_type not in DROPDOWNS:
        return [Problem("dropdown_options", "are for dropdowns only")]
    if len(draft.options) > MAX_OPTIONS:
        return [Problem("dropdown_options", f"must not be more than {MAX_OPTIONS}")]
    texts = [text for text, _, _ in draft.options]
    if any(not text.strip() or len(text) > MAX_OPTION for text in texts):
        return [Problem("dropdown_options", f"must each have a text of 1 to {MAX_OPTION} characters")]
    return [Problem("dropdown_options", "must have different texts")] if len(set(texts)) < len(texts) else []
