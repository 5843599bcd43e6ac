"""Options of dropdowns: added, changed, and taken away with the values that are them."""

from msgspec.structs import replace

from ..model.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from ..model.fields import DROPDOWNS, MAX_OPTION, MAX_OPTIONS, ChangeAction, Field, Option, option_of
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.tenancy import Actor, Right
from ..store import party_fields as rows
from ..store import party_values as value_rows
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .opportunities import Opportunities, may_shape
from .party_fields import PartyFields
from .party_values import note_change

_TRIES = 4
_AT_ONCE = 2_000
"""Values that go with an option in one unit."""


class FieldOptions:
    """Use cases around options. Whoever may change the fields of a list may change theirs."""

    def __init__(self, store: Store, opportunities: Opportunities, fields: PartyFields) -> None:
        self._store, self._database = store, store.database
        self._opportunities, self._fields = opportunities, fields

    async def add(self, actor: Actor, field_id: int, text: str, rank: int | None = None, color: int = 0) -> Option:
        """Give a dropdown one more option, by default behind all others."""
        id_ = await self._store.numbers.one(actor.tenant.id, "option")
        for _ in range(_TRIES):
            field = await self._shaped(actor, field_id)
            option = Option(id_, text.strip(), len(field.options) if rank is None else rank, color)
            if await self._put(actor, field, (*field.options, option)):
                return option
        raise _contended()

    async def change(
        self,
        actor: Actor,
        field_id: int,
        option_id: int,
        *,
        text: str | None = None,
        rank: int | None = None,
        color: int | None = None,
    ) -> None:
        """Change what is given of an option, and leave the rest; every value that is this option shows it."""
        for _ in range(_TRIES):
            field = await self._shaped(actor, field_id)
            read = _option(field, option_id)
            new = Option(
                read.id,
                read.text if text is None else text.strip(),
                read.rank if rank is None else rank,
                read.color if color is None else color,
            )
            options = tuple(new if one.id == option_id else one for one in field.options)
            if options == field.options or await self._put(actor, field, options):
                return
        raise _contended()

    async def remove(self, actor: Actor, field_id: int, option_id: int) -> None:
        """Take an option away, and then every value that is this option, some thousands at a time."""
        for _ in range(_TRIES):
            field = await self._shaped(actor, field_id)
            _option(field, option_id)
            if await self._put(actor, field, tuple(one for one in field.options if one.id != option_id)):
                await self._clear(actor, field, option_id)
                return
        raise _contended()

    async def _shaped(self, actor: Actor, field_id: int) -> Field:
        """Return a dropdown whose options the actor may change."""
        actor.require(Right.WRITE)
        field = await self._fields.get(actor, field_id)
        if field.value_type not in DROPDOWNS:
            raise Invalid(Problem("field_id", "is the id of a field that has no options"))
        if field.list_id is not None and not may_shape(actor, await self._opportunities.get_list(actor, field.list_id)):
            raise Forbidden("you may not change the fields of this list")
        return field

    async def _put(self, actor: Actor, field: Field, options: tuple[Option, ...]) -> bool:
        """Store options; False where somebody else has changed the field meanwhile."""
        texts = [one.text for one in options]
        problems = []
        if any(not text or len(text) > MAX_OPTION for text in texts):
            problems.append(Problem("text", f"must have 1 to {MAX_OPTION} characters"))
        if len(set(texts)) < len(texts):
            problems.append(Problem("text", "is that of another option already"))
        if len(options) > MAX_OPTIONS:
            problems.append(Problem("text", f"cannot be added: the field has {MAX_OPTIONS} options"))
        if problems:
            raise Invalid(*problems)
        new, unit = replace(field, options=options, version=field.version + 1), Unit()
        rows.change(unit, actor.tenant.id, field, new)
        before = encode(field).decode()
        add_entry(unit, actor, Action.AMEND, Entity.FIELD, field.id, new.version, now(), before)
        try:
            await self._database.write(unit)
        except Stale:
            return False
        return True

    async def _clear(self, actor: Actor, field: Field, option_id: int) -> None:
        """Delete the values that are an option, which nobody can choose any more."""
        tenant, tries = actor.tenant.id, _TRIES
        while tries:
            found = await value_rows.with_value(self._database, tenant, field.id, option_id, _AT_ONCE)
            if not found:
                return
            unit, at = Unit(), now()
            changes = await self._store.numbers.take(tenant, "value_change", len(found))
            for id_, read in zip(changes, found, strict=True):
                value_rows.remove(unit, tenant, read)
                note_change(actor, unit, id_, read, ChangeAction.DELETE, at)
                before, version = encode(read).decode(), read.version + 1
                add_entry(unit, actor, Action.DELETE, Entity.FIELD_VALUE, read.id, version, at, before)
            try:
                await self._database.write(unit)
            except Stale:  # somebody else has changed one of them
                tries -= 1
        raise _contended()


def _option(field: Field, option_id: int) -> Option:
    found = option_of(field, option_id)
    if found is None:
        raise NotFound("option", option_id)
    return found


def _contended() -> Conflict:
    return Conflict("the field was being changed by others at the same time; try again")
