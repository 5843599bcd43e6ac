"""How the references of slots are looked up: by a key of a profile, or by values that several profiles may have."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .profiles import PROFILE_ID, Names, ProfileType, id_names, key_fields
from .types import InteractionType, ParticipantSlot


class LookUp(NamedTuple):
    """How the participants of a slot are found.

    ``fields``: pairs of a field of the interaction and a field of the profile. ``names``: the latter in one order.
    ``by_values``: they are no key, so that any number of profiles may have the same values.
    """

    slot: ParticipantSlot
    type: ProfileType
    fields: tuple[tuple[str, str], ...]
    names: Names
    by_values: bool


def look_ups(type_: InteractionType, parties: Mapping[str, ProfileType]) -> list[LookUp]:
    """Return how the slots of a type are filled; ``parties``: types of profiles by their names in lower case."""
    found = []
    for slot in type_.slots:
        party = parties.get(slot.party.casefold()) if slot.references else None
        if party is not None:
            own = id_names(party)
            fields = tuple((name, PROFILE_ID if theirs in own else theirs) for name, theirs in slot.references)
            names = tuple(sorted({theirs for _, theirs in fields}))
            found.append(LookUp(slot, party, fields, names, names not in key_fields(party)))
    return found


def values_looked_up(
    types: Iterable[InteractionType], parties: Mapping[str, ProfileType]
) -> dict[int, tuple[Names, ...]]:
    """Return, by the id of a type of profiles, which of its fields are looked up though they are no key."""
    found: dict[int, dict[Names, None]] = {}
    for type_ in types:
        for look_up in look_ups(type_, parties):
            if look_up.by_values:
                found.setdefault(look_up.type.id, {})[look_up.names] = None
    return {type_id: tuple(names) for type_id, names in found.items()}
