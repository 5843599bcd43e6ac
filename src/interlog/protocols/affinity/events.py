"""What webhooks are told: messages made from entries of the journal (spec 11).

A body is the record as it is when the entry is read, in the form that version 1 answers with; where it is gone by then,
as it was last.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from interlog.ledger import Ledger
from interlog.ledger.consequences import BRINGING, Happened
from interlog.model.deliveries import Message, Subscription
from interlog.model.files import File, Holder
from interlog.model.interactions import Interaction
from interlog.model.journal import Action, Entity, JournalEntry, Position
from interlog.model.notes import Note
from interlog.model.parties import ListEntry, Opportunity, Organization, Party, PartyList, Person
from interlog.model.tenancy import Actor
from interlog.settings import Settings

from . import translate, translate_fields, translate_lists
from .files import shown as shown_file
from .notes import shown as shown_notes
from .reminders import shown as shown_reminders

_NAMES = {
    Entity.REMINDER: "reminder",
    Entity.FILE: "file",
    Entity.LIST: "list",
    Entity.LIST_ENTRY: "list_entry",
    Entity.FIELD: "field",
    Entity.FIELD_VALUE: "field_value",
    Entity.NOTE: "note",
    Entity.PERSON: "person",
    Entity.ORGANIZATION: "organization",
    Entity.OPPORTUNITY: "opportunity",
    Entity.INTERACTION: "interaction",
}
_VERBS = {Action.CREATE: "created", Action.RESTORE: "created", Action.AMEND: "updated"}
"""How what was done is called; anything else is a deletion."""

OURS = ("interaction.created", "interaction.updated", "interaction.deleted")
"""Events that the vendor lacks: only who asks for them by name is told (spec 19)."""

EVENTS = (
    "list.created", "list.updated", "list.deleted", "list_entry.created", "list_entry.deleted",
    "note.created", "note.updated", "note.deleted", "field.created", "field.updated", "field.deleted",
    "field_value.created", "field_value.updated", "field_value.deleted",
    "person.created", "person.updated", "person.deleted",
    "organization.created", "organization.updated", "organization.deleted", "organization.merged",
    "opportunity.created", "opportunity.updated", "opportunity.deleted", "file.created", "file.deleted",
    "reminder.created", "reminder.updated", "reminder.deleted", "smart_interaction_value.updated",
)  # fmt: skip
"""The events of the vendor: who names none is told of all of these."""

SAMPLE = b'{"type":"sample.webhook","body":{"test":true}}'
"""What an address has to take before it is told anything else."""

_encode = msgspec.json.Encoder().encode


def stamped(body: bytes, at: int) -> bytes:
    """Return a message with the time of the attempt: receivers refuse what seems to be old."""
    return b'%b,"sent_at":%d}' % (body[:-1], at)


class _View(NamedTuple):
    """Through whose eyes records are shown."""

    ledger: Ledger
    actor: Actor
    settings: Settings

    @property
    def times(self) -> translate.Clock:
        """How times are written."""
        return translate.clock(self.settings.affinity_time_zone)


class Events:
    """Makes messages of what has happened, for the deliveries of this protocol."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._settings = settings

    async def messages(
        self, actor: Actor, subscription: Subscription, entries: Sequence[JournalEntry]
    ) -> list[Message]:
        """Return the messages that entries of the journal give, of the events that the subscription is about."""
        asked = subscription.target.about["subscriptions"] or EVENTS
        also = {by for entity, bringing in BRINGING.items() if _is_asked(entity, asked) for by in bringing}
        meant = [entry for entry in entries if entry.entity in also or event_of(entry) in asked]
        if not meant:
            return []
        view = _View(self._ledger, actor, self._settings)
        happened = await self._ledger.happenings.of(actor, meant)
        happened = [item for item in happened if event_of(item.entry) in asked]
        bodies: dict[tuple[Position, Entity, int], Any] = {}
        for entity, show in _SHOWN.items():
            same = [item for item in happened if item.entry.entity is entity]
            shown = await show(view, same) if same else []
            bodies |= {_key(item.entry): body for item, body in zip(same, shown, strict=True)}
        messages = []
        for item in happened:
            body, event = bodies[_key(item.entry)], event_of(item.entry)
            if body is not None and event is not None:
                messages.append(Message(event, _encode({"type": event, "body": body})))
        return messages


def event_of(entry: JournalEntry) -> str | None:
    """Return the name of the event that an entry is; None where it is none."""
    name = _NAMES.get(entry.entity)
    if name is None:
        return None
    if entry.action is Action.MERGE and entry.entity is Entity.ORGANIZATION:
        return "organization.merged"
    if entry.action is Action.AMEND and entry.entity is Entity.LIST_ENTRY:
        return "list_entry.created"  # somebody else stands there: who was there was merged into him
    return f"{name}.{_VERBS.get(entry.action, 'deleted')}"


def _is_asked(entity: Entity, asked: Sequence[str]) -> bool:
    return any(name.startswith(f"{_NAMES[entity]}.") for name in asked)


def _key(entry: JournalEntry) -> tuple[Position, Entity, int]:
    """Return what tells apart all that one entry of the journal stands for."""
    return entry.position, entry.entity, entry.entity_id


def _is_gone(item: Happened) -> bool:
    return item.entry.action not in _VERBS


async def _persons(view: _View, items: Sequence[Happened]) -> list[Any]:
    bodies = []
    for item in items:
        record: Person = item.record
        body = translate.full_person(record)
        if _is_gone(item):
            del body["organization_ids"]
        bodies.append(body)
    return bodies


async def _organizations(view: _View, items: Sequence[Happened]) -> list[Any]:
    bodies: list[Any] = []
    for item in items:
        record: Organization = item.record
        body = translate.organization(record)
        bodies.append(body if item.entry.action is not Action.MERGE else await _merged(view, item, body))
    return bodies


async def _merged(view: _View, item: Happened, removed: dict[str, Any]) -> dict[str, Any]:
    ledger, actor, entry = view.ledger, view.actor, item.entry
    company = None
    into = (await ledger.organizations.successors(actor, [entry.entity_id])).get(entry.entity_id)
    if into is not None:
        found = await ledger.organizations.get_many(actor, [into])
        company = translate.organization(found[into]) if into in found else {"id": into}
    persons = await ledger.persons.get_many(actor, [entry.actor]) if entry.actor is not None else {}
    changer = persons.get(entry.actor or 0)
    return {
        "changer": translate.person(changer) if changer is not None else None,
        "removed_company": removed,
        "company": company,
        "merged_at": view.times.text(entry.at),
    }


async def _opportunities(view: _View, items: Sequence[Happened]) -> list[Any]:
    bodies = []
    for item in items:
        record: Opportunity = item.record
        body: dict[str, Any] = {"id": record.id, "name": record.name}
        if not _is_gone(item):
            body |= {"person_ids": record.person_ids, "organization_ids": record.organization_ids}
        bodies.append(body)
    return bodies


async def _lists(view: _View, items: Sequence[Happened]) -> list[Any]:
    sizes = await view.ledger.opportunities.list_sizes(view.actor)
    bodies = []
    for item in items:
        record: PartyList = item.record
        shown = msgspec.to_builtins(translate_lists.party_list(record, sizes.get(record.id, 0)))
        bodies.append(shown | {"ip_address": None})
    return bodies


async def _entries(view: _View, items: Sequence[Happened]) -> list[Any]:
    ids = {kind: {item.record.party for item in items if item.record.kind is kind} for kind in Party}
    ledger, actor = view.ledger, view.actor
    found: dict[Party, Mapping[int, Person | Organization | Opportunity]] = {
        Party.PERSON: await ledger.persons.get_many(actor, ids[Party.PERSON]),
        Party.ORGANIZATION: await ledger.organizations.get_many(actor, ids[Party.ORGANIZATION]),
        Party.OPPORTUNITY: await ledger.opportunities.get_many(actor, ids[Party.OPPORTUNITY]),
    }
    bodies: list[Any] = []
    for item in items:
        record: ListEntry = item.record
        party = found.get(record.kind, {}).get(record.party)
        if party is not None:
            bodies.append(translate_lists.listed((record, party), view.times))
        else:  # who stood there is gone as well
            shown = msgspec.to_builtins(translate.list_entry(record, view.times))
            bodies.append(shown | {"entity": {"id": record.party}})
    return bodies


async def _reminders(view: _View, items: Sequence[Happened]) -> list[Any]:
    return await shown_reminders(view.ledger, view.actor, [item.record for item in items], view.times)


async def _files(view: _View, items: Sequence[Happened]) -> list[Any]:
    """Return files; None for those of interactions, which the vendor's clients know nothing of."""
    found: list[File] = [item.record for item in items]
    return [None if item.holder_kind is Holder.INTERACTION else shown_file(item, view.times) for item in found]


async def _fields(view: _View, items: Sequence[Happened]) -> list[Any]:
    return [translate_fields.field(item.record) for item in items]


async def _values(view: _View, items: Sequence[Happened]) -> list[Any]:
    fields = await view.ledger.party_fields.get_many(view.actor, {item.record.field_id for item in items})
    bodies: list[Any] = []
    for item in items:
        field = fields.get(item.record.field_id)
        if field is None:
            bodies.append(None)
            continue
        shown = msgspec.to_builtins(translate_fields.field_value(item.record, field, view.times))
        bodies.append(shown | {"field": translate_fields.field(field)})
    return bodies


async def _notes(view: _View, items: Sequence[Happened]) -> list[Any]:
    notes: list[Note] = [item.record for item in items]
    return list(await shown_notes(view.ledger, view.actor, view.settings, notes))


async def _interactions(view: _View, items: Sequence[Happened]) -> list[Any]:
    """Return interactions as version 1 shows them; None for those that it does not know."""
    records: list[Interaction] = [item.record for item in items]
    people = translate.people(await view.ledger.persons.of_interactions(view.actor, records))
    bodies = []
    for record in records:
        code = translate.code_of(view.actor.tenant.types_by_id[record.type_id])
        shown = None if code is None else translate.interaction(record.brief, code, people, view.times)
        bodies.append(shown)
    return bodies


_Show = Callable[[_View, Sequence[Happened]], Awaitable[list[Any]]]

_SHOWN: Mapping[Entity, _Show] = {
    Entity.REMINDER: _reminders,
    Entity.FILE: _files,
    Entity.LIST: _lists,
    Entity.LIST_ENTRY: _entries,
    Entity.FIELD: _fields,
    Entity.FIELD_VALUE: _values,
    Entity.NOTE: _notes,
    Entity.PERSON: _persons,
    Entity.ORGANIZATION: _organizations,
    Entity.OPPORTUNITY: _opportunities,
    Entity.INTERACTION: _interactions,
}
"""What records of a kind look like: a body for each, or None where there is nothing to tell."""
