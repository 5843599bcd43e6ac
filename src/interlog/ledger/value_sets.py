"""All that a party shall have in some of its fields: set together, or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..model.errors import Conflict, Invalid, NotFound, Problem, unknown_id
from ..model.fields import REFERENCES, ChangeAction, Field, FieldValue, Refused, plain_value
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import Party, Person
from ..model.tenancy import Actor, Right
from ..store import organizations as organization_rows
from ..store import party_values as rows
from ..store import persons as person_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .list_entries import MODELS
from .party_fields import PartyFields
from .party_values import PartyValues, note_change
from .persons import Beside

_TRIES = 4


class Setting(NamedTuple):
    """What a field shall hold: no value, one, or, where it takes many, several. Options are given by their ids."""

    field_id: int
    values: Sequence[Any]


class _Plan(NamedTuple):
    """What becomes of the values in one field: which go, which are changed to what, and which come."""

    field: Field
    gone: Sequence[FieldValue] = ()
    changed: Sequence[tuple[FieldValue, Any]] = ()
    new: Sequence[Any] = ()

    @property
    def size(self) -> int:
        """How many values are touched."""
        return len(self.gone) + len(self.changed) + len(self.new)


class ValueSets:
    """Use cases around several values at once."""

    def __init__(self, store: Store, fields: PartyFields, values: PartyValues) -> None:
        self._store, self._database = store, store.database
        self._fields, self._values = fields, values

    async def put(
        self,
        actor: Actor,
        kind: Party,
        party: int,
        settings: Sequence[Setting],
        *,
        entry: tuple[int, int] | None = None,
    ) -> None:
        """Let a party hold just these values in some fields, each named once; in the others it keeps what it has.

        ``entry``: the id of the entry that the fields of its list are set in, and that of the list. ``Invalid`` has
        every problem, at ``settings[i]`` or ``settings[i].values[j]``; ``NotFound`` where the party is not there.
        """
        actor.require(Right.WRITE)
        if not await self._values.is_there(actor, kind, party):
            raise NotFound(MODELS[kind].lower(), party)
        for _ in range(_TRIES):
            wanted = await self.check(actor, kind, settings, entry[1] if entry is not None else None)
            kept = await rows.kept(self._database, actor.tenant.id, kind, party)
            plans = [
                _plan(field, values, [one for one in kept if _is_in(one, field, entry)]) for field, values in wanted
            ]
            unit = Unit()
            await self._add(unit, actor, kind, party, plans, entry)
            if not unit.rows:  # everything is so already
                return
            try:
                await self._database.write(unit)
            except (Duplicate, Stale):  # somebody else has changed one of the values meanwhile
                continue
            return
        raise Conflict("the values were being changed by others at the same time; try again")

    async def of_new_person(self, actor: Actor, settings: Sequence[Setting]) -> Beside:
        """Return what adds these values to the unit in which a person is created; raises ``Invalid``."""
        actor.require(Right.WRITE)
        wanted = await self.check(actor, Party.PERSON, settings, None)

        async def add(unit: Unit, person: Person) -> None:
            plans = [_Plan(field, new=values) for field, values in wanted]
            await self._add(unit, actor, Party.PERSON, person.id, plans, None)

        return add

    async def check(
        self, actor: Actor, kind: Party, settings: Sequence[Setting], list_id: int | None
    ) -> list[tuple[Field, list[Any]]]:
        """Return the fields with the values that they shall hold, as these are stored, each once; raises ``Invalid``.

        ``list_id``: the list whose fields may be among them.
        """
        actor.require(Right.READ)
        fields = await self._fields.get_many(actor, {setting.field_id for setting in settings})
        problems: list[Problem] = []
        named: dict[Party, dict[str, int]] = {}
        wanted = []
        for place, setting in enumerate(settings):
            field, path = fields.get(setting.field_id), f"settings[{place}]"
            if field is None or field.kind is not kind or field.list_id not in (None, list_id):
                problems.append(unknown_id(path, setting.field_id, "Field"))
                continue
            if len(setting.values) > 1 and not field.allows_multiple:
                problems.append(Problem(f"{path}.values", "must not be more than one: the field takes one value"))
            values = []
            for index, given in enumerate(setting.values):
                try:
                    value = plain_value(field, given, option_ids=True)
                except Refused as error:
                    problems.append(replace(error.problem, path=f"{path}.values[{index}]"))
                    continue
                values.append(value)
                if (whom := REFERENCES.get(field.value_type)) is not None:
                    named.setdefault(whom, {})[f"{path}.values[{index}]"] = value
            wanted.append((field, list({encode(value): value for value in values}.values())))
        for whom, by_path in named.items():
            there = await self._there(actor, whom, by_path.values())
            problems += [unknown_id(path, id_, MODELS[whom]) for path, id_ in by_path.items() if id_ not in there]
        if problems:
            raise Invalid(*problems)
        return wanted

    async def _there(self, actor: Actor, kind: Party, ids: Iterable[int]) -> Mapping[int, Any]:
        if kind is Party.PERSON:
            return await person_rows.by_ids(self._database, actor.tenant.id, ids)
        return await organization_rows.by_ids(self._database, actor.tenant.id, ids)

    async def _add(
        self,
        unit: Unit,
        actor: Actor,
        kind: Party,
        party: int,
        plans: Sequence[_Plan],
        entry: tuple[int, int] | None,
    ) -> None:
        """Add to a unit what must be written."""
        tenant, at = actor.tenant.id, now()
        touched, made = sum(plan.size for plan in plans), sum(len(plan.new) for plan in plans)
        if not touched:
            return
        changes = iter(await self._store.numbers.take(tenant, "value_change", touched))
        ids = iter(await self._store.numbers.take(tenant, "field_value", made) if made else ())
        for plan in plans:
            for read in plan.gone:
                rows.remove(unit, tenant, read)
                note_change(actor, unit, next(changes), read, ChangeAction.DELETE, at)
                before, version = encode(read).decode(), read.version + 1
                add_entry(unit, actor, Action.DELETE, Entity.FIELD_VALUE, read.id, version, at, before)
            for read, value in plan.changed:
                new = replace(read, value=value, updated_at=at, version=read.version + 1)
                rows.change(unit, tenant, plan.field, read, new)
                note_change(actor, unit, next(changes), new, ChangeAction.UPDATE, at)
                before = encode(read).decode()
                add_entry(unit, actor, Action.AMEND, Entity.FIELD_VALUE, read.id, new.version, at, before)
            for value in plan.new:
                item = FieldValue(
                    id=next(ids),
                    field_id=plan.field.id,
                    kind=kind,
                    party=party,
                    entry=entry[0] if entry is not None and plan.field.list_id is not None else None,
                    value=value,
                    created_at=at,
                )
                rows.insert(unit, tenant, plan.field, item)
                note_change(actor, unit, next(changes), item, ChangeAction.CREATE, at)
                add_entry(unit, actor, Action.CREATE, Entity.FIELD_VALUE, item.id, 1, at)


def _is_in(value: FieldValue, field: Field, entry: tuple[int, int] | None) -> bool:
    """Whether a value is one of a field's: of a list's, in this entry."""
    if value.field_id != field.id:
        return False
    return field.list_id is None or (entry is not None and value.entry == entry[0])


def _plan(field: Field, wanted: Sequence[Any], kept: Sequence[FieldValue]) -> _Plan:
    """Return what must become of the values in a field for it to hold the wanted ones, and nothing else."""
    if not field.allows_multiple:
        if not wanted or not kept:
            return _Plan(field, gone=kept, new=wanted)
        read, *others = kept
        return _Plan(field, gone=others, changed=[] if read.value == wanted[0] else [(read, wanted[0])])
    texts = [encode(value) for value in wanted]
    left = {}
    gone = []
    for read in kept:
        text = encode(read.value)
        if text in texts and text not in left:
            left[text] = read
        else:
            gone.append(read)
    return _Plan(field, gone=gone, new=[value for value, text in zip(wanted, texts, strict=True) if text not in left])
