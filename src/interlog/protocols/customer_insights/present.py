"""From stored interactions and profiles to the JSON of answers (spec 6.2, 6.3, 6.5)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from interlog.model.interactions import Interaction
from interlog.model.profiles import CONTACT, ORGANIZATION, Profile
from interlog.model.validation import MAX_BODY

from .entities import Hub, InteractionEntity, ProfileEntity
from .fields import SYSTEM_SOURCE
from .ids import key_text
from .metadata import NAMESPACE
from .times import moment_text
from .values import Display


class Form(Struct, frozen=True):
    """How an answer is to be written. ``metadata`` is ``none``, ``minimal`` or ``full``; ``exact``: numbers that a
    double may not hold are texts (``IEEE754Compatible=true``). ``select``: the only properties wanted, lower-case."""

    root: str
    metadata: str = "minimal"
    exact: bool = False
    select: frozenset[str] | None = None


def shown_fields(
    fields: Mapping[str, Any], displays: Mapping[str, Display], declared: Mapping[str, Mapping[str, Any]], form: Form
) -> dict[str, Any]:
    """Return fields as answers have them."""
    found = dict(fields)
    for name, display in displays.items():
        if name in found:
            found[name] = display(found[name])
    if form.exact:
        for name, value in found.items():
            kind = declared[name]["fieldType"] if name in declared else None
            if kind in ("Edm.Int64", "Edm.Decimal"):
                found[name] = [_exact(item) for item in value] if isinstance(value, list) else _exact(value)
    return found


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def interaction_json(
    item: Interaction, entity: InteractionEntity, hub: Hub, form: Form, *, typed: bool = False
) -> dict[str, Any]:
    """Return an interaction. ``typed``: it stands in its type's own entity set, where its type goes without saying."""
    content = item.content
    found: dict[str, Any] = {}
    if form.metadata != "none" and (not typed or form.metadata == "full"):
        found["@odata.type"] = f"#{NAMESPACE}.{hub.csdl_name(entity)}"
    if form.metadata == "full":
        found["@odata.id"] = f"{form.root}/{entity.set_name}{key_text(item.public_id)}"
    found["InteractionId"] = item.public_id
    found["InteractionType"] = entity.type.name
    found["Timestamp"] = moment_text(content.occurred_at)
    found["LastModifiedTimestamp"] = moment_text(item.changed_at)
    fields = shown_fields(content.fields, entity.displays, entity.validator.fields, form)
    if entity.has_body and content.body and content.body != str(fields.get("Description", ""))[:MAX_BODY]:
        fields["Description"] = content.body
    if entity.type.built_in:
        fields = _own_fields(item, entity) | fields
    found |= fields
    found.setdefault("DataSource", item.origin if item.origin is not None else SYSTEM_SOURCE["name"])
    if entity.type.is_activity:
        found.setdefault("Version", item.version)
    if form.select is not None:
        found = {name: value for name, value in found.items() if "@" in name or name.lower() in form.select}
    return found


def _own_fields(item: Interaction, entity: InteractionEntity) -> dict[str, Any]:
    """Return the fields of a built-in type that are parts of every interaction."""
    content = item.content
    found: dict[str, Any] = {}
    if content.ended_at is not None:
        found["EndedAt"] = moment_text(content.ended_at)
    if content.title is not None:
        found["Subject"] = content.title
    if content.body is not None:
        found["Description"] = content.body
    if content.direction is not None:
        found["Direction"] = int(content.direction)
    for name, slot in entity.slots.items():
        ids = [
            str(part.person) if part.person is not None else part.address
            for part in content.participants
            if part.role == slot.role and (part.person is not None or part.address is not None)
        ]
        if entity.validator.fields[name].get("isArray"):
            found[name] = ids
        elif ids:
            found[name] = ids[0]
    return found


def participants_json(
    item: Interaction, entity: InteractionEntity, profile_ids: Mapping[tuple[int, int], str], hub: Hub
) -> list[dict[str, Any]]:
    """Return who took part (spec 6.6). ``profile_ids`` are the ProfileIds of profiles by their type and number."""
    document = entity.document
    by_name = {part["participantName"]: part for part in document["participantProfiles"]}
    by_role = {part["role"]: part for part in document["participantProfiles"] if part.get("role")}
    slots = {slot.role: slot for slot in entity.type.slots}
    found = []
    for part in item.content.participants:
        slot = slots.get(part.role)
        described = by_name.get(part.role) or by_role.get(part.role) or {}
        entry: dict[str, Any] = {"ParticipantName": described.get("participantName", part.role)}
        if described.get("role"):
            entry["Role"] = described["role"]
        entry["ProfileType"] = slot.party if slot is not None else "Contact"
        if part.person is not None:
            entry["ProfileId"] = profile_ids.get((CONTACT.id, part.person), str(part.person))
        elif part.address is not None:
            entry["Email"] = part.address
        found.append(entry | {"Primary": slot is not None and slot.primary, "Resolved": part.person is not None})
    for profile in item.content.profiles:
        slot = slots.get(profile.slot)
        described = by_name.get(profile.slot, {})
        entry = {"ParticipantName": profile.slot}
        if described.get("role"):
            entry["Role"] = described["role"]
        entry["ProfileType"] = slot.party if slot is not None else _party(hub, profile.type_id)
        if profile.number is not None:
            entry["ProfileId"] = profile_ids.get((profile.type_id, profile.number), str(profile.number))
        entry |= {"Primary": slot is not None and slot.primary, "Resolved": profile.number is not None}
        if profile.candidates > 1:
            entry["CandidateCount"] = profile.candidates
        found.append(entry)
    return found


def _party(hub: Hub, type_id: int) -> str | None:
    return next((item.name for item in hub.catalog.profile_types.values() if item.id == type_id), None)


_OWN_IDS = {CONTACT.id: "ContactId", ORGANIZATION.id: "OrganizationId"}


def own_ids(entity: ProfileEntity) -> tuple[str, ...]:
    """Return the fields of a built-in type that repeat the ProfileId."""
    return (_OWN_IDS[entity.type.id],) if entity.type.id in _OWN_IDS else ()


def profile_json(item: Profile, entity: ProfileEntity, hub: Hub, form: Form) -> dict[str, Any]:
    """Return a profile."""
    found: dict[str, Any] = {}
    if form.metadata == "full":
        found["@odata.type"] = f"#{NAMESPACE}.{hub.csdl_name(entity)}"
        found["@odata.id"] = f"{form.root}/{entity.set_name}{key_text(item.key)}"
    found["ProfileId"] = item.key
    found |= dict.fromkeys(own_ids(entity), item.key)
    found["LastModifiedTimestamp"] = moment_text(item.modified_at if item.modified_at is not None else item.created_at)
    fields = shown_fields(item.fields, entity.displays, entity.validator.fields, form)
    for name, value in fields.items():
        found.setdefault(name, value)
    if form.select is not None:
        found = {name: value for name, value in found.items() if "@" in name or name.lower() in form.select}
    return found
