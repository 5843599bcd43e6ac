"""Relationships between profiles (spec 6.1): the instances of the relationship types that the management planes define.

One is ``{"RelationshipType", "ProfileId", "RelatedProfileId"}`` with the fields that its type declares; instead of an
id, ``ProfileKey`` and ``RelatedProfileKey`` may name the values of a strong id. Each is kept under its own name, and
once more under each of its profiles, so that either list is read as it stands.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from interlog.ledger.copying import CopyChange, ProfileName
from interlog.ledger.definitions import Copied
from interlog.model.errors import InterlogError, NotFound
from interlog.model.profiles import PROFILE_ID, Profile
from interlog.model.tenancy import Right

from . import rejects
from .asks import Ask
from .bodies import Malformed, read_one
from .checking import Checked, Validator
from .entities import ProfileEntity, displays_of
from .errors import Detail, invalid, not_found
from .kinds import RELATIONSHIPS
from .operations import Reply
from .options import bad_option, next_links, require_known, window_of
from .present import shown_fields
from .rejects import Rejected

KIND = "relationshipInstance"
SET = "Relationships"
SET_NAMES = frozenset(("relationships", "relationship"))
"""What the entity set goes by, in lower case."""

_OWN = ("RelationshipType", "ProfileId", "RelatedProfileId")
_SYSTEM = {name: name for name in (*_OWN, "ProfileKey", "RelatedProfileKey")}
_OF_TYPE = re.compile(r"\s*\(?\s*relationshiptype\s+eq\s+'((?:[^']|'')*)'\s*\)?\s*", re.IGNORECASE)


class Side(NamedTuple):
    """One of the two profiles of a relationship: the member with its id, that with its key, and that with its type."""

    id: str
    key: str
    type: str


SIDES = (
    Side("ProfileId", "ProfileKey", "profileType"),
    Side("RelatedProfileId", "RelatedProfileKey", "relatedProfileType"),
)


class RelationshipType(NamedTuple):
    """A type of relationships, and the check of its instances."""

    name: str
    document: dict[str, Any]
    validator: Validator


async def type_named(ask: Ask, name: str) -> RelationshipType:
    """Return a type of relationships; 404 where there is none."""
    try:
        stored = await ask.ledger.definitions.get(ask.actor, RELATIONSHIPS.kept_as, name)
    except NotFound:
        raise not_found(f"relationship type '{name[:128]}'") from None
    return RelationshipType(stored.name, stored.value, Validator(stored.value, _SYSTEM))


async def create(ask: Ask) -> Reply:
    """Store a relationship between two profiles, or merge into the one there is."""
    return await store(ask, read_one(ask.data))


async def store(ask: Ask, body: dict[str, Any]) -> Reply:
    """Store what a body says, and answer it."""
    type_ = await type_named(ask, _type_name(body))
    (result,) = await _stored(ask, type_, [body])
    if isinstance(result, InterlogError):
        raise result
    return ask.reply(_json(ask, result, type_.document), 202)


async def planned(ask: Ask, body: dict[str, Any]) -> tuple[CopyChange, Callable[[Any], Reply]]:
    """Return what a change set is to store for a body, and what makes an answer of what is stored."""
    type_ = await type_named(ask, _type_name(body))
    one = type_.validator.check(body)
    sides = {side: _named(ask, type_, side, one) for side in SIDES}
    names = []
    for side, values in sides.items():
        entity = ask.hub.profile(type_.document[side.type] or "")
        names.append(ProfileName(entity.type, values) if entity is not None and values is not None else None)

    def copied(keys: Sequence[str | None]) -> Copied:
        ids = {side.id: key for side, key in zip(SIDES, keys, strict=True) if key is not None}
        unknown = [side for side, values in sides.items() if values is not None and side.id not in ids]
        problems = [*one.problems, *(_unknown(type_, side, one) for side in unknown)]
        if problems:
            raise invalid("InvalidInstance", "The relationship", problems)
        return _copied(type_, ids, one.fields, one.cleared)

    return CopyChange(names, copied), lambda value: ask.reply(_json(ask, value, type_.document), 202)


async def store_many(
    ask: Ask,
    items: Sequence[dict[str, Any] | Malformed],
    type_: RelationshipType,
    *,
    lines: Sequence[int] | None = None,
    job: str | None = None,
) -> dict[str, Any]:
    """Store many relationships of a type, and return an outcome for each; what is refused is kept (spec 6.4, 9.2)."""
    results = await _stored(ask, type_, items)
    value: list[dict[str, Any]] = []
    kept: dict[int, Rejected] = {}
    for place, (item, result) in enumerate(zip(items, results, strict=True)):
        if not isinstance(result, InterlogError):
            value.append({"status": 202} | {name: result[name] for name in _OWN})
            continue
        status, error = rejects.error_json(result)
        value.append({"status": status, "error": error})
        sent = item.text if isinstance(item, Malformed) else item
        kept[place] = Rejected(sent, SET, error, lines[place] if lines is not None else None, job)
    for place, id_ in zip(kept, await rejects.keep(ask, list(kept.values())), strict=True):
        value[place]["rejectId"] = id_
    return {"accepted": len(value) - len(kept), "rejected": len(kept), "value": value}


async def _stored(
    ask: Ask, type_: RelationshipType, items: Sequence[dict[str, Any] | Malformed]
) -> list[dict[str, Any] | InterlogError]:
    """Store relationships of a type in one transaction; returns what is stored of each, or what is wrong with it."""
    results: list[dict[str, Any] | InterlogError | None] = [None] * len(items)
    checked: dict[int, Checked] = {}
    for place, item in enumerate(items):
        if isinstance(item, Malformed):
            results[place] = item.error
        else:
            checked[place] = type_.validator.check(item)
    ids: dict[int, dict[str, str]] = {place: {} for place in checked}
    for side in SIDES:
        for place, key in (await _ids_of(ask, type_, side, checked)).items():
            ids[place][side.id] = key
    ready: list[tuple[int, Copied]] = []
    for place, one in checked.items():
        if one.problems:
            results[place] = invalid("InvalidInstance", "The relationship", one.problems)
        else:
            ready.append((place, _copied(type_, ids[place], one.fields, one.cleared)))
    if ready:
        values = await ask.ledger.definitions.put_copies(ask.actor, [item for _, item in ready], right=Right.WRITE)
        for (place, _), value in zip(ready, values, strict=True):
            results[place] = value
    return [result for result in results if result is not None]


async def _ids_of(ask: Ask, type_: RelationshipType, side: Side, checked: Mapping[int, Checked]) -> dict[int, str]:
    """Return the ids of the profiles on one side; what is wrong is added to the problems of each relationship."""
    entity = ask.hub.profile(type_.document[side.type] or "")
    asked: dict[int, Mapping[str, Any]] = {}
    for place, one in checked.items():
        values = _named(ask, type_, side, one)
        if values is not None:
            asked[place] = values
    found = await ask.ledger.profiles.find_many(ask.actor, entity.type, list(asked.values())) if entity else []
    ids: dict[int, str] = {}
    for place, profile in zip(asked, found or [None] * len(asked), strict=True):
        if profile is not None:
            ids[place] = profile.key
        else:
            checked[place].problems.append(_unknown(type_, side, checked[place]))
    return ids


def _named(ask: Ask, type_: RelationshipType, side: Side, one: Checked) -> Mapping[str, Any] | None:
    """Return the values by which a relationship names the profile on one side; else what is wrong is added to it."""
    id_, key = one.system.get(side.id), one.system.get(side.key)
    entity = ask.hub.profile(type_.document[side.type] or "")
    if id_ is not None:
        return {PROFILE_ID: str(id_)}
    if isinstance(key, dict) and key and entity is not None:
        values = entity.validator.check(key)
        one.problems.extend(
            Detail(problem.code, problem.message, f"{side.key}.{problem.target}") for problem in values.problems
        )
        own = values.system.get(PROFILE_ID)
        return values.fields | ({PROFILE_ID: str(own)} if own is not None else {}) if not values.problems else None
    if key is not None:
        one.problems.append(Detail("InvalidValue", f"{side.key} must name the values of a key.", side.key))
    else:
        one.problems.append(Detail("MissingRequiredField", f"{side.id} is required.", side.id))
    return None


def _unknown(type_: RelationshipType, side: Side, one: Checked) -> Detail:
    name = side.id if one.system.get(side.id) is not None else side.key
    return Detail("InvalidValue", f"{name} is that of no {type_.document[side.type]}.", name)


async def relate(
    ask: Ask,
    name: str,
    document: Mapping[str, Any],
    related: Iterable[tuple[Mapping[str, str], Mapping[str, Any]]],
) -> None:
    """Store relationships of profiles that exist, or merge into those there are: the ids of each, and its fields."""
    type_ = RelationshipType(name, dict(document), Validator(document, _SYSTEM))
    items = [_copied(type_, ids, fields) for ids, fields in related]
    await ask.ledger.definitions.put_copies(ask.actor, items, right=Right.WRITE)


def _copied(
    type_: RelationshipType, ids: Mapping[str, str], fields: Mapping[str, Any], cleared: Sequence[str] = ()
) -> Copied:
    value: dict[str, Any] = {"RelationshipType": type_.name, **{side.id: ids[side.id] for side in SIDES}}

    def change(stored: Mapping[str, Any] | None) -> dict[str, Any]:
        merged = {**(stored["fields"] if stored is not None else {}), **fields}
        return value | {"fields": {key: item for key, item in merged.items() if key not in cleared}}

    return Copied((KIND, *_kinds_of(type_.document, ids)), _name(value), change)


async def delete(ask: Ask) -> Reply:
    """Delete a relationship: a POST that says so in a header, with the same body as its creation."""
    body = read_one(ask.data)
    type_ = await type_named(ask, _type_name(body))
    system = type_.validator.check(body, partial=True).system
    ids = {side.id: str(system.get(side.id, "")) for side in SIDES}
    stored = _name({"RelationshipType": type_.name, **ids})
    found = [
        await ask.ledger.definitions.delete(ask.actor, kind, stored, right=Right.WRITE)
        for kind in (*_kinds_of(type_.document, ids), KIND)
    ]
    if found[-1] is None:
        raise not_found(f"relationship '{type_.name}' of these profiles")
    return ask.reply(_json(ask, found[-1].value, type_.document))


def _type_name(body: Mapping[str, Any]) -> str:
    """Return the name of the relationship type that a body is about."""
    name = next((value for key, value in body.items() if key.lower() == "relationshiptype" and value), None)
    if not isinstance(name, str):
        detail = Detail("MissingRequiredField", "RelationshipType is required.", "RelationshipType")
        raise invalid("InvalidInstance", "The relationship", [detail])
    return name


def _name(value: Mapping[str, Any]) -> str:
    """Return the name under which a relationship is kept: those of one type stand together."""
    ids = msgspec.json.encode([value["ProfileId"], value["RelatedProfileId"]])
    return f"{value['RelationshipType']}|{hashlib.sha256(ids).hexdigest()}"


def _kinds_of(document: Mapping[str, Any], ids: Mapping[str, str]) -> list[str]:
    return sorted({_kind_of(document[side.type], ids[side.id]) for side in SIDES})


def _kind_of(type_name: str, profile_id: str) -> str:
    text = msgspec.json.encode([type_name.lower(), profile_id])
    return f"relationshipsOf:{hashlib.sha256(text).hexdigest()}"


async def listed(ask: Ask) -> Reply:
    """Answer relationships, those of one type where the filter says so."""
    return await _page(ask, KIND, SET)


async def of_profile(ask: Ask, profile: Profile, entity: ProfileEntity) -> Reply:
    """Answer the relationships of a profile."""
    return await _page(ask, _kind_of(entity.type.name, profile.key), SET)


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
    own = {name: value[name] for name in _OWN}
    return own | shown_fields(value["fields"], displays_of(fields), fields, ask.form)
