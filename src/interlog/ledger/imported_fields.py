"""Fields of persons, organizations and opportunities, and their values, as a copy brings them."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ..model.fields import REFERENCES, Field, FieldValue, Refused, ValueChange, ValueType, plain_value
from ..model.imports import Import, ImportedChange, ImportedValue
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import Party
from ..model.tenancy import Actor, Right
from ..store import imports as import_rows
from ..store import party_fields as field_rows
from ..store import party_values as value_rows
from ..store import value_changes as change_rows
from ..store.journal import add_entries
from ..store.statements import Unit
from ..store.store import Store
from .imports import Imports

NOBODY = 0
"""Who changed a value where the source does not say it."""

_AT_ONCE = 100
_KINDS = {Party.PERSON: "person", Party.ORGANIZATION: "organization", Party.OPPORTUNITY: "opportunity"}


class ImportedFields:
    """Use cases of a copy, for an administrator."""

    def __init__(self, store: Store, imports: Imports) -> None:
        self._store = store
        self._database = store.database
        self._imports = imports

    async def add_fields(self, actor: Actor, item: Import, new: Sequence[Field]) -> Import:
        """Store fields with their options."""
        actor.require(Right.ADMIN)
        unit, tenant = Unit(), actor.tenant.id
        lists = await self._imports.taken(actor, "list", {field.list_id for field in new if field.list_id is not None})
        stored = [field for field in new if field.list_id is None or field.list_id in lists]
        for field in stored:
            field_rows.insert(unit, tenant, field)
        options = [option.id for field in stored for option in field.options]
        if options:
            self._store.numbers.go_beyond(unit, tenant, "option", max(options))
        if stored:
            self._store.numbers.go_beyond(unit, tenant, "field", max(field.id for field in stored))
        add_entries(unit, actor, Action.CREATE, Entity.FIELD, [(field.id, 1, None) for field in stored], now())
        return await self._imports.store_with(actor, unit, item.with_stored("fields", len(stored)))

    async def add_values(self, actor: Actor, item: Import, given: Sequence[ImportedValue]) -> Import:
        """Store values of fields that are stored; those that are there already are left alone.

        The id of a value that another one has here is replaced by a new one.
        """
        actor.require(Right.ADMIN)
        tenant, unit, remarks = actor.tenant.id, Unit(), list[str]()
        fields = await field_rows.by_ids(self._database, tenant, {value.field_id for value in given})
        here = await self._here(actor, {(fields[v.field_id].kind, v.party) for v in given if v.field_id in fields})
        there = await self._there(actor, given, fields)
        entries = await self._imports.taken(actor, "entry", {one.entry for one in given if one.entry is not None})
        taken = await value_rows.known_ids(self._database, tenant, [value.id for value in given])
        stored: list[FieldValue] = []
        for value in given:
            field = fields.get(value.field_id)
            if field is None or (value.id, value.field_id) in here:
                continue
            names = REFERENCES.get(field.value_type)
            try:
                plain = plain_value(field, value.given)
            except Refused as refused:
                remarks.append(f"value {value.id} of field {field.id} is left out: it {refused}")
                continue
            is_new_option = field.value_type is ValueType.DROPDOWN and isinstance(plain, str)
            is_lost = is_new_option or (names is not None and (names, plain) not in there)
            if is_lost or (field.kind, value.party) not in there:
                remarks.append(f"value {value.id} of field {field.id} is left out: what it names is not there")
                continue
            if value.entry is not None and value.entry not in entries:
                remarks.append(f"value {value.id} of field {field.id} is left out: its entry is not there")
                continue
            record = FieldValue(
                id=value.id,
                field_id=field.id,
                kind=field.kind,
                party=value.party,
                entry=value.entry,
                value=plain,
                created_at=value.created_at,
                updated_at=value.updated_at,
            )
            if value.id in taken:
                record = replace(record, id=await self._store.numbers.one(tenant, "field_value"))
            value_rows.insert(unit, tenant, field, record)
            stored.append(record)
        if stored:
            self._store.numbers.go_beyond(unit, tenant, "field_value", max(record.id for record in stored))
        add_entries(unit, actor, Action.CREATE, Entity.FIELD_VALUE, [(one.id, 1, None) for one in stored], now())
        return await self._imports.store_with(
            actor, unit, item.with_stored("field-values", len(stored), tuple(remarks))
        )

    async def add_changes(self, actor: Actor, item: Import, given: Sequence[ImportedChange]) -> Import:
        """Store how values of one field have changed; what is there already is left alone.

        The id of a change that another field's has here is replaced by a new one.
        """
        actor.require(Right.ADMIN)
        tenant, unit, remarks, stored = actor.tenant.id, Unit(), list[str](), list[ValueChange]()
        fields = await field_rows.by_ids(self._database, tenant, {one.field_id for one in given})
        here = await change_rows.changes_by_ids(self._database, tenant, [one.id for one in given])
        parties: dict[Party, set[int]] = {kind: set() for kind in _KINDS}
        for one in given:
            if one.field_id in fields:
                parties[fields[one.field_id].kind].add(one.party)
        there = await self._taken(actor, parties)
        people = await self._imports.taken(actor, "person", {one.changer for one in given if one.changer is not None})
        for one in given:
            field = fields.get(one.field_id)
            if field is None or (one.id in here and here[one.id].field_id == field.id):
                continue
            if (field.kind, one.party) not in there:
                remarks.append(f"change {one.id} of field {field.id} is left out: whose it is is not there")
                continue
            try:
                value = None if one.given is None else plain_value(field, one.given)
            except Refused:
                value = None
            if field.value_type is ValueType.DROPDOWN and isinstance(value, str):
                value = None  # an option that is no more
            if value is None and one.given is not None:
                remarks.append(f"change {one.id} of field {field.id} is without its value {one.given!r:.100}")
            record = ValueChange(
                id=one.id,
                field_id=field.id,
                kind=field.kind,
                party=one.party,
                entry=one.entry,
                action=one.action,
                changer=one.changer if one.changer in people else NOBODY,
                at=one.at,
                value=value,
            )
            if one.id in here:
                if await self._is_here(actor, field, record):
                    continue
                record = replace(record, id=await self._store.numbers.one(tenant, "value_change"))
            change_rows.add_change(unit, tenant, record)
            stored.append(record)
        if stored:
            self._store.numbers.go_beyond(unit, tenant, "value_change", max(record.id for record in stored))
        return await self._imports.store_with(
            actor, unit, item.with_stored("field-value-changes", len(stored), tuple(remarks))
        )

    async def _is_here(self, actor: Actor, field: Field, item: ValueChange) -> bool:
        """Whether a change that got another id here is stored."""
        found = await change_rows.changes(
            self._database, actor.tenant.id, field.id, party=(item.kind, item.party), after=(item.at, 0),
            before=(item.at + 1, 0), limit=_AT_ONCE, descending=True,
        )  # fmt: skip
        return any(replace(one, id=item.id) == item for one in found)

    async def _here(self, actor: Actor, parties: Iterable[tuple[Party, int]]) -> set[tuple[int, int]]:
        """Return the id and the field of each value that some parties have already."""
        ids: dict[Party, list[int]] = {}
        for kind, id_ in parties:
            ids.setdefault(kind, []).append(id_)
        return {
            (value.id, value.field_id)
            for kind, some in ids.items()
            for value in await value_rows.of_parties(self._database, actor.tenant.id, kind, some)
        }

    async def _there(
        self, actor: Actor, given: Sequence[ImportedValue], fields: dict[int, Field]
    ) -> set[tuple[Party, int]]:
        """Return those parties, of all that the values belong to or name, that are stored."""
        wanted: dict[Party, set[int]] = {kind: set() for kind in _KINDS}
        for value in given:
            field = fields.get(value.field_id)
            if field is None:
                continue
            wanted[field.kind].add(value.party)
            names = REFERENCES.get(field.value_type)
            if names is not None and isinstance(value.given, int):
                wanted[names].add(value.given)
        return await self._taken(actor, wanted)

    async def _taken(self, actor: Actor, wanted: Mapping[Party, Iterable[int]]) -> set[tuple[Party, int]]:
        return {
            (kind, id_)
            for kind, ids in wanted.items()
            if ids
            for id_ in await import_rows.taken(self._database, actor.tenant.id, _KINDS[kind], ids)
        }
