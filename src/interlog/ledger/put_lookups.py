"""What is stored already of instances that are put: under their ids, by the same requests, and what they correct."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from ..model.errors import Conflict, InterlogError
from ..model.ids import index_text, parse_uuid
from ..model.instances import Instance, InstanceKey, Outcome, Placed
from ..model.interactions import Interaction
from ..model.tenancy import Actor
from ..model.types import InteractionType
from ..store import identities
from ..store import interactions as interaction_rows
from ..store.database import Database
from .merging import values_of

Result = Placed | InterlogError
Stored = Mapping[tuple[int, str], Interaction]
"""Interactions by type and id."""


async def stored_as(
    database: Database, tenant: int, keyed: Sequence[tuple[int, InteractionType, InstanceKey | None]]
) -> Stored:
    """Return what is stored under the ids that these may have."""
    first = {key.texts[0] for _, _, key in keyed if key is not None}
    found = await identities.by_identities(database, tenant, first)
    others = {
        text
        for _, type_, key in keyed
        if key is not None and len(key.texts) > 1
        and (item := found.get((type_.id, key.texts[0]))) is not None
        and values_of(item, type_) != key.values
        for text in key.texts[1:]
    }  # fmt: skip
    found |= await identities.by_identities(database, tenant, others)
    uuids = {text: uuid for text in first if len(text) == 32 and (uuid := uuid_of(text)) is not None}
    by_uuid = await identities.by_uuids(database, tenant, uuids.values())
    for text, uuid in uuids.items():
        if (item := by_uuid.get(uuid)) is not None and item.identity is None:
            found[item.type_id, text] = item
    return found


async def correctable(
    database: Database, actor: Actor, items: Sequence[Instance], typed: Iterable[tuple[int, InteractionType]]
) -> Stored:
    """Return what the items may correct, of what the actor sees."""
    wanted = {
        (type_.id, id_) for index, type_ in typed if (id_ := items[index].corrects) is not None and "\x00" not in id_
    }
    if not wanted:
        return {}
    texts = {id_ for _, id_ in wanted}
    found = await identities.by_identities(database, actor.tenant.id, texts)
    uuids = {uuid: id_ for id_ in texts if (uuid := uuid_of(id_)) is not None}
    for uuid, item in (await identities.by_uuids(database, actor.tenant.id, uuids)).items():
        if item.identity is None:
            found[item.type_id, uuids[uuid]] = item
    return {key: item for key, item in found.items() if key in wanted and actor.sees(item.group)}


async def repeated(database: Database, actor: Actor, items: Sequence[Instance]) -> dict[int, Result]:
    """Return what the same requests stored before, and what the same one says twice, by the places of the items."""
    results: dict[int, Result] = {}
    keys: dict[str, int] = {}
    for index, item in enumerate(items):
        if item.request_key and keys.setdefault(request_key(item.request_key), index) != index:
            results[index] = Conflict("an earlier item of the same request has the same key")
    rows = await identities.by_requests(database, actor.tenant.id, keys)
    if not rows:
        return results
    stored = await interaction_rows.by_numbers(database, actor.tenant.id, {number for _, number in rows.values()})
    for key, (fingerprint, number) in rows.items():
        index, made = keys[key], stored.get(number)
        if made is None or not actor.sees(made.group):
            results[index] = Conflict("the key is in use")
        elif fingerprint != fingerprint_of(items[index]):
            message = f"interaction {number} was stored under the same key with another content"
            results[index] = Conflict(message, existing=number)
        else:
            results[index] = Placed(made, Outcome.SAME)
    return results


def uuid_of(text: str) -> str | None:
    """Return the uuid that an id of 32 digits stands for, None where it is none."""
    return parse_uuid(text) if len(text) == 32 and text.isalnum() else None


def request_key(key: str | None) -> str:
    """Return what a request that names itself is kept under."""
    return index_text(f"put {key}")


def fingerprint_of(item: Instance) -> str:
    """Return what two requests share exactly when they ask for the same."""
    return hashlib.sha256(_in_one_order(replace(item, request_key=None, valid_for=None))).hexdigest()


_in_one_order = msgspec.json.Encoder(order="deterministic").encode
