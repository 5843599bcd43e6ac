"""Creating interactions: what a POST to an entity set holds, one instance or several (spec 6.1, 6.3)."""

from interlog.model.instances import Put
from interlog.model.instants import now

from .asks import Ask
from .bodies import read
from .entities import InteractionEntity
from .ingest import entity_of, instance_of, require_open
from .instances import etag, one_json, request_key, store
from .many import store_many
from .operations import Reply


async def create(ask: Ask, implied: InteractionEntity | None) -> Reply:
    """Store what a body holds: one instance, or several with an outcome for each."""
    sent = read(ask.data, ask.headers.get("content-type"))
    if sent.many:
        return ask.reply(await store_many(ask, sent.items, implied), 202)
    (body,) = sent.items
    assert isinstance(body, dict), "a single item that is no object was refused"
    entity = entity_of(ask.hub, body, implied)
    require_open(entity, now())
    instance = instance_of(entity, body, request_key=request_key(ask))
    how = Put.CREATE if ask.headers.get("if-none-match", "").strip() == "*" else Put.UPSERT
    if ask.flag("dryrun"):
        return ask.reply({"valid": True, "InteractionType": entity.type.name})
    item = await store(ask, entity, instance, how)
    headers = {"ETag": etag(item)} if entity.type.is_activity else {}
    return ask.reply(one_json(ask, item, entity, typed=implied is not None), 202, headers)
