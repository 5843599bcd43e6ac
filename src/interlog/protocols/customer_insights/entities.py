"""Types as the data plane works with them: made once for each version of a definition, and kept."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from interlog.ledger import Ledger
from interlog.ledger.precedence import rules_of
from interlog.model.profiles import ProfileType
from interlog.model.tenancy import Actor, Tenant
from interlog.model.types import InteractionType, ParticipantSlot

from .catalog import Catalog
from .checking import Validator
from .fields import PROFILE_ID, SYSTEM_SOURCE
from .metadata import csdl_names
from .translate import document_of, field_document, profile_document_of
from .values import Display, display_of

_MOST_KEPT = 2_000

SYSTEM = {
    "InteractionType": "InteractionType",
    "InteractionId": "InteractionId",
    "Timestamp": "Timestamp",
    "DataSource": "DataSource",
    "Version": "Version",
    "Participants": "Participants",
    "CorrectionOf": "CorrectionOf",
}
"""Members of an interaction that say something about it and are no fields, unless the type declares one so named."""

OWN_NAMES = frozenset({"EndedAt", "Subject", "Description", "Direction"})
"""The fields of built-in types that are parts of every interaction."""

_MAPPED = frozenset({"EndedAt", "Subject", "Description"})

PROFILE_SYSTEM = {"ProfileId": PROFILE_ID, "Interactions": "Interactions", "Relationships": "Relationships"}


class InteractionEntity:
    """An interaction type: the check of its instances, and how their values are shown.

    ``origin`` is the data source of instances that name none, None for the system's own. ``is_plain``: none of the
    fields is a part that every interaction has, and all sources are equal. ``made_of``: where they are not, which parts
    of an interaction are made of which fields.
    """

    def __init__(self, type_: InteractionType) -> None:
        self.type = type_
        self.document = document_of(type_)
        fields = {field["fieldName"]: field for field in self.document["fields"]}
        required = [name for name, field in fields.items() if field.get("isRequired")]
        required += self.document["idPropertyNames"]
        self.validator = Validator(self.document, SYSTEM, required, self.document.get("timestampFieldName"), type_.name)
        retired = {field.name: field_document(field, 0) for field in type_.retired}
        self.displays = displays_of(retired | fields)
        self.timestamp_field: str | None = self.document.get("timestampFieldName")
        self.title_field = next((name for name, field in fields.items() if field.get("isName")), None)
        self.title = type_.display_name or type_.name
        source = str(self.document["defaultDataSource"]["name"])
        self.origin = source if source != SYSTEM_SOURCE["name"] else None
        dated = self.timestamp_field is not None and fields[self.timestamp_field]["fieldType"] == "Edm.Date"
        self.has_rules = rules_of(type_) is not None
        self.is_plain = not type_.built_in and not dated and _MAPPED.isdisjoint(fields) and not self.has_rules
        self.made_of = _made_of(self, fields) if self.has_rules and not type_.built_in else None
        text = fields.get("Description", {})
        flags = ("isArray", "isEnum", "isLocalizedString", "isImage")
        is_text = text.get("fieldType") == "Edm.String" and not any(text.get(flag) for flag in flags)
        self.has_body = is_text and type_.is_activity and not type_.built_in
        self.slots: dict[str, ParticipantSlot] = {}
        self.own: frozenset[str] = frozenset()
        if type_.built_in:
            self.own = OWN_NAMES
            named = {item.get("role"): item for item in self.document["participantProfiles"]}
            self.slots = {
                named[slot.role]["participantPropertyReferences"][0]["interactionPropertyName"]: slot
                for slot in type_.slots
                if not slot.references and slot.role in named
            }

    @property
    def set_name(self) -> str:
        """The name of the entity set."""
        return self.type.collections[0] if self.type.collections else self.type.name


def _made_of(entity: InteractionEntity, fields: Mapping[str, Any]) -> dict[str, str]:
    found = {"title": entity.title_field or "Subject", "body": "Description", "ended_at": "EndedAt"}
    if entity.timestamp_field is not None:
        found["occurred_at"] = entity.timestamp_field
    return found


class ProfileEntity:
    """A profile type: the check of its instances, which need nothing but a key, and how their values are shown."""

    def __init__(self, type_: ProfileType) -> None:
        self.type = type_
        self.document = profile_document_of(type_)
        fields = {field["fieldName"]: field for field in self.document["fields"]}
        self.validator = Validator(self.document, PROFILE_SYSTEM)
        retired = {field.name: field_document(field, 0) for field in type_.retired}
        self.displays = displays_of(retired | fields)

    @property
    def set_name(self) -> str:
        """The name of the entity set."""
        return self.type.collections[0] if self.type.collections else self.type.name


Entity = InteractionEntity | ProfileEntity


def displays_of(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Display]:
    """Return what makes of canonical values what answers say, of the fields where that differs."""
    found = {name: display_of(field) for name, field in fields.items()}
    return {name: display for name, display in found.items() if display is not None}


class Hub:
    """The data plane's view of one hub: its entities by their types' and their sets' names, in any casing."""

    def __init__(self, catalog: Catalog, kept: dict[tuple[Any, ...], Entity], tenant: int) -> None:
        self.catalog = catalog
        self._kept = kept
        self._tenant = tenant

    def interaction(self, name: str) -> InteractionEntity | None:
        """Return the entity of an interaction type."""
        type_ = self.catalog.types.get(name.casefold())
        return self.of_type(type_) if type_ is not None else None

    def profile(self, name: str) -> ProfileEntity | None:
        """Return the entity of a profile type."""
        type_ = self.catalog.profile_types.get(name.casefold())
        return self.of_profile_type(type_) if type_ is not None else None

    def of_set(self, name: str) -> Entity | None:
        """Return the entity of an entity set."""
        type_ = self.catalog.entity_sets.get(name.casefold())
        if type_ is None:
            return None
        return self.of_type(type_) if isinstance(type_, InteractionType) else self.of_profile_type(type_)

    def of_type(self, type_: InteractionType) -> InteractionEntity:
        """Return the entity of a version of an interaction type."""
        key = (self._tenant, "interaction", type_.id, type_.version, type_.defined_at)
        entity = self._kept.get(key)
        if not isinstance(entity, InteractionEntity):
            entity = InteractionEntity(type_)
            self._keep(key, entity)
        return entity

    def of_profile_type(self, type_: ProfileType) -> ProfileEntity:
        """Return the entity of a version of a profile type."""
        key = (self._tenant, "profile", type_.id, type_.version, type_.defined_at)
        entity = self._kept.get(key)
        if not isinstance(entity, ProfileEntity):
            entity = ProfileEntity(type_)
            self._keep(key, entity)
        return entity

    def csdl_name(self, entity: Entity) -> str:
        """Return the name of an entity's type in the metadata."""
        kind = "Interaction" if isinstance(entity, InteractionEntity) else "Profile"
        return self._csdl_names.get((kind, entity.type.name), entity.type.name)

    @cached_property
    def _csdl_names(self) -> dict[tuple[str, str], str]:
        return csdl_names(self.catalog)

    def _keep(self, key: tuple[Any, ...], entity: Entity) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = entity


_entities: WeakKeyDictionary[Ledger, dict[tuple[Any, ...], Entity]] = WeakKeyDictionary()
_hubs: WeakKeyDictionary[Ledger, dict[int, tuple[Tenant, Hub]]] = WeakKeyDictionary()


def hub_of(ledger: Ledger, actor: Actor) -> Hub:
    """Return the data plane's view of the actor's hub; the same as long as the tenant is not read anew."""
    tenant, hubs = actor.tenant, _hubs.setdefault(ledger, {})
    known = hubs.get(tenant.id)
    if known is not None and known[0] is tenant:
        return known[1]
    hub = Hub(Catalog(tenant.types, tenant.profile_types), _entities.setdefault(ledger, {}), tenant.id)
    if len(hubs) >= _MOST_KEPT:
        hubs.clear()
    hubs[tenant.id] = tenant, hub
    return hub


__all__ = ["Entity", "Hub", "InteractionEntity", "ProfileEntity", "hub_of"]
