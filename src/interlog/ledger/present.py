"""Which persons, organizations and opportunities are there, for what is kept about them."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from ..model.parties import Opportunity, Organization, Party, Person
from ..model.tenancy import Actor
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.store import Store
from .opportunities import visible_opportunities

Parties: TypeAlias = Mapping[Party, Mapping[int, Any]]

_KINDS = (Party.PERSON, Party.ORGANIZATION, Party.OPPORTUNITY)


async def present(store: Store, actor: Actor, wanted: Sequence[tuple[Party, int]]) -> Parties:
    """Return those of some parties that are there and that the actor sees, by kind and id."""
    ids: dict[Party, set[int]] = {kind: {id_ for one, id_ in wanted if one is kind} for kind in _KINDS}
    database, tenant = store.database, actor.tenant.id
    persons: Mapping[int, Person] = {}
    organizations: Mapping[int, Organization] = {}
    opportunities: Mapping[int, Opportunity] = {}
    if ids[Party.PERSON]:
        persons = await person_rows.by_ids(database, tenant, ids[Party.PERSON])
    if ids[Party.ORGANIZATION]:
        organizations = await organization_rows.by_ids(database, tenant, ids[Party.ORGANIZATION])
    if ids[Party.OPPORTUNITY]:
        opportunities = await visible_opportunities(store, actor, ids[Party.OPPORTUNITY])
    return {Party.PERSON: persons, Party.ORGANIZATION: organizations, Party.OPPORTUNITY: opportunities}
