"""Links, relationships and relationship links: reading them, and the links that could be (spec 3.5, 3.6, 4.7)."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid5

from .catalog import Catalog
from .definitions import entity_type
from .fields import Document, read_fields
from .source import Source

CARDINALITIES = ("OneToOne", "OneToMany", "ManyToOne", "ManyToMany")

_NAMESPACE = UUID("6b3a1a53-6f0c-5a0e-9a59-0f5a3b7c7d11")


def guid_of(hub: str, name: str) -> str:
    """Return the GUID of a relationship: always the same for the same name."""
    return str(uuid5(_NAMESPACE, f"{hub}/{name}".lower()))


def warn_unknown(source: Source, catalog: Catalog, kind: str, name: str | None) -> None:
    """Note that a type is named which does not exist yet: what names it is dormant until it does."""
    if not name:
        return
    known = catalog.profile(name) if kind == "Profile" else catalog.interaction(name) if kind == "Interaction" else {}
    if known is None:
        source.notes.warn(f"there is no {kind.lower()} type {name} yet; this stays dormant until there is")


def read_link(source: Source, catalog: Catalog) -> Document:
    """Read a link of an interaction type to a profile type or to an activity."""
    old_source, old_target = source.text("sourceInteractionType"), source.text("targetProfileType")
    source_name = source.text("sourceEntityTypeName", "sourceInteractionType")
    target_name = source.text("targetEntityTypeName", "targetProfileType")
    body: Document = {
        "sourceEntityType": _entity(
            source, "sourceEntityType", ("Interaction",), "Interaction" if old_source else None
        ),
        "sourceEntityTypeName": _required(source, "sourceEntityTypeName", source_name),
        "targetEntityType": _entity(
            source, "targetEntityType", ("Profile", "Interaction"), "Profile" if old_target else None
        ),
        "targetEntityTypeName": _required(source, "targetEntityTypeName", target_name),
    }
    warn_unknown(source, catalog, "Interaction", source_name)
    warn_unknown(source, catalog, body["targetEntityType"] or "Profile", target_name)
    body["mappings"] = mappings = _mappings(source)
    body["participantPropertyReferences"] = _pairs(
        source,
        "participantPropertyReferences",
        ("sourcePropertyName", "interactionPropertyName"),
        ("targetPropertyName", "profilePropertyName"),
    )
    only = source.flag("referenceOnly")
    body["referenceOnly"] = not mappings if only is None else only
    body["operationType"] = _word(source, "operationType", ("Upsert", "Delete"), "Upsert")
    for key in ("displayName", "description"):
        if source.get(key) is not None:
            body[key] = source.locales(key)
    return body


def twins(link: Mapping[str, Any]) -> Document:
    """Return the members of a link under the names of 2017-01-01, beside those of 2017-04-26."""
    found: Document = {"sourceInteractionType": link["sourceEntityTypeName"]}
    if link["targetEntityType"] == "Profile":
        found["targetProfileType"] = link["targetEntityTypeName"]
    found["mappings"] = [
        {
            **mapping,
            "interactionTypePropertyName": mapping["sourcePropertyName"],
            "profileTypePropertyName": mapping["targetPropertyName"],
        }
        for mapping in link["mappings"]
    ]
    found["participantPropertyReferences"] = [
        {
            **reference,
            "interactionPropertyName": reference["sourcePropertyName"],
            "profilePropertyName": reference["targetPropertyName"],
        }
        for reference in link["participantPropertyReferences"]
    ]
    return found


def _mappings(source: Source) -> list[Document]:
    found = []
    for item in source.many("mappings"):
        mapping = {
            "sourcePropertyName": _required(
                item, "sourcePropertyName", item.text("sourcePropertyName", "interactionTypePropertyName")
            ),
            "targetPropertyName": _required(
                item, "targetPropertyName", item.text("targetPropertyName", "profileTypePropertyName")
            ),
            "linkType": _word(item, "linkType", ("UpdateAlways", "CopyIfNull"), "UpdateAlways"),
        }
        is_id = item.flag("isProfileTypeId")
        found.append(mapping if is_id is None else mapping | {"isProfileTypeId": is_id})
    return found


def read_relationship(source: Source, catalog: Catalog) -> Document:
    """Read a relationship of two profile types."""
    body: Document = {}
    for key in ("profileType", "relatedProfileType"):
        body[key] = _required(source, key, source.text(key))
        warn_unknown(source, catalog, "Profile", body[key])
    body["cardinality"] = _word(source, "cardinality", CARDINALITIES, "ManyToMany")
    body["fields"] = fields = read_fields(source)
    for number, field in enumerate(fields, 1):
        field["propertyId"] = f"id{number}"
    body["lookupMappings"] = [
        {
            "fieldMappings": [
                {key: _required(pair, key, pair.text(key)) for key in ("profileFieldName", "relatedProfileKeyProperty")}
                for pair in item.many("fieldMappings")
            ]
        }
        for item in source.many("lookupMappings")
    ]
    for key in ("displayName", "description"):
        if source.get(key) is not None:
            body[key] = source.locales(key)
    return body


def read_relationship_link(source: Source, catalog: Catalog) -> Document:
    """Read how interactions of a type make instances of a relationship."""
    body: Document = {key: _required(source, key, source.text(key)) for key in ("interactionType", "relationshipName")}
    warn_unknown(source, catalog, "Interaction", body["interactionType"])
    for key in ("profilePropertyReferences", "relatedProfilePropertyReferences"):
        body[key] = _pairs(
            source,
            key,
            ("interactionPropertyName", "sourcePropertyName"),
            ("profilePropertyName", "targetPropertyName"),
        )
    body["mappings"] = [
        {
            "interactionFieldName": _required(item, "interactionFieldName", item.text("interactionFieldName")),
            "relationshipFieldName": _required(item, "relationshipFieldName", item.text("relationshipFieldName")),
            "linkType": _word(item, "linkType", ("UpdateAlways", "CopyIfNull"), "UpdateAlways"),
        }
        for item in source.many("mappings")
    ]
    for key in ("displayName", "description"):
        if source.get(key) is not None:
            body[key] = source.locales(key)
    return body


def _pairs(source: Source, name: str, from_: tuple[str, str], to: tuple[str, str]) -> list[Document]:
    """Read references of one property to another, of which there must be at least one."""
    items = source.many(name)
    if not items:
        source.problem("MissingRequiredProperty", name, f"'{name}' must have at least one reference.")
    ambiguous = "AmbiguousPropertyReference"
    return [
        {
            from_[0]: _required(item, from_[0], item.text(*from_, code=ambiguous)),
            to[0]: _required(item, to[0], item.text(*to, code=ambiguous)),
        }
        for item in items
    ]


def _required(source: Source, name: str, value: str | None) -> str | None:
    if not value:
        source.problem("MissingRequiredProperty", name, f"'{name}' is required.")
    return value


def _word(source: Source, name: str, words: tuple[str, ...], default: str) -> str:
    value = source.get(name)
    if value is None:
        return default
    for word in words:
        if isinstance(value, str) and word.lower() == value.lower():
            return word
    source.problem("InvalidValue", name, f"'{name}' must be one of {', '.join(words)}.")
    return default


def _entity(source: Source, name: str, kinds: tuple[str, ...], default: str | None) -> str | None:
    value = source.get(name)
    if value is None:
        return _required(source, name, default)
    kind = entity_type(value)
    if kind not in kinds:
        source.problem("InvalidValue", name, f"'{name}' must be {' or '.join(kinds)}.")
        return None
    return kind


# Suggestions


def suggestions(type_: Document, links: Iterable[Document], relationships: Mapping[str, Document]) -> list[Document]:
    """Return the relationships that a type's interactions could make: each ordered pair of profiles it reaches.

    ``relationships``: the definitions of those that there are, by name.
    """
    slots = [
        (item["profileTypeName"], _of(item["participantPropertyReferences"])) for item in type_["participantProfiles"]
    ]
    slots += [
        (link["targetEntityTypeName"], _of(link["participantPropertyReferences"]))
        for link in links
        if link["sourceEntityTypeName"].lower() == type_["typeName"].lower() and link["targetEntityType"] == "Profile"
    ]
    found = []
    for place, (profile, references) in enumerate(slots):
        for other, (related, theirs) in enumerate(slots):
            if place == other:
                continue
            suggestion: Document = {
                "profileName": profile,
                "profilePropertyReferences": references,
                "relatedProfileName": related,
                "relatedProfilePropertyReferences": theirs,
            }
            existing = _existing(profile, related, relationships)
            found.append(suggestion if existing is None else suggestion | {"existingRelationshipName": existing})
    return found


def _of(references: Iterable[Mapping[str, str]]) -> list[Document]:
    return [
        {
            "interactionPropertyName": item.get("interactionPropertyName") or item["sourcePropertyName"],
            "profilePropertyName": item.get("profilePropertyName") or item["targetPropertyName"],
        }
        for item in references
    ]


def _existing(profile: str, related: str, relationships: Mapping[str, Document]) -> str | None:
    wanted = (profile.lower(), related.lower())
    for name, definition in relationships.items():
        if (definition["profileType"].lower(), definition["relatedProfileType"].lower()) == wanted:
            return name
    return None
