"""Sending a rejected item again (spec 9.2)."""

from interlog.model.instances import Put
from interlog.model.instants import now

from . import instances, profiles, rejects, relationships
from .asks import Ask
from .entities import InteractionEntity, ProfileEntity
from .ingest import entity_of, instance_of, require_open
from .operations import Reply


async def replay(ask: Ask, id_: str) -> Reply:
    """Store a rejected item after all, mended or not."""
    body, set_name = await rejects.item_of(ask, id_)
    if set_name == relationships.SET:
        reply = await relationships.store(ask, body)
        await rejects.note_replayed(ask, id_, "RelationshipType", reply.body["RelationshipType"])
        return reply
    found = ask.hub.of_set(set_name)
    if isinstance(found, ProfileEntity):
        profile = await profiles.store(ask, found, profiles.draft_of(found, body), Put.UPSERT)
        await rejects.note_replayed(ask, id_, "ProfileId", profile.key)
        return ask.reply(profiles.one_json(ask, profile, found, ask.form), 202)
    entity = entity_of(ask.hub, body, found if isinstance(found, InteractionEntity) else None)
    require_open(entity, now())
    placed = await instances.store(ask, entity, instance_of(entity, body), Put.UPSERT)
    interaction = placed.interaction
    await rejects.note_replayed(ask, id_, "InteractionId", interaction.public_id)
    headers = instances.skipped_header(placed)
    return ask.reply(instances.one_json(ask, interaction, entity, typed=False), 202, headers)
