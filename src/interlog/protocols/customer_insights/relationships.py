"""Relationships between profiles (spec 6.1): the instances of the relationship types that the management planes define.

One is ``{"RelationshipType", "ProfileId", "RelatedProfileId"}`` with the fields that its type declares. Each is kept
under its own name, and once more under each of its profiles, so that either list is read as it stands.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from interlog.model.errors import NotFound
from interlog.model.profiles import Profile
from interlog.model.tenancy import Right

from .asks import Ask
from .bodies import read_one
from .checking import Validator
from .entities import ProfileEntity, displays_of
from .errors import Detail, invalid, not_found
from .kinds import RELATIONSHIPS
from .operations import Reply
from .options import bad_option, next_links, require_known, window_of
from .present import shown_fields

KIND = "relationshipInstance"
_SYSTEM = {name: name for name in ("RelationshipType", "ProfileId", "RelatedProfileId")}
_OF_TYPE = re.compile(r"\s*\(?\s*relationshiptype\s+eq\s+'((?:[^']|'')*)'\s*\)?\s*", re.IGNORECASE)


async def create(ask: Ask) -> Reply:
    """Store a relationship between two profiles, or merge into the one there is."""
    name, document, validator, body = await _read(ask)
    checked = validator.check(body)
    problems = list(checked.problems)
    ids = {key: await _profile_id(ask, document, key, checked.system, problems) for key in _SIDES}
    if problems:
        raise invalid("InvalidInstance", "The relationship", problems)
    value = await relate(ask, name, document, ids, checked.fields, checked.cleared)
    return ask.reply(_json(ask, value, document), 202)


async def relate(
    ask: Ask,
    name: str,
    document: Mapping[str, Any],
    ids: Mapping[str, str],
    fields: Mapping[str, Any],
    cleared: Sequence[str] = (),
) -> dict[str, Any]:
    """Store a relationship of two profiles that exist, or merge into the one there is, and return it as it is kept."""
    value: dict[str, Any] = {"RelationshipType": name, **ids, "fields": dict(fields)}
    stored = _name(value)
    try:
        before = (await ask.ledger.definitions.get(ask.actor, KIND, stored)).value
        merged = before["fields"] | value["fields"]
        value["fields"] = {key: item for key, item in merged.items() if key not in cleared}
    except NotFound:
        pass
    for kind in (KIND, *_kinds_of(document, ids)):
        await ask.ledger.definitions.put(ask.actor, kind, stored, value, right=Right.WRITE)
    return value


async def delete(ask: Ask) -> Reply:
    """Delete a relationship: a POST that says so in a header, with the same body as its creation."""
    name, document, validator, body = await _read(ask)
    system = validator.check(body, partial=True).system
    ids = {key: str(system.get(key, "")) for key in _SIDES}
    stored = _name({"RelationshipType": name, **ids})
    found = [
        await ask.ledger.definitions.delete(ask.actor, kind, stored, right=Right.WRITE)
        for kind in (*_kinds_of(document, ids), KIND)
    ]
    if found[-1] is None:
        raise not_found(f"relationship '{name}' of these profiles")
    return ask.reply(_json(ask, found[-1].value, document))


_SIDES = {"ProfileId": "profileType", "RelatedProfileId": "relatedProfileType"}


async def _read(ask: Ask) -> tuple[str, dict[str, Any], Validator, dict[str, Any]]:
    """Return the name and the definition of the relationship that a body is about, and the body."""
    body = read_one(ask.data)
    name = next((value for key, value in body.items() if key.lower() == "relationshiptype" and value), None)
    if not isinstance(name, str):
        detail = Detail("MissingRequiredField", "RelationshipType is required.", "RelationshipType")
        raise invalid("InvalidInstance", "The relationship", [detail])
    try:
        stored = await ask.ledger.definitions.get(ask.actor, RELATIONSHIPS.kept_as, name)
    except NotFound:
        raise not_found(f"relationship type '{name[:128]}'") from None
    return stored.name, stored.value, Validator(stored.value, _SYSTEM), body


async def _profile_id(
    ask: Ask, document: Mapping[str, Any], key: str, system: Mapping[str, Any], problems: list[Detail]
) -> str:
    value = system.get(key)
    if value is None:
        problems.append(Detail("MissingRequiredField", f"{key} is required.", key))
        return ""
    entity = ask.hub.profile(document[_SIDES[key]] or "")
    if entity is not None:
        try:
            return (await ask.ledger.profiles.find(ask.actor, entity.type, str(value))).key
        except NotFound:
            pass
    problems.append(Detail("InvalidValue", f"{key} is the id of no {document[_SIDES[key]]}.", key))
    return ""


def _name(value: Mapping[str, Any]) -> str:
    """Return the name under which a relationship is kept: those of one type stand together."""
    ids = msgspec.json.encode([value["ProfileId"], value["RelatedProfileId"]])
    return f"{value['RelationshipType']}|{hashlib.sha256(ids).hexdigest()}"


def _kinds_of(document: Mapping[str, Any], ids: Mapping[str, str]) -> list[str]:
    return sorted({_kind_of(document[type_], ids[key]) for key, type_ in _SIDES.items()})


def _kind_of(type_name: str, profile_id: str) -> str:
    text = msgspec.json.encode([type_name.lower(), profile_id])
    return f"relationshipsOf:{hashlib.sha256(text).hexdigest()}"


async def listed(ask: Ask) -> Reply:
    """Answer relationships, those of one type where the filter says so."""
    return await _page(ask, KIND, "Relationships")


async def of_profile(ask: Ask, profile: Profile, entity: ProfileEntity) -> Reply:
    """Answer the relationships of a profile."""
    return await _page(ask, _kind_of(entity.type.name, profile.key), "Relationships")


async def _page(ask: Ask, kind: str, name: str) -> Reply:
    require_known(ask.params, {"$filter", "$top", "$skiptoken", "$format"})
    window = window_of(ask)
    first = ""
    if ask.params.get("$filter", "").strip():
        match = _OF_TYPE.fullmatch(ask.params["$filter"])
        if match is None:
            raise bad_option("$filter", "of relationships is RelationshipType eq '…'", "InvalidFilter")
        first = match[1].replace("''", "'").lower() + "|"
    after = str(window.after[0]) if window.after else first
    found = []
    if window.size:
        found = await ask.ledger.definitions.page(ask.actor, kind, after=after, limit=window.size + 1)
        found = [item for item in found if item.name.lower().startswith(first)]
    shown = found[: window.size]
    types: dict[str, Mapping[str, Any]] = {}
    value = []
    for item in shown:
        type_ = item.value["RelationshipType"]
        if type_ not in types:
            types[type_] = await _definition(ask, type_)
        value.append(_json(ask, item.value, types[type_]))
    next_ = (shown[-1].name.lower(),) if len(found) > window.size else None
    return ask.reply(ask.context(name, ask.form) | {"value": value} | next_links(ask, window, next_, len(shown)))


async def _definition(ask: Ask, name: str) -> Mapping[str, Any]:
    try:
        return (await ask.ledger.definitions.get(ask.actor, RELATIONSHIPS.kept_as, name)).value
    except NotFound:  # the type is gone; its relationships are shown as they stand
        return {"fields": []}


def _json(ask: Ask, value: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field["fieldName"]: field for field in document.get("fields") or ()}
    own = {name: value[name] for name in _SYSTEM}
    return own | shown_fields(value["fields"], displays_of(fields), fields, ask.form)
