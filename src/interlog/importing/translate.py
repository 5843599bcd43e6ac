"""From what the Affinity API shows to our records: pure functions."""

from collections.abc import Iterable

from msgspec.structs import replace

from ..model.fields import ChangeAction, Field, Option, ValueType
from ..model.imports import Imported, ImportedChange, ImportedValue
from ..model.interactions import Content, Links, Participant
from ..model.notes import Note, NoteKind
from ..model.parties import (
    ListEntry,
    ListRole,
    Opportunity,
    Organization,
    Party,
    PartyList,
    Permission,
    Person,
    PersonKind,
)
from ..model.types import CALL, CHAT_MESSAGE, EMAIL, MEETING, Direction, Logging, Role
from . import wire
from .plain import instant, optional, text

TYPES = (MEETING.name, CALL.name, CHAT_MESSAGE.name, EMAIL.name)
"""Our types, by the number of theirs."""

LOGGED_TITLE = "Manually logged event"
"""What the API shows as the title of a meeting that was logged without any."""

_LIST_KINDS = {"person": Party.PERSON, "company": Party.ORGANIZATION, "opportunity": Party.OPPORTUNITY}
_CHANGES = {int(action): action for action in ChangeAction}
_ROLES = {int(role): role for role in ListRole}
_HTML = 2


def person(item: wire.Person) -> Person:
    """Return a person."""
    emails = tuple(text(email) for email in item.emails)
    return Person(
        id=item.id,
        kind=PersonKind(item.type) if item.type in set(PersonKind) else PersonKind.EXTERNAL,
        first_name=text(item.first_name),
        last_name=text(item.last_name),
        emails=emails,
        primary_email=item.primary_email or (emails[0] if emails else None),
        organization_ids=tuple(item.organization_ids),
    )


def organization(item: wire.Organization) -> Organization:
    """Return an organization."""
    domains = item.domains if item.domains is not None else [item.domain] if item.domain else []
    return Organization(
        id=item.id, name=text(item.name), domains=tuple(text(domain) for domain in domains), is_global=item.is_global
    )


def party_list(item: wire.PartyList, owner: int, at: int, opened: Iterable[wire.Permission] = ()) -> PartyList:
    """Return a list; ``owner`` and ``at`` stand for what the source does not say. ``opened``: to whom besides."""
    return PartyList(
        id=item.id,
        name=text(item.name),
        kind=_LIST_KINDS.get(item.type, Party.OPPORTUNITY),
        is_public=item.is_public,
        owner=item.owner_id or owner,
        creator=item.creator_id or item.owner_id or owner,
        created_at=optional(item.created_at) or at,
        permissions=tuple(
            Permission(one.internal_person_id, _ROLES[one.role_id]) for one in opened if one.role_id in _ROLES
        ),
    )


def opportunity(item: wire.Opportunity, owner: int) -> Opportunity | None:
    """Return an opportunity; None where the token does not see its list."""
    if not item.list_entries:
        return None
    entry = item.list_entries[0]
    return Opportunity(
        id=item.id,
        name=text(item.name),
        list_id=entry.list_id,
        entry_id=entry.id,
        creator=entry.creator_id or owner,
        person_ids=tuple(item.person_ids),
        organization_ids=tuple(item.organization_ids),
        created_at=instant(entry.created_at),
    )


def list_entry(item: wire.ListEntry, kind: Party, owner: int) -> ListEntry:
    """Return an entry of a person or an organization on a list."""
    return ListEntry(
        id=item.id,
        list_id=item.list_id,
        kind=kind,
        party=item.entity_id,
        creator=item.creator_id or owner,
        created_at=instant(item.created_at),
    )


def is_own(item: wire.Field) -> bool:
    """Whether a field holds what users say: not what the vendor finds out by itself."""
    return item.enrichment_source in (None, "none") and item.value_type in set(ValueType)


def field(item: wire.Field, more: wire.FieldMetadata | None, kind: Party, owner: int, at: int) -> Field:
    """Return a field of parties of a kind; ``owner`` and ``at`` stand for what the API does not say."""
    options = enumerate(item.dropdown_options)
    return Field(
        id=item.id,
        name=text(item.name),
        kind=kind,
        value_type=ValueType(item.value_type),
        list_id=item.list_id,
        allows_multiple=item.allows_multiple,
        options=tuple(
            Option(o.id, text(o.text), place if o.rank is None else o.rank, o.color or 0) for place, o in options
        ),
        is_required=bool(more and more.is_required),
        creator=owner,
        created_at=at if more is None or more.created_at is None else instant(more.created_at),
    )


def field_value(item: wire.FieldValue) -> ImportedValue:
    """Return a value."""
    return ImportedValue(
        id=item.id,
        field_id=item.field_id,
        party=item.entity_id,
        entry=item.list_entry_id,
        given=_given(item.value),
        created_at=instant(item.created_at),
        updated_at=optional(item.updated_at),
    )


def change(item: wire.FieldValueChange) -> ImportedChange:
    """Return how a value changed."""
    return ImportedChange(
        id=item.id,
        field_id=item.field_id,
        party=item.entity_id,
        entry=item.list_entry_id,
        action=_CHANGES.get(item.action_type, ChangeAction.UPDATE),
        changer=item.changer.id if item.changer is not None else None,
        at=instant(item.changed_at),
        given=_given(item.value),
    )


def _given(value: object) -> object:
    """Return a value as it would be given to its field: of an option or a person the id."""
    return value.get("id", value) if isinstance(value, dict) else value


def note(item: wire.Note, number: int | None) -> Note:
    """Return a note; ``number``: the interaction's whose text it is, by our number."""
    links = Links()
    if item.parent_id is None:
        links = Links(_ids(item.associated_person_ids), _ids(item.organization_ids), _ids(item.opportunity_ids))
        if not links and number is None:
            links = Links(_ids(item.person_ids))  # such as the note on an e-mail
    return Note(
        id=item.id,
        content=text(item.content),
        kind=NoteKind.HTML if item.type == _HTML else NoteKind.PLAIN,
        links=links,
        mentions=_ids(item.mentioned_person_ids),
        interaction=number,
        parent=item.parent_id,
        creator=item.creator_id,
        created_at=instant(item.created_at),
        updated_at=optional(item.updated_at),
    )


def type_of_note(item: wire.Note) -> str | None:
    """Return the type of the interaction whose text a note is, if it is one's: an e-mail's text is none."""
    if item.parent_id is not None or item.interaction_id is None or item.interaction_type not in (0, 1, 2):
        return None
    return TYPES[item.interaction_type]


def is_cut(item: wire.Any) -> bool:
    """Whether more people took part than the item shows."""
    if isinstance(item, wire.Event):
        return item.attendees_preview.total_count > len(item.attendees_preview.data)
    if isinstance(item, wire.ChatMessage):
        return item.participants_preview.total_count > len(item.participants_preview.data)
    both = (item.to_participants_preview, item.cc_participants_preview)
    return any(some.total_count > len(some.data) for some in both)


def interaction(code: int, item: wire.Any, exact: wire.Interaction | None) -> Imported:
    """Return an interaction. ``exact``: what version 1 shows of it, to the millisecond and with all who took part."""
    if isinstance(item, wire.Event):
        found = _event(code, item, exact)
    elif isinstance(item, wire.ChatMessage):
        found = _chat_message(item, exact)
    else:
        found = _email(item)
    if exact is None:
        return found
    changes: dict[str, object] = {"occurred_at": instant(exact.date)}
    if exact.end_time is not None:
        changes["ended_at"] = instant(exact.end_time)
    if is_cut(item) and not isinstance(item, wire.Email):
        changes["participants"] = _all_of(exact)
    found = replace(
        found,
        content=replace(found.content, **changes),
        modified_at=optional(exact.updated_at) or found.modified_at,
    )
    return found if exact.x_version is None else _with_extensions(found, exact)


def _with_extensions(found: Imported, exact: wire.Interaction) -> Imported:
    """Return an interaction with what only another Interlog shows of it."""
    content = replace(
        found.content,
        title=exact.x_title,
        ended_at=optional(exact.x_end_time),
        body=exact.x_content if found.type == EMAIL.name else None,  # what others say is their note
        place=exact.x_location,
        fields=exact.x_fields,
        links=Links((), tuple(exact.x_organization_ids), tuple(exact.x_opportunity_ids)),
    )
    return replace(
        found,
        content=content,
        logging=Logging(exact.x_logging_type),
        created_at=optional(exact.x_created_at) or found.created_at,
        external_ids=exact.x_external_ids,
    )


def _event(code: int, item: wire.Event, exact: wire.Interaction | None) -> Imported:
    creator = item.creator.person.id if item.creator is not None and item.creator.person is not None else None
    is_manual = item.logging_type == "manual"
    if code and exact is not None:  # version 2 calls every call manual
        is_manual = exact.manual_creator_id is not None
    logged = is_manual and creator is not None
    return Imported(
        id=item.id,
        type=TYPES[code],
        content=Content(
            occurred_at=instant(item.start_time),
            ended_at=optional(item.end_time),
            title=None if item.title is None or (logged and item.title == LOGGED_TITLE) else text(item.title),
            participants=_parts(item.attendees_preview.data, Role.ATTENDEE),
        ),
        logging=Logging.MANUAL if is_manual else Logging.AUTOMATIC,
        creator=creator,
        created_at=instant(item.created_at),
        modified_at=optional(item.updated_at),
    )


def _chat_message(item: wire.ChatMessage, exact: wire.Interaction | None) -> Imported:
    creator = item.creator.id if item.creator is not None else None
    if exact is not None:  # version 2 names somebody who took part where nobody logged it
        creator = exact.manual_creator_id
    people = tuple(Participant(part.id, Role.ATTENDEE.value) for part in item.participants_preview.data)
    return Imported(
        id=item.id,
        type=CHAT_MESSAGE.name,
        content=Content(occurred_at=instant(item.sent_at), direction=_direction(item.direction), participants=people),
        logging=Logging.MANUAL if creator is not None else Logging.AUTOMATIC,
        creator=creator,
        created_at=instant(item.created_at),
        modified_at=optional(item.updated_at),
    )


def _email(item: wire.Email) -> Imported:
    sender = [item.sender] if item.sender is not None else []
    return Imported(
        id=item.id,
        type=EMAIL.name,
        content=Content(
            occurred_at=instant(item.sent_at),
            title=None if item.subject is None else text(item.subject),
            direction=_direction(item.direction),
            participants=(
                *_parts(sender, Role.FROM),
                *_parts(item.to_participants_preview.data, Role.TO),
                *_parts(item.cc_participants_preview.data, Role.CC),
            ),
        ),
        logging=Logging.AUTOMATIC,
        creator=None,
        created_at=instant(item.created_at),
        modified_at=optional(item.updated_at),
    )


def _parts(attendees: Iterable[wire.Attendee], role: Role) -> tuple[Participant, ...]:
    return tuple(
        Participant(one.person.id, role.value)
        if one.person is not None
        else Participant(None, role.value, text(one.email_address))
        for one in attendees
        if one.person is not None or one.email_address
    )


def _all_of(exact: wire.Interaction) -> tuple[Participant, ...]:
    """Return everybody of an interaction of version 1: persons, then addresses that are nobody's."""
    known = {one.primary_email for one in exact.persons}
    people = [Participant(one.id, Role.ATTENDEE.value) for one in exact.persons if one.id is not None]
    others = [Participant(None, Role.ATTENDEE.value, text(a)) for a in exact.attendees if a not in known]
    return (*people, *others)


def _direction(text: str) -> Direction:
    return Direction.RECEIVED if text == "received" else Direction.SENT


def _ids(ids: Iterable[int] | None) -> tuple[int, ...]:
    return tuple(dict.fromkeys(ids or ()))
