"""Links: the parties that an interaction or a note concerns must be there, and visible to whoever links to them."""

from collections.abc import Sequence

from ..model.errors import Problem, unknown_id
from ..model.interactions import Links
from ..model.tenancy import Actor
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.store import Store
from .opportunities import visible_opportunities

NO_LINKS = Links()

IDS = ("person_ids", "organization_ids", "opportunity_ids")
"""Where the problems of a note's links lie; those of an interaction's lie below ``links``."""


async def link_problems(
    store: Store,
    actor: Actor,
    links: Sequence[Links],
    *,
    paths: tuple[str, str, str] = ("links.persons", "links.organizations", "links.opportunities"),
    known: Links = NO_LINKS,
) -> list[list[Problem]]:
    """Return, for each of some links, the parties in it that are not there, but for those already known.

    Three reads for any number of links, none where there are none.
    """
    if not any(links):
        return [[] for _ in links]
    tenant, database = actor.tenant.id, store.database
    persons = {id_ for item in links for id_ in item.persons}.difference(known.persons)
    organizations = {id_ for item in links for id_ in item.organizations}.difference(known.organizations)
    opportunities = {id_ for item in links for id_ in item.opportunities}.difference(known.opportunities)
    if persons:
        persons.difference_update(await person_rows.by_ids(database, tenant, persons))
    if organizations:
        organizations.difference_update(await organization_rows.by_ids(database, tenant, organizations))
    if opportunities:
        opportunities.difference_update(await visible_opportunities(store, actor, opportunities))
    missing = (persons, organizations, opportunities)
    return [
        [
            unknown_id(f"{path}[{index}]", id_, model)
            for path, model, absent, ids in zip(
                paths,
                ("Person", "Organization", "Opportunity"),
                missing,
                (item.persons, item.organizations, item.opportunities),
                strict=True,
            )
            for index, id_ in enumerate(ids)
            if id_ in absent
        ]
        for item in links
    ]
