"""What names somebody who was merged into another one, though it was out of reach when that happened."""

from ..model.interactions import Content
from ..model.merges import Pair, moved_content
from ..model.parties import Party
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.store import Store


async def with_survivors(store: Store, tenant: int, content: Content) -> Content:
    """Return what a deleted interaction, or a former version of one, says, with the survivors of merges since."""
    persons = {part.person for part in content.participants if part.person is not None} | set(content.links.persons)
    organizations = {part.number for part in content.profiles if part.number is not None}
    organizations |= set(content.links.organizations)
    for kind, successors_of, ids in (
        (Party.PERSON, person_rows.successors_of, persons),
        (Party.ORGANIZATION, organization_rows.successors_of, organizations),
    ):
        for gone, survivor in (await successors_of(store.database, tenant, ids)).items():
            content = moved_content(content, Pair(kind, survivor, gone))
    return content
