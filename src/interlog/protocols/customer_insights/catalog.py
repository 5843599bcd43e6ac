"""What a hub knows by name: its types as definition documents, and its entity sets, all in any casing."""

from collections.abc import Iterable
from functools import cached_property

from interlog.model.profiles import ProfileType
from interlog.model.types import InteractionType

from .fields import PRECEDENCE_RULES, Document
from .translate import document_of, profile_document_of


class Catalog:
    """The types of a hub. ``is_strict``: references to undeclared fields are errors (spec 2.5)."""

    def __init__(
        self, types: Iterable[InteractionType], profile_types: Iterable[ProfileType], *, is_strict: bool = False
    ) -> None:
        self.is_strict = is_strict
        self.types = {type_.name.casefold(): type_ for type_ in types}
        self.profile_types = {type_.name.casefold(): type_ for type_ in profile_types if not type_.deleted}

    def interaction(self, name: str) -> Document | None:
        """Return the definition of an interaction type."""
        type_ = self.types.get(name.casefold())
        return document_of(type_) if type_ is not None else None

    def profile(self, name: str) -> Document | None:
        """Return the definition of a profile type."""
        type_ = self.profile_types.get(name.casefold())
        return profile_document_of(type_) if type_ is not None else None

    @cached_property
    def entity_sets(self) -> dict[str, InteractionType | ProfileType]:
        """The type of each entity set by its name in any casing; former names stay with their type."""
        every: list[InteractionType | ProfileType] = [*self.types.values(), *self.profile_types.values()]
        return {name.casefold(): type_ for type_ in reversed(every) for name in reversed(type_.collections)}

    @cached_property
    def data_sources(self) -> dict[str, int]:
        """The id of each data source that a type names, by its name."""
        found = {}
        for type_ in self.types.values():
            document = document_of(type_)
            ruled = [rule for item in (document, *document["fields"]) for rule in item.get(PRECEDENCE_RULES, ())]
            for source in (document["defaultDataSource"], *(rule["dataSource"] for rule in ruled)):
                found[source["name"]] = source["id"]
        return found
