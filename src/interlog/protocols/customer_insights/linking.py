"""What links do when an interaction is stored: they write profiles, activities and relationships (spec 3.5, 3.6).

They are applied once the interaction is stored, also where the same was stored before: sending it again mends what a
crash in between has left undone. A link that names what does not exist lies dormant.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from interlog.model.definitions import Document
from interlog.model.errors import InterlogError, NotFound
from interlog.model.instances import Instance
from interlog.model.interactions import Interaction
from interlog.model.profiles import PROFILE_ID, Profile, ProfileDraft

from . import relationships
from .asks import Ask
from .entities import InteractionEntity, ProfileEntity
from .errors import ApiError
from .ingest import instance_of
from .kinds import LINKS, RELATIONSHIP_LINKS, RELATIONSHIPS
from .live_links import links_of
from .present import own_ids

_log = structlog.get_logger(__name__)

Stored = tuple[InteractionEntity, Interaction]


async def apply(ask: Ask, stored: Sequence[Stored]) -> None:
    """Apply the links of these interactions' types."""
    entities = {id(entity): entity for entity, _ in stored}
    types = {entity.type.name.lower() for entity in entities.values()}
    for document in await links_of(ask.ledger, ask.actor, LINKS.kept_as):
        value = document.value
        source = (value.get("sourceEntityTypeName") or "").lower()
        if source in types and value.get("mappings") and value.get("operationType") != "Delete":
            await _guarded(document, _write(ask, document.name, value, _of(stored, source)))
    for document in await links_of(ask.ledger, ask.actor, RELATIONSHIP_LINKS.kept_as):
        source = (document.value.get("interactionType") or "").lower()
        if source in types:
            await _guarded(document, _relate(ask, document.value, _of(stored, source)))


def _of(stored: Sequence[Stored], name: str) -> list[Interaction]:
    return [item for entity, item in stored if entity.type.name.lower() == name]


async def _guarded(document: Document, work: Any) -> None:
    """Do a link's work; what fails is told to who runs the server: the interaction itself is stored."""
    try:
        await work
    except InterlogError as error:
        _log.warning("link_not_applied", link=document.name, reason=str(error))


# Links


async def attached(ask: Ask, entity: ProfileEntity, profile: Profile) -> str | None:
    """Return a filter that finds the interactions that links attach to a profile; None where no link leads to its
    type."""
    parts = []
    own = profile.fields | {PROFILE_ID: profile.key} | dict.fromkeys(own_ids(entity), profile.key)
    for document in await links_of(ask.ledger, ask.actor, LINKS.kept_as):
        link = document.value
        source = ask.hub.interaction(link.get("sourceEntityTypeName") or "")
        target = (link.get("targetEntityTypeName") or "").lower()
        if (
            source is None
            or link.get("targetEntityType") == "Interaction"
            or link.get("operationType") == "Delete"
            or target != entity.type.name.lower()
        ):
            continue
        wanted = {
            pair["sourcePropertyName"]: own.get(_canonical(entity, pair["targetPropertyName"]))
            for pair in link["participantPropertyReferences"]
        }
        if wanted and all(isinstance(value, (str, int)) for value in wanted.values()):
            terms = [f"InteractionType eq {_literal(source.type.name)}"]
            terms += [f"{name} eq {_literal(value)}" for name, value in wanted.items()]
            parts.append(" and ".join(terms))
    if not parts:
        return None
    return " or ".join(f"({part})" for part in parts)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower()


async def _write(ask: Ask, name: str, link: Mapping[str, Any], items: Iterable[Interaction]) -> None:
    target = link.get("targetEntityTypeName") or ""
    if link.get("targetEntityType") == "Interaction":
        entity = ask.hub.interaction(target)
        if entity is not None and entity.type.is_activity:
            await _write_activities(ask, name, entity, link, items)
    elif (profile := ask.hub.profile(target)) is not None:
        await _write_profiles(ask, profile, link, items)


async def _write_profiles(
    ask: Ask, entity: ProfileEntity, link: Mapping[str, Any], items: Iterable[Interaction]
) -> None:
    referred = [
        (keys, *_mapped(link["mappings"], item))
        for item in items
        if (keys := _referred(link["participantPropertyReferences"], item)) is not None
    ]
    filled = await _known(ask, entity, [keys for keys, _, fill in referred if fill])
    drafts: list[ProfileDraft] = []
    for keys, always, fill in referred:
        if fill:
            there = filled[_encode(keys)]
            fill = {name: value for name, value in fill.items() if there.get(_canonical(entity, name)) is None}
            there |= {_canonical(entity, name): value for name, value in (fill | always).items()}
        checked = entity.validator.check(keys | fill | always)
        if not checked.problems:
            key = checked.system.get(PROFILE_ID)
            drafts.append(ProfileDraft(fields=checked.fields, key=str(key) if key is not None else None))
    results = await ask.ledger.profiles.put_many(ask.actor, entity.type, drafts) if drafts else []
    for error in (result for result in results if isinstance(result, InterlogError)):
        _log.warning("link_not_applied", link=link.get("targetEntityTypeName"), reason=str(error))


async def _known(ask: Ask, entity: ProfileEntity, keys: Sequence[Mapping[str, Any]]) -> dict[bytes, dict[str, Any]]:
    """Return the fields of the profiles that a link leads to, by their keys; none where there is none yet."""
    asked = [{_canonical(entity, name): value for name, value in some.items()} for some in keys]
    found = await ask.ledger.profiles.find_many(ask.actor, entity.type, asked) if asked else []
    return {
        _encode(some): dict(profile.fields) if profile is not None else {}
        for some, profile in zip(keys, found, strict=True)
    }


_encode = msgspec.json.Encoder(order="deterministic").encode


def _canonical(entity: ProfileEntity, name: str) -> str:
    return PROFILE_ID if name.lower() == PROFILE_ID.lower() else _declared(entity, name)


async def _write_activities(
    ask: Ask, name: str, entity: InteractionEntity, link: Mapping[str, Any], items: Iterable[Interaction]
) -> None:
    """Write activities; the link is the data source of what it writes (spec 3.4)."""
    led: list[tuple[Instance, dict[str, Any], dict[str, Any], dict[str, Any]]] = []
    for item in items:
        keys = _referred(link["participantPropertyReferences"], item)
        if keys is not None:
            try:
                led.append((instance_of(entity, keys, partial=True), keys, *_mapped(link["mappings"], item)))
            except ApiError as error:
                _log.warning("link_not_applied", link=name, reason=str(error))
    there: dict[bytes, dict[str, Any]] = {}
    filling = [(keys, instance) for instance, keys, _, fill in led if fill]
    for (keys, _), stored in zip(
        filling, await ask.ledger.instances.stored(ask.actor, [instance for _, instance in filling]), strict=True
    ):
        there[_encode(keys)] = dict(stored.content.fields) if stored is not None else {}
    instances: list[Instance] = []
    for _, keys, always, fill in led:
        if fill:
            known = there[_encode(keys)]
            fill = {field: value for field, value in fill.items() if known.get(_declared(entity, field)) is None}
            known |= {_declared(entity, field): value for field, value in (fill | always).items()}
        try:
            instances.append(replace(instance_of(entity, keys | fill | always), origin=name))
        except ApiError as error:
            _log.warning("link_not_applied", link=name, reason=str(error))
    if instances:
        await ask.ledger.instances.put_many(ask.actor, instances)


def _declared(entity: InteractionEntity | ProfileEntity, name: str) -> str:
    return entity.validator.name_of.get(name.casefold(), name)


def _referred(references: Iterable[Mapping[str, str]], item: Interaction) -> dict[str, Any] | None:
    """Return the values of the target's properties that find it; None where one has none."""
    found = {pair["targetPropertyName"]: _value(item, pair["sourcePropertyName"]) for pair in references}
    return found if found and all(value is not None for value in found.values()) else None


def _mapped(mappings: Iterable[Mapping[str, str]], item: Interaction) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is to be written in any case, and what only where the target has nothing."""
    always: dict[str, Any] = {}
    fill: dict[str, Any] = {}
    for mapping in mappings:
        value = _value(item, mapping["sourcePropertyName"])
        if value is not None:
            (fill if mapping.get("linkType") == "CopyIfNull" else always)[mapping["targetPropertyName"]] = value
    return always, fill


def _value(item: Interaction, name: str) -> Any:
    fields = item.content.fields
    if name in fields:
        return fields[name]
    return next((value for key, value in fields.items() if key.lower() == name.lower()), None)


# Relationship links


async def _relate(ask: Ask, link: Mapping[str, Any], items: Iterable[Interaction]) -> None:
    try:
        definition = await ask.ledger.definitions.get(ask.actor, RELATIONSHIPS.kept_as, link["relationshipName"])
    except NotFound:
        return
    items = list(items)
    ids: list[dict[str, str]] = [{} for _ in items]
    for side, references in zip(relationships.SIDES, _REFERENCES, strict=True):
        entity = ask.hub.profile(definition.value.get(side.type) or "")
        if entity is None:
            return
        for place, profile in await _led_to(ask, entity, link[references], items):
            ids[place][side.id] = profile.key
    related = [
        (of_item, _related_fields(link, item))
        for item, of_item in zip(items, ids, strict=True)
        if len(of_item) == len(relationships.SIDES)
    ]
    if related:
        await relationships.relate(ask, definition.name, definition.value, related)


_REFERENCES = ("profilePropertyReferences", "relatedProfilePropertyReferences")


async def _led_to(
    ask: Ask, entity: ProfileEntity, references: Iterable[Mapping[str, str]], items: Sequence[Interaction]
) -> list[tuple[int, Profile]]:
    """Return the profiles that interactions refer to, by the places of the interactions."""
    pairs = [(_canonical(entity, pair["profilePropertyName"]), pair["interactionPropertyName"]) for pair in references]
    asked = {place: {theirs: _value(item, name) for theirs, name in pairs} for place, item in enumerate(items)}
    asked = {place: values for place, values in asked.items() if values and None not in values.values()}
    found = await ask.ledger.profiles.find_many(ask.actor, entity.type, list(asked.values()))
    return [(place, profile) for place, profile in zip(asked, found, strict=True) if profile is not None]


def _related_fields(link: Mapping[str, Any], item: Interaction) -> dict[str, Any]:
    return {
        mapping["relationshipFieldName"]: value
        for mapping in link.get("mappings") or ()
        if (value := _value(item, mapping["interactionFieldName"])) is not None
    }
