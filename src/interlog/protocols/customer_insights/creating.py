"""Creating interactions: what a POST to an entity set holds, one instance or several (spec 6.1, 6.3)."""

from typing import Any

from interlog.ledger.resting import collector_at_rest
from interlog.model.instances import Instance, Placed, Put
from interlog.model.instants import now

from .asks import Ask
from .bodies import encode, lines, read
from .entities import InteractionEntity
from .ingest import entity_of, instance_of, require_open
from .instances import etag, one_json, request_key, skipped_header, store
from .many import store_many
from .operations import Reply


async def create(ask: Ask, implied: InteractionEntity | None) -> Reply:
    """Store what a body holds: one instance, or several with an outcome for each."""
    if len(ask.data) < _LARGE:
        return await _create(ask, implied)
    with collector_at_rest():  # until all that came of thousands is gone again
        return await _create(ask, implied)


_LARGE = 256 * 1024
"""Bytes of a body from which on the garbage collector is at rest meanwhile."""


async def _create(ask: Ask, implied: InteractionEntity | None) -> Reply:
    content_type = ask.headers.get("content-type")
    texts = lines(ask.data, content_type)
    if texts is not None:
        return ask.reply(encode(await store_many(ask, texts, implied)), 202)
    sent = read(ask.data, content_type)
    if sent.many:
        return ask.reply(encode(await store_many(ask, sent.items, implied)), 202)
    (body,) = sent.items
    assert isinstance(body, dict), "a single item that is no object was refused"
    entity, instance, how = prepared(ask, body, implied)
    if ask.flag("dryrun"):
        return ask.reply({"valid": True, "InteractionType": entity.type.name})
    return reply(ask, await store(ask, entity, instance, how), entity, typed=implied is not None)


def prepared(
    ask: Ask, body: dict[str, Any], implied: InteractionEntity | None
) -> tuple[InteractionEntity, Instance, Put]:
    """Return what is to be put for a body, and how."""
    entity = entity_of(ask.hub, body, implied)
    require_open(entity, now())
    instance = instance_of(entity, body, request_key=request_key(ask))
    return entity, instance, Put.CREATE if ask.headers.get("if-none-match", "").strip() == "*" else Put.UPSERT


def reply(ask: Ask, placed: Placed, entity: InteractionEntity, *, typed: bool) -> Reply:
    """Return the answer to a creation."""
    headers = {"ETag": etag(placed.interaction)} | skipped_header(placed) if entity.type.is_activity else {}
    return ask.reply(one_json(ask, placed.interaction, entity, typed=typed), 202, headers)
