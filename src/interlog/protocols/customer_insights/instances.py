"""Interactions: create, upsert, many at once, read one, change (spec 6.1-6.4)."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from interlog.model.errors import Exists, Expired, InterlogError, Invalid, NotFound, Problem, Refused, Withheld
from interlog.model.instances import Instance, Placed, Put, key_of_instance
from interlog.model.instants import now
from interlog.model.interactions import Interaction

from . import linking
from .answers import header_text
from .asks import Ask
from .bodies import read_one
from .entities import InteractionEntity
from .errors import ApiError, Detail, invalid, not_found
from .ids import Key, key_text, key_value_text, named_key_text
from .ingest import instance_of, require_open
from .operations import Reply
from .present import interaction_json

ALL_SET = "Interactions"


async def store(ask: Ask, entity: InteractionEntity, instance: Instance, how: Put) -> Placed:
    """Put one instance; raises what is wrong in this protocol's words."""
    (outcome,) = await ask.ledger.instances.put_many(ask.actor, [instance], how)
    if isinstance(outcome, InterlogError):
        raise refusal(outcome, entity)
    await linking.apply(ask, [(entity, outcome.interaction)])
    return outcome


def skipped_names(placed: Placed) -> list[str]:
    """Return the properties that were left as they are, since a source of higher precedence wrote them (spec 7.4)."""
    return [_NAMES.get(name[1:], name) if name[:1] == "@" else name for name in placed.skipped]


def skipped_header(placed: Placed) -> dict[str, str]:
    """Return the header that names these properties, where there are any."""
    return {"x-skipped-properties": header_text(skipped_names(placed))} if placed.skipped else {}


def one_json(ask: Ask, item: Interaction, entity: InteractionEntity, *, typed: bool) -> dict[str, Any]:
    """Return one interaction as the whole of an answer."""
    set_name = entity.set_name if typed else ALL_SET
    found = ask.context(f"{set_name}/$entity", ask.form)
    return found | interaction_json(item, entity, ask.hub, ask.form, typed=typed)


def etag(item: Interaction) -> str:
    """Return the entity tag of an interaction."""
    return f'W/"{item.version}"'


_NAMES = {"occurred_at": "Timestamp", "ended_at": "EndedAt", "title": "Subject", "body": "Description",
          "direction": "Direction", "participants": "Participants", "identity": "InteractionId"}  # fmt: skip
"""From paths in the model to names of this protocol."""

_CODES = {"missing": "MissingRequiredField", "too_long": "ValueTooLong"}


def refusal(error: InterlogError, entity: InteractionEntity) -> InterlogError:
    """Return an error of the ledger in this protocol's words."""
    name = entity.type.name
    match error:
        case Refused():
            details = [
                Detail("DifferentValue", f"{_name_of(p, entity)} {p.message}.", _name_of(p, entity))
                for p in error.problems
            ]
            return immutable(entity, details)
        case Expired():
            return ApiError(409, "TypeExpired", f"The interaction type '{name}' takes no instances any more.")
        case Exists():
            return ApiError(412, "PreconditionFailed", f"A {name} with this id is stored already.")
        case Withheld():
            return ApiError(424, "FailedDependency", "It was not stored, since another item was refused.")
        case Invalid():
            details = [
                Detail(_CODES.get(p.code, "InvalidValue"), f"{_name_of(p, entity)} {p.message}.", _name_of(p, entity))
                for p in error.problems
            ]
            return invalid("InvalidInstance", "The instance", details)
        case _:
            return error


def _name_of(problem: Problem, entity: InteractionEntity) -> str:
    path = problem.path.removeprefix("fields.")
    head = path.partition("[")[0]
    if head == "occurred_at" and entity.timestamp_field is not None:
        return entity.timestamp_field
    return _NAMES.get(head, path)


def immutable(entity: InteractionEntity, details: Sequence[Detail] = ()) -> ApiError:
    """Return the refusal to change a fact."""
    message = f"A stored {entity.type.name} is a fact and cannot be changed; store a correction instead."
    return ApiError(409, "InteractionImmutable", message, details=details)


def request_key(ask: Ask) -> str | None:
    """Return what tells a repetition of this request, where the client names it."""
    key = ask.headers.get("idempotency-key", "").strip()
    if not key:
        return None
    if len(key) > 200:
        raise ApiError(400, "InvalidRequestContent", "An Idempotency-Key has at most 200 characters.")
    return "customer-insights:" + hashlib.sha256(key.encode()).hexdigest()


# One


async def find(ask: Ask, key: Key, implied: InteractionEntity | None) -> tuple[Interaction, InteractionEntity]:
    """Return the interaction of a key: an id, an id and a type, or the values of the type's id properties."""
    if isinstance(key, str):
        values: dict[str, Any] = {"interactionid": key}
    else:
        values = {name.lower(): value for name, value in key.items()}
    type_name = values.pop("interactiontype", None)
    entity = implied
    if type_name is not None:
        entity = ask.hub.interaction(str(type_name))
        if entity is None or (implied is not None and entity is not implied):
            raise not_found(f"interaction type '{str(type_name)[:128]}'")
    found: list[Interaction] = []
    if set(values) == {"interactionid"}:
        text = key_value_text(values["interactionid"])
        found = await _by_id(ask, text, entity)
    elif entity is not None and set(values) == {name.lower() for name in entity.document["idPropertyNames"]}:
        found = await _by_values(ask, values, entity)
    else:
        raise ApiError(400, "InvalidRequestContent", "The key of an interaction is its InteractionId.")
    if not found:
        shown = key if isinstance(key, str) else named_key_text({n: key_value_text(v) for n, v in key.items()})
        raise not_found(f"interaction '{shown[:200]}'")
    if len(found) > 1:
        raise _ambiguous(ask, found)
    tenant = ask.actor.tenant
    return found[0], ask.hub.of_type(tenant.types_by_id[found[0].type_id])


async def _by_id(ask: Ask, text: str, entity: InteractionEntity | None) -> list[Interaction]:
    include_voided = ask.flag("includevoided")
    if entity is None:
        return await ask.ledger.instances.find_any(ask.actor, text, include_voided=include_voided)
    try:
        return [await ask.ledger.instances.find(ask.actor, entity.type, text, include_voided=include_voided)]
    except NotFound:
        return []


async def _by_values(ask: Ask, values: Mapping[str, Any], entity: InteractionEntity) -> list[Interaction]:
    """Return the interaction whose id properties have these values: of several with one id, the one that is meant."""
    fields = {name: values[name.lower()] for name in entity.document["idPropertyNames"]}
    checked = entity.validator.check(fields, partial=True)
    key = key_of_instance(entity.type, checked.fields) if not checked.problems else None
    for text in key.texts if key is not None else ():
        for item in await _by_id(ask, text, entity):
            if all(item.content.fields.get(name) == value for name, value in checked.fields.items()):
                return [item]
    return []


def _ambiguous(ask: Ask, found: Sequence[Interaction]) -> ApiError:
    details = []
    for item in found:
        entity = ask.hub.of_type(ask.actor.tenant.types_by_id[item.type_id])
        url = f"{ask.root}/{entity.set_name}{key_text(item.public_id)}"
        details.append(Detail("Candidate", url, entity.type.name))
    message = f"Interactions of {len(found)} types have the id '{found[0].public_id[:200]}'."
    return ApiError(409, "AmbiguousKey", message, details=details)


async def change(ask: Ask, key: Key, implied: InteractionEntity | None) -> Reply:
    """Change an activity: PATCH merges, PUT replaces. A fact cannot be changed (spec 7.2)."""
    entity, instance, mode = await prepared(ask, key, implied)
    return changed_reply(ask, await store(ask, entity, instance, mode), entity, typed=implied is not None)


async def prepared(ask: Ask, key: Key, implied: InteractionEntity | None) -> tuple[InteractionEntity, Instance, Put]:
    """Return what is to be put to change an activity, and how."""
    item, entity = await find(ask, key, implied)
    instance, mode = _change(ask, entity, item.content.fields, item.public_id)
    return entity, replace(instance, identity=item.public_id, expected_version=_expected(ask, item)), mode


def prepared_after(ask: Ask, entity: InteractionEntity, created: Instance) -> tuple[Instance, Put]:
    """Return what is to be put to change an activity that is yet to be stored, and how."""
    names = entity.document["idPropertyNames"]
    if not names and created.identity is None:
        raise ApiError(501, "NotImplemented", f"A {entity.type.name} without an id cannot be changed as it is created.")
    if ask.headers.get("if-match", "*").strip() not in ("", "*"):
        raise ApiError(412, "PreconditionFailed", "What is created by the same change set has no entity tag yet.")
    instance, mode = _change(ask, entity, created.fields, created.identity)
    fields = {name: created.fields.get(name) for name in names} | instance.fields
    return replace(instance, fields=fields, identity=created.identity), mode


def _change(ask: Ask, entity: InteractionEntity, fields: Mapping[str, Any], id_: str | None) -> tuple[Instance, Put]:
    """Return what the body of a request changes of the activity with these fields and this id."""
    body = read_one(ask.data)
    if not entity.type.is_activity:
        raise immutable(entity)
    require_open(entity, now())
    identity = {name: fields.get(name) for name in entity.document["idPropertyNames"]}
    replaces = ask.method == "PUT"
    instance = instance_of(entity, _with_identity(body, identity) if replaces else body, partial=not replaces)
    problems = [
        Detail("InvalidValue", f"{name} identifies the interaction and cannot be changed.", name)
        for name, value in identity.items()
        if name in instance.fields and instance.fields[name] != value
    ]
    if instance.identity not in (None, id_):
        problems.append(Detail("InvalidValue", "InteractionId cannot be changed.", "InteractionId"))
    if problems:
        raise invalid("InvalidInstance", "The instance", problems)
    return instance, Put.REPLACE if replaces else Put.MERGE


def changed_reply(ask: Ask, placed: Placed, entity: InteractionEntity, *, typed: bool) -> Reply:
    """Return the answer to a change."""
    headers = {"ETag": etag(placed.interaction)} | skipped_header(placed)
    if ask.preferences.get("return") == "representation":
        headers |= {"Preference-Applied": "return=representation"}
        return ask.reply(one_json(ask, placed.interaction, entity, typed=typed), headers=headers)
    return Reply(None, 204, headers)


def _with_identity(body: Mapping[str, Any], identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a replacement, which need not repeat what its address says."""
    given = {name.lower() for name in body}
    return dict(body) | {name: value for name, value in identity.items() if name.lower() not in given}


def _expected(ask: Ask, item: Interaction) -> int | None:
    """Return the version that the client wants to change; 412 where it is another one."""
    match = ask.headers.get("if-match", "").strip()
    if not match or match == "*":
        return None
    if match.removeprefix("W/") != etag(item).removeprefix("W/"):
        raise ApiError(412, "PreconditionFailed", "The interaction has changed since it was read; read it again.")
    return item.version
