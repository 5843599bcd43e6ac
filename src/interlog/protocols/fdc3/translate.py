"""Between contexts and the model: pure functions, both directions side by side (spec 1.4)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from interlog.model.ids import parse_uuid
from interlog.model.instants import EPOCH, SECOND, Moment, parse_moment
from interlog.model.interactions import Content, Draft, Interaction, Participant
from interlog.model.parties import Card, Person
from interlog.model.tenancy import Tenant
from interlog.model.types import (
    CALL,
    CHAT_MESSAGE,
    EMAIL,
    LOGGED_INTERACTION,
    MEETING,
    Category,
    Direction,
    InteractionType,
    Logging,
    ParticipantSlot,
    Role,
)

from .contexts import CONTACT, CONTACT_LIST, INTERACTION, TIME_RANGE, text_of
from .results import ID_KEY, NAMESPACE, Context

PROTOCOL = "fdc3"

NAMES = {
    Category.MEETING: "Meeting",
    Category.CALL: "Call",
    Category.MESSAGE: "Instant Message",
    Category.EMAIL: "Email",
}
"""How the standard calls the categories that it knows."""

_SPELLINGS = {
    MEETING.name: ("meeting",),
    CALL.name: ("call", "phone", "phone call"),
    CHAT_MESSAGE.name: ("instant message", "im", "instantmessage", "chat", "chat message"),
    EMAIL.name: ("email", "e-mail"),
}
_TYPES = {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings}
_LABEL = "interactionType"
"""The field that keeps what an interaction is called, where no type is called so."""

DRAFT = "isDraft"
"""The field that says that somebody has yet to fill an interaction in."""


class Kind(NamedTuple):
    """As what an interaction is stored: its type, the roles of participants and of the initiator."""

    type: InteractionType
    participant: str
    initiator: str
    is_label: bool = False


def kind_of(tenant: Tenant, name: str) -> Kind:
    """Return as what an ``interactionType`` is stored: by a type's name, or what people call it, in whatever case."""
    wanted = name.strip().casefold()
    if wanted in _TYPES:
        type_ = tenant.types_by_name[_TYPES[wanted]]
        roles = (Role.TO, Role.FROM) if type_.category is Category.EMAIL else (Role.ATTENDEE, Role.INITIATOR)
        return Kind(type_, *roles)
    for type_ in tenant.types:
        if wanted in (type_.name.casefold(), (type_.display_name or "").casefold()):
            found = _fitting(type_)
            if found is not None:
                return found
    return Kind(tenant.types_by_name[LOGGED_INTERACTION.name], Role.ATTENDEE, Role.INITIATOR, is_label=True)


def _fitting(type_: InteractionType) -> Kind | None:
    """Return how a user's type takes what an interaction of this protocol has; None where it demands more."""
    open_ = [slot for slot in type_.slots if not slot.references]
    many = next((slot for slot in open_ if slot.many and not slot.primary), None) or _many(open_)
    if type_.category is Category.VISIT or any(field.required for field in type_.fields) or type_.identity:
        return None
    if many is None or any(slot.required and slot.role != many.role for slot in type_.slots):
        return None
    first = next((slot.role for slot in open_ if slot.primary), many.role)
    return Kind(type_, many.role, first)


def _many(slots: Iterable[ParticipantSlot]) -> ParticipantSlot | None:
    return next((slot for slot in slots if slot.many), None)


# From a context


def card_of(contact: Mapping[str, Any]) -> Card:
    """Return what a contact says of somebody."""
    given = contact.get("id")
    ids: Mapping[str, Any] = given if isinstance(given, dict) else {}
    email = next((value for name, value in ids.items() if name.casefold() == "email" and value), None)
    ours = next((value for name, value in ids.items() if name.casefold() == ID_KEY.casefold()), None)
    uuid = parse_uuid(ours) if isinstance(ours, str) else None
    return Card(name=contact.get("name"), email=email, ids=tuple(pairs_of(ids)), uuid=uuid)


def pairs_of(ids: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the ids that other systems have given: no address of mail or page, and none of ours."""
    ours = {"email", "uri", ID_KEY.casefold()}
    return [
        (name.casefold(), value)
        for name, value in ids.items()
        if isinstance(value, str) and value and name.casefold() not in ours and max(len(name), len(value)) <= _MAX_ID
    ]


_MAX_ID = 400
"""Characters of an id, or of the name of who gave it: a longer one is kept, but nothing is found by it."""


def draft_of(
    tenant: Tenant, context: Context, *, source: Mapping[str, Any] | None = None, request_key: str | None = None
) -> Draft:
    """Return the interaction that a valid context asks for. ``source``: the app that raised it, where it came from if
    the context does not say so itself."""
    kind = kind_of(tenant, context["interactionType"])
    people = _people(context, kind)
    start, end = _times(context["timeRange"])
    content = Content(
        occurred_at=start.instant,
        occurred_offset=start.offset,
        ended_at=end,
        title=context.get("name"),
        body=text_of(context["description"]) or None,
        direction=_direction(tenant, context, kind.type),
        participants=tuple(part for part, _ in people),
        fields=_fields(context, kind),
        extras={PROTOCOL: context},
    )
    return Draft(
        type=kind.type.name,
        content=content,
        logging=Logging.MANUAL,
        origin=context.get("origin") or _app_in(source),
        external_ids=dict(pairs_of(context.get("id") or {})),
        request_key=request_key,
        cards=tuple(card for _, card in people),
    )


def _app_in(source: Mapping[str, Any] | None) -> str | None:
    app = source.get("appId") if source is not None else None
    return app[:_MAX_ID] if isinstance(app, str) and app and "\x00" not in app else None


def _fields(context: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    fields: dict[str, Any] = {_LABEL: context["interactionType"].strip()} if kind.is_label else {}
    own = context.get(NAMESPACE)
    if kind.type.open and isinstance(own, dict) and own.get(DRAFT) is True:
        fields[DRAFT] = True
    return fields


def _people(context: Mapping[str, Any], kind: Kind) -> list[tuple[Participant, Card]]:
    """Return who takes part, in order, the initiator last; of an e-mail its sender is no receiver."""
    initiator = context.get("initiator")
    found = [(kind.participant, card_of(contact)) for contact in context["participants"]["contacts"]]
    if initiator is not None:
        first = card_of(initiator)
        if kind.initiator in (Role.FROM, kind.participant):
            found = [(role, card) for role, card in found if not _same(card, first)]
        found.append((kind.initiator, first))
    return [(Participant(None, role, card.email, card.name), card) for role, card in found]


def _same(one: Card, other: Card) -> bool:
    if one.email and other.email:
        return one.email.strip().casefold() == other.email.strip().casefold()
    return one == other


def _direction(tenant: Tenant, context: Mapping[str, Any], type_: InteractionType) -> Direction | None:
    """Return who sent a message: we did, if whoever began it is one of ours."""
    initiator = context.get("initiator")
    if type_.category not in (Category.MESSAGE, Category.EMAIL) or initiator is None:
        return None
    email = card_of(initiator).email
    return None if not email else Direction.SENT if tenant.is_own(email) else Direction.RECEIVED


def _times(range_: Mapping[str, Any]) -> tuple[Moment, int | None]:
    """Return when something began, and ended; what has an end alone counts as of then."""
    start, end = (parse_moment(range_[name]) if name in range_ else None for name in ("startTime", "endTime"))
    first = start or end
    assert first is not None, "a valid range has an end"
    return first, end.instant if end is not None else None


# To a context


def ids_of(base: str, item: Interaction) -> dict[str, str]:
    """Return the ids that we give an interaction: its own, and where to read it."""
    return {ID_KEY: item.uuid, "URI": f"{base}/interactions/{item.number}"}


def context_of(
    tenant: Tenant, item: Interaction, people: Mapping[int, Person], ids: Mapping[int, dict[str, str]], base: str
) -> Context:
    """Return an interaction as a context.

    What came through this protocol comes back as it was sent, but for what has been changed since. ``ids``: those by
    which other systems know persons.
    """
    given = item.content.extras.get(PROTOCOL)
    current = _canonical(tenant, item, people, ids)
    if isinstance(given, dict):
        meant = draft_of(tenant, given)
        then = replace(meant.content, participants=_without_persons(meant.content.participants))
        now = replace(item.content, participants=_without_persons(item.content.participants))
        shown = dict(given)
        for members, aspects in _ASPECTS:
            if any(getattr(then, aspect) != getattr(now, aspect) for aspect in aspects):
                for member in members:
                    shown.pop(member, None)
                shown |= {member: current[member] for member in members if member in current}
        current = shown
    current["id"] = {**_foreign(item, given), **ids_of(base, item)}
    return current


_ASPECTS = (
    (("timeRange",), ("occurred_at", "ended_at")),
    (("description",), ("body",)),
    (("name",), ("title",)),
    (("participants", "initiator"), ("participants",)),
)
"""Which members of a context say which parts of the content."""


def _foreign(item: Interaction, given: Any) -> dict[str, Any]:
    """Return the ids that others gave an interaction, spelt as they were sent."""
    sent = given.get("id") if isinstance(given, dict) else None
    if isinstance(sent, dict):
        return {name: value for name, value in sent.items() if name.casefold() not in (ID_KEY.casefold(), "uri")}
    return {name.upper(): value for name, value in item.external_ids.items()}


def _without_persons(parts: Sequence[Participant]) -> tuple[Participant, ...]:
    return tuple(Participant(None, part.role, part.address, part.name) for part in parts)


def _canonical(
    tenant: Tenant, item: Interaction, people: Mapping[int, Person], ids: Mapping[int, dict[str, str]]
) -> Context:
    content, type_ = item.content, tenant.types_by_id[item.type_id]
    doers = {slot.role for slot in type_.slots if slot.primary}
    contacts = [(part, _contact(part, people, ids)) for part in content.participants]
    label = content.fields.get(_LABEL)
    called = type_.display_name or type_.name
    context: Context = {
        "type": INTERACTION,
        "interactionType": label if isinstance(label, str) else NAMES.get(type_.category, called),
        "description": content.body or "",
        "timeRange": _range(content),
        "participants": {
            "type": CONTACT_LIST,
            "contacts": [contact for part, contact in contacts if part.role not in doers],
        },
    }
    initiator = next((contact for part, contact in contacts if part.role in doers), None)
    more = {"name": content.title, "initiator": initiator, "origin": item.origin}
    return context | {name: value for name, value in more.items() if value is not None}


def _range(content: Content) -> Context:
    range_: Context = {"type": TIME_RANGE, "startTime": instant_text(content.occurred_at)}
    if content.ended_at is not None:
        range_["endTime"] = instant_text(content.ended_at)
    return range_


def instant_text(instant: int) -> str:
    """Return an instant as ISO 8601 in UTC, with milliseconds where it has them."""
    moment = EPOCH + timedelta(microseconds=instant)
    return moment.isoformat(timespec="milliseconds" if instant % SECOND else "seconds").replace("+00:00", "Z")


def _contact(part: Participant, people: Mapping[int, Person], ids: Mapping[int, dict[str, str]]) -> Context:
    person = people.get(part.person) if part.person is not None else None
    if person is not None:
        return contact_of(person, ids.get(person.id, {}), email=part.address)
    contact: Context = {"type": CONTACT, "id": {"email": part.address} if part.address else {}}
    return contact | ({"name": part.name} if part.name else {})


def contact_of(person: Person, ids: Mapping[str, str], *, email: str | None = None) -> Context:
    """Return a person as a contact; ``email``: the address that is meant."""
    address = email or person.primary_email
    known = ({"email": address} if address else {}) | {name.upper(): id_ for name, id_ in ids.items()}
    return {"type": CONTACT, "name": person.name, "id": known}
