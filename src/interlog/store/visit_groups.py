"""The security group of visits, when their campaign gets another one, or a visit another campaign.

What a visit is found by has its group beside it: all of that moves together. Participants and links of notes are not
found by a number, so that these two statements go through all of a tenant: campaigns change their organization hardly
ever.
"""

from typing import Any, NamedTuple

from sqlalchemy import Update, bindparam, select, union_all, update

from ..model.canvassing.visits import TYPE_ID
from .database import Database
from .engines import per_engine
from .schema import interaction, note, note_link, participant, visit
from .statements import Query, Unit, parameter

_MOVING = (
    select(visit.c.number)
    .where(
        visit.c.tenant_id == parameter("tenant"),
        visit.c.campaign == bindparam("of_campaign"),
        visit.c.group_id == parameter("old_group"),
    )
    .scalar_subquery()
)
_ROOTS = (
    select(interaction.c.note_id)
    .where(
        interaction.c.tenant_id == parameter("tenant"),
        interaction.c.number.in_(_MOVING),
        interaction.c.note_id.is_not(None),
    )
    .scalar_subquery()
)
_NOTES = union_all(
    select(note.c.id).where(note.c.tenant_id == parameter("tenant"), note.c.id.in_(_ROOTS)),
    select(note.c.id).where(
        note.c.tenant_id == parameter("tenant"), note.c.parent.is_not(None), note.c.parent.in_(_ROOTS)
    ),
).scalar_subquery()
_CAMPAIGN = per_engine(
    "json_extract({0}, '$.campaignId')", "jsonb_extract_path_text({0}::jsonb, 'campaignId')", interaction.c.fields
)


def _moved(table: Any) -> Update:
    return (
        update(table)
        .where(table.c.tenant_id == parameter("tenant"), table.c.group_id == parameter("old_group"))
        .values(group_id=parameter("new_group"))
    )


# in this order: each finds what it moves by what the later ones move
LINKS = Query(_moved(note_link).where(note_link.c.id.in_(_NOTES)))
REPLIES = Query(_moved(note).where(note.c.parent.is_not(None), note.c.parent.in_(_ROOTS)))
ROOTS = Query(_moved(note).where(note.c.id.in_(_ROOTS)))
PARTICIPANTS = Query(
    _moved(participant).where(participant.c.type_id == parameter("type"), participant.c.number.in_(_MOVING))
)
INTERACTIONS = Query(_moved(interaction).where(interaction.c.number.in_(_MOVING)))
# what is deleted stands nowhere else, and may be restored
DELETED = Query(
    _moved(interaction).where(
        interaction.c.type_id == parameter("type"),
        interaction.c.deleted_at.is_not(None),
        bindparam("of_campaign") == _CAMPAIGN,
    )
)
VISITS = Query(_moved(visit).where(visit.c.campaign == bindparam("of_campaign")))
STANDING = Query(
    select(visit.c.number, interaction.c.version)
    .select_from(visit)
    .join(interaction, (interaction.c.tenant_id == visit.c.tenant_id) & (interaction.c.number == visit.c.number))
    .where(
        visit.c.tenant_id == parameter("tenant"),
        visit.c.campaign == bindparam("of_campaign"),
        visit.c.group_id == parameter("old_group"),
    )
)


# one visit; its participants, its links and the row by which campaigns find it follow from the interaction
INTERACTION = Query(
    update(interaction)
    .where(interaction.c.tenant_id == parameter("tenant"), interaction.c.number == parameter("number"))
    .values(group_id=parameter("new_group"))
)
ROOT = Query(
    update(note)
    .where(note.c.tenant_id == parameter("tenant"), note.c.id == parameter("root"))
    .values(group_id=parameter("new_group"))
)
ITS_REPLIES = Query(
    update(note)
    .where(note.c.tenant_id == parameter("tenant"), note.c.parent.is_not(None), note.c.parent == parameter("root"))
    .values(group_id=parameter("new_group"))
)
REPLIES_OF = Query(
    select(note.c.id, note.c.version).where(
        note.c.tenant_id == parameter("tenant"), note.c.parent.is_not(None), note.c.parent == parameter("root")
    )
)
STANDING_REPLIES = Query(
    select(note.c.id, note.c.version).where(
        note.c.tenant_id == parameter("tenant"), note.c.parent.is_not(None), note.c.parent.in_(_ROOTS)
    )
)


class Standing(NamedTuple):
    """What is to move: numbers and versions of visits, ids and versions of the notes that reply to them."""

    visits: list[tuple[int, int]]
    replies: list[tuple[int, int]]


async def standing(database: Database, tenant: int, campaign: str, group: int) -> Standing:
    """Return the visits of a campaign that have a security group, and what was replied to them."""
    known = {"tenant": tenant, "of_campaign": campaign, "old_group": group}
    visits = await database.fetch_long(STANDING, **known)
    replies = await database.fetch_long(STANDING_REPLIES, **known) if visits else ()
    return Standing([(row[0], row[1]) for row in visits], [(row[0], row[1]) for row in replies])


def move(unit: Unit, tenant: int, campaign: str, old: int, new: int) -> None:
    """Add to a unit that a campaign's visits with a security group have another one, and all that they are found by.

    Those that were put into a group of their own stay there.
    """
    known = {"tenant": tenant, "of_campaign": campaign, "old_group": old, "new_group": new, "type": TYPE_ID}
    for query in (LINKS, REPLIES, ROOTS, PARTICIPANTS, INTERACTIONS, DELETED, VISITS):
        unit.change(query, known, expect=None)


async def replies_of(database: Database, tenant: int, root: int) -> list[tuple[int, int]]:
    """Return the ids and versions of the notes that reply to a visit's text."""
    return [(row[0], row[1]) for row in await database.fetch(REPLIES_OF, tenant=tenant, root=root)]


def move_one(unit: Unit, tenant: int, number: int, root: int | None, group: int) -> None:
    """Add to a unit that a visit that is amended in it has another security group, with its text and the replies."""
    unit.change(INTERACTION, {"tenant": tenant, "number": number, "new_group": group})
    if root is not None:
        for query in (ROOT, ITS_REPLIES):
            unit.change(query, {"tenant": tenant, "root": root, "new_group": group}, expect=None)
