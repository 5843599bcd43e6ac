"""One entity by its key, and one property of it (spec 6.1, 6.5)."""

from collections.abc import Iterable
from typing import Any

from . import instances, profiles, reading
from .asks import Ask
from .entities import InteractionEntity, ProfileEntity
from .errors import not_found
from .ids import Key, key_text
from .operations import Reply
from .options import expand_of, require_known
from .present import Form, interaction_json, profile_json

_KNOWN = frozenset({"$select", "$expand", "$format"})


async def interaction(ask: Ask, key: Key, implied: InteractionEntity | None) -> Reply:
    """Answer one interaction, with those who took part where they are to be expanded."""
    require_known(ask.params, _KNOWN)
    expands = expand_of(ask.params.get("$expand"), ("Participants",))
    form = reading.form_of(ask, ("InteractionId",))
    item, entity = await instances.find(ask, key, implied)
    (shown,) = await reading.interactions_json(
        ask, [item], form, typed=implied is not None, participants=bool(expands)
    )  # fmt: skip
    set_name = entity.set_name if implied is not None else instances.ALL_SET
    headers = {"ETag": instances.etag(item)} if entity.type.is_activity else {}
    return ask.reply(ask.context(f"{set_name}/$entity", form) | shown, headers=headers)


async def profile(ask: Ask, key: Key, entity: ProfileEntity) -> Reply:
    """Answer one profile, with its interactions where they are to be expanded."""
    require_known(ask.params, _KNOWN)
    expands = expand_of(ask.params.get("$expand"), ("Interactions",))
    form = reading.form_of(ask, ("ProfileId",))
    item = await profiles.find(ask, key, entity)
    body = profiles.one_json(ask, item, entity, form)
    for expand in expands:
        body |= await reading.expanded(ask, (entity, item), expand)
    return ask.reply(body, headers={"ETag": profiles.etag(item)})


async def property_of(
    ask: Ask, key: Key, entity: InteractionEntity | ProfileEntity | None, name: str, *, raw: bool
) -> Reply:
    """Answer one property: as JSON, or its bare text (``/$value``); 204 where it has no value."""
    require_known(ask.params, {"$format"})
    form = Form(ask.root) if raw else ask.form
    if isinstance(entity, ProfileEntity):
        known = await profiles.find(ask, key, entity)
        shown, of = profile_json(known, entity, ask.hub, form), known.key
        declared: Iterable[str] = entity.validator.fields
        set_name = entity.set_name
    else:
        item, own = await instances.find(ask, key, entity)
        shown, of = interaction_json(item, own, ask.hub, form, typed=entity is not None), item.public_id
        declared, set_name = own.validator.fields, own.set_name
    values = {member.lower(): value for member, value in shown.items() if "@" not in member}
    if name.lower() not in values:
        if name.lower() in (field.lower() for field in declared):
            return Reply(None, 204)
        raise not_found(f"property '{name[:128]}'")
    value = values[name.lower()]
    if raw:
        return Reply(_text(value).encode(), content_type="text/plain; charset=utf-8")
    return ask.reply(ask.context(f"{set_name}{key_text(of)}/{name}", form) | {"value": value})


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        raise not_found("bare value of a property that has parts")
    return str(value)
