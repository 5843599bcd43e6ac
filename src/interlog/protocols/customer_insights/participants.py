"""Participants of an interaction type and what they refer to (spec 2.3, and V10-V17 of 2.5)."""

from collections.abc import Mapping

from .catalog import Catalog
from .fields import MAX_NAME, PROFILE_ID, PROFILE_ID_FIELD, Document, by_name, implied, is_identifier
from .source import Source

MAX_PARTICIPANTS = 50


def read_participants(
    source: Source, fields: list[Document], declared: dict[str, Document], catalog: Catalog
) -> list[Document]:
    """Read who takes part. A reference to an undeclared field adds it to ``fields`` and ``declared`` (V13)."""
    sources = source.many("participantProfiles")
    if len(sources) > MAX_PARTICIPANTS:
        message = f"There are {len(sources)} participants; a type has at most {MAX_PARTICIPANTS}."
        source.problem("TooManyParticipants", "participantProfiles", message)
        return []
    found: list[Document] = []
    names: set[str] = set()
    for item in sources:
        name = item.text("participantName", "name")
        if not name or len(name) > MAX_NAME:
            message = f"A participant must have a participantName of 1 to {MAX_NAME} characters."
            item.problem("InvalidParticipantName", "participantName", message)
        elif name.casefold() in names:
            item.problem("DuplicateParticipantName", "participantName", f"Two participants are named '{name}'.")
        else:
            names.add(name.casefold())
        type_name = item.text("profileTypeName")
        profile = catalog.profile(type_name) if type_name else None
        if profile is None:
            message = (
                f"There is no profile type '{type_name}'." if type_name else "A participant must have a profile type."
            )
            item.problem("UnknownProfileType", "profileTypeName", message)
        participant: Document = {
            "profileTypeName": profile["typeName"] if profile else type_name,
            "participantName": name,
        }
        role = item.text("role")
        if role is not None:
            participant["role"] = role
        participant["participantPropertyReferences"] = _references(item, profile, fields, declared, catalog)
        for key in ("displayName", "description"):
            if item.get(key) is not None:
                participant[key] = item.locales(key)
        item.finish()
        found.append(participant)
    return found


def _references(
    item: Source, profile: Document | None, fields: list[Document], declared: dict[str, Document], catalog: Catalog
) -> list[Document]:
    sources = item.many("participantPropertyReferences", "participantPropertyReference")
    if not sources:
        message = "A participant must have at least one reference."
        item.problem("MissingParticipantReference", "participantPropertyReferences", message)
    found = []
    ambiguous = "AmbiguousPropertyReference"
    for reference in sources:
        target = reference.text("profilePropertyName", "targetPropertyName", code=ambiguous)
        known = _profile_field(reference, target, profile)
        name = reference.text("interactionPropertyName", "sourcePropertyName", code=ambiguous)
        field = declared.get(name.casefold()) if name else None
        if field is None and name and not catalog.is_strict and is_identifier(name):
            length = {"maxLength": known["maxLength"]} if known and "maxLength" in known else {}
            field = implied(name, known["fieldType"] if known else "Edm.String", **length)
            fields.append(field)
            declared[name.casefold()] = field
        if field is None:
            message = f"'{name}' is not a declared field." if name else "A reference must name a field."
            reference.problem("UnknownInteractionProperty", "interactionPropertyName", message)
        elif field["isLocalizedString"] or field["isImage"]:
            message = f"'{name}' is a localized text or an image, and cannot name a participant."
            reference.problem("InvalidReferenceType", "interactionPropertyName", message)
        reference.finish()
        found.append(
            {
                "interactionPropertyName": field["fieldName"] if field is not None else name or "",
                "profilePropertyName": known["fieldName"] if known is not None else target or "",
            }
        )
    if profile is not None:
        _warn_of_weak_reference(item, found, profile)
    return found


def _profile_field(reference: Source, name: str | None, profile: Document | None) -> Document | None:
    """V14: the field of the profile type, by default the only key of its first strong id."""
    if profile is None:
        return None
    if not name:
        keys = profile["strongIds"][0]["keyPropertyNames"] if profile["strongIds"] else [PROFILE_ID]
        if len(keys) == 1:
            name = keys[0]
    known = by_name(profile["fields"]) | {PROFILE_ID.casefold(): PROFILE_ID_FIELD}
    field = known.get(name.casefold()) if name else None
    if field is None:
        message = f"'{name}' is no field of the profile type {profile['typeName']}."
        unnamed = f"A reference must name a field of the profile type {profile['typeName']}: it has no single key."
        reference.problem("UnknownProfileProperty", "profilePropertyName", message if name else unnamed)
    return field


def _warn_of_weak_reference(item: Source, references: list[Document], profile: Document) -> None:
    """V16: what does not cover a strong id may fit several profiles."""
    referred = {reference["profilePropertyName"].casefold() for reference in references}
    keys = [{name.casefold() for name in key["keyPropertyNames"]} for key in profile["strongIds"]]
    if not any(key <= referred for key in [*keys, {PROFILE_ID.casefold()}]):
        item.notes.warn(f"{item.at('participantPropertyReferences')} cover no strong id of {profile['typeName']}")


def read_primary(source: Source, participants: list[Document], declared: Mapping[str, Document]) -> str | None:
    """Read who did it: the name of a participant, or of a property that names one (V17)."""
    name = source.text("primaryParticipantProfilePropertyName")
    if not name:
        return None
    for participant in participants:
        if (participant["participantName"] or "").casefold() == name.casefold():
            return str(participant["participantName"])
    for participant in participants:
        for reference in participant["participantPropertyReferences"]:
            if reference["interactionPropertyName"].casefold() == name.casefold():
                return str(reference["interactionPropertyName"])
    if not source.many("participantProfiles") and name.casefold() in declared:
        return str(declared[name.casefold()]["fieldName"])
    message = f"'{name}' is neither a participant nor a property that names one."
    source.problem("UnknownPrimaryParticipant", "primaryParticipantProfilePropertyName", message)
    return None
