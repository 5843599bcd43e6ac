"""The data plane: which handler an address means, in whatever casing, and the operations for the route table.

Addresses of OData hold keys between parentheses, so that the routes of this plane take a whole path each, and what it
means is found here.
"""

from collections.abc import Sequence

import falcon
from msgspec.structs import replace

from interlog.model.errors import InterlogError
from interlog.model.tenancy import Right

from . import (
    batch,
    change_sets,
    instances,
    jobs,
    profile_reading,
    profiles,
    reading,
    rejects,
    relationships,
    single,
    uploads,
)
from .asks import Ask
from .auth import check_right
from .batch import Part
from .bodies import MAX_BYTES
from .creating import create
from .entities import InteractionEntity, ProfileEntity
from .errors import ApiError, answer, not_found
from .ids import Key, Segment
from .metadata import csdl_json, csdl_xml, service_document
from .operations import JSON, Call, Operation, Reply
from .replay import replay
from .requests import read_bytes
from .routing import REST

MAX_BATCH = 4 * MAX_BYTES
_NO_JSON = frozenset({"application/xml", "text/xml", "text/html", "text/csv",
                      "application/atom+xml"})  # fmt: skip
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


async def handle(call: Call) -> Reply:
    """Answer a request of the data plane."""
    headers = {name.lower(): value for name, value in call.request.headers.items()}
    data = await read_bytes(call) if call.request.method in ("POST", "PUT", "PATCH") else b""
    ask = Ask(
        replace(call.actor, request_id=call.request.scope.get("interlog.request_id")),
        call.ledger,
        call.settings,
        call.request.method if call.request.method != "HEAD" else "GET",
        "/".join(call.request.path.split("/")[4:]),  # behind /hubs/{hub}/data/
        call.query,
        headers,
        data,
        f"{call.base}/hubs/{call.hub}/data",
        call.permissions,
    )
    return await dispatch(ask)


async def dispatch(ask: Ask) -> Reply:
    """Find what an address means, and answer."""
    ask = _overridden(ask)
    if ask.method not in _METHODS:
        raise falcon.HTTPMethodNotAllowed(_METHODS)
    segments = ask.segments
    if [segment.name.lower() for segment in segments] == ["$batch"]:
        return await _batch(ask)
    _require_right(ask)
    if not segments:
        return _read_only(ask, ask.reply(service_document(ask.hub.catalog, ask.root)))
    first, rest = segments[0], segments[1:]
    name = first.name.lower()
    if name == "$metadata" and not rest:
        return _read_only(ask, _metadata(ask))
    if name not in ("blobingestionjobs", "$uploads"):
        _require_json(ask)
    if name == "$rejects":
        return await _rejects(ask, first, rest)
    if name == "$uploads" and not rest:
        return await _uploads(ask, first)
    if name in ("kpis", "segments"):
        raise ApiError(501, "NotImplemented", f"{first.name} are not computed here.")
    if name == "blobingestionjobs" and not rest:
        return await _jobs(ask, first)
    if name in relationships.SET_NAMES and not rest and first.key is None:
        return await _relationships(ask)
    if name == instances.ALL_SET.lower():
        return await _of_interactions(ask, None, first.key, rest)
    entity = ask.hub.of_set(first.name)
    if entity is None:
        raise not_found(f"entity set '{first.name[:128]}'")
    if isinstance(entity, ProfileEntity):
        return await _of_profiles(ask, entity, first.key, rest)
    return await _of_interactions(ask, entity, first.key, rest)


def _overridden(ask: Ask) -> Ask:
    """Return a request with the method that a header says it has."""
    override = ask.headers.get("x-http-method", ask.headers.get("x-http-method-override", "")).strip().upper()
    if override and ask.method == "POST":
        return replace(ask, method="PATCH" if override == "MERGE" else override)
    return ask


def _require_right(ask: Ask) -> None:
    check_right(ask.actor, ask.permissions, Right.READ if ask.method == "GET" else Right.WRITE)


def _require_json(ask: Ask) -> None:
    media_type = ask.headers.get("content-type", "").partition(";")[0].strip().lower()
    if ask.data.strip() and (media_type in _NO_JSON or media_type.startswith("multipart/")):
        raise falcon.HTTPUnsupportedMediaType(description=f"The body must be JSON, not {media_type}")


def _read_only(ask: Ask, reply: Reply) -> Reply:
    if ask.method != "GET":
        raise _not_allowed("GET")
    return reply


def _not_allowed(*methods: str) -> falcon.HTTPMethodNotAllowed:
    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)
    return falcon.HTTPMethodNotAllowed(sorted(allowed), description="The resource does not have this method")


def _metadata(ask: Ask) -> Reply:
    catalog = ask.hub.catalog
    if ask.wants_json_metadata:
        return Reply(csdl_json(catalog), content_type=JSON)
    return Reply(csdl_xml(catalog), content_type="application/xml; charset=utf-8")


async def _of_interactions(
    ask: Ask, entity: InteractionEntity | None, key: Key | None, rest: Sequence[Segment]
) -> Reply:
    tail = [segment.name.lower() for segment in rest]
    if key is None:
        if not rest:
            match ask.method:
                case "GET":
                    return await reading.interactions(ask, entity)
                case "POST":
                    return await create(ask, entity)
            raise _not_allowed("GET", "POST")
        if tail == ["$count"]:
            _require_get(ask)
            return await reading.count(ask, entity)
    elif not rest:
        match ask.method:
            case "GET":
                return await single.interaction(ask, key, entity)
            case "PATCH" | "PUT":
                return await instances.change(ask, key, entity)
        raise _not_allowed("GET", "PATCH", "PUT")
    elif tail == ["participants"]:
        _require_get(ask)
        return await reading.participants(ask, key, entity)
    elif (name := _property(rest)) is not None:
        _require_get(ask)
        return await single.property_of(ask, key, entity, name, raw=len(rest) > 1)
    raise not_found(f"resource '{ask.path[:200]}'")


async def _of_profiles(ask: Ask, entity: ProfileEntity, key: Key | None, rest: Sequence[Segment]) -> Reply:
    tail = [segment.name.lower() for segment in rest]
    if key is None:
        if not rest:
            match ask.method:
                case "GET":
                    return await profile_reading.profiles(ask, entity)
                case "POST":
                    return await profiles.create(ask, entity)
            raise _not_allowed("GET", "POST")
        if tail == ["$count"]:
            _require_get(ask)
            return await profile_reading.count_profiles(ask, entity)
    elif not rest:
        match ask.method:
            case "GET":
                return await single.profile(ask, key, entity)
            case "PATCH":
                return await profiles.change(ask, key, entity)
        raise _not_allowed("GET", "PATCH")
    elif tail[0] == "interactions" and rest[0].key is None:
        profile = await profiles.find(ask, key, entity)
        if len(tail) == 1:
            _require_get(ask)
            return await reading.interactions(ask, None, of=(entity, profile))
        if tail == ["interactions", "$count"]:
            _require_get(ask)
            return await reading.count(ask, None, of=(entity, profile))
    elif tail == ["relationships"]:
        _require_get(ask)
        return await relationships.of_profile(ask, await profiles.find(ask, key, entity), entity)
    elif tail[0] == "kpis":
        raise ApiError(501, "NotImplemented", "KPIs are not computed here.")
    elif (name := _property(rest)) is not None:
        _require_get(ask)
        return await single.property_of(ask, key, entity, name, raw=len(rest) > 1)
    raise not_found(f"resource '{ask.path[:200]}'")


def _property(rest: Sequence[Segment]) -> str | None:
    """Return the property that is asked for: ``/Minutes`` or ``/Minutes/$value``."""
    tail = [segment.name.lower() for segment in rest[1:]]
    plain = all(segment.key is None for segment in rest) and not rest[0].name.startswith("$")
    return rest[0].name if plain and tail in ([], ["$value"]) else None


def _require_get(ask: Ask) -> None:
    if ask.method != "GET":
        raise _not_allowed("GET")


async def _relationships(ask: Ask) -> Reply:
    match ask.method:
        case "GET":
            return await relationships.listed(ask)
        case "POST":
            return await relationships.create(ask)
        case "DELETE":
            return await relationships.delete(ask)
    raise _not_allowed("GET", "POST")


async def _jobs(ask: Ask, segment: Segment) -> Reply:
    if segment.key is None:
        match ask.method:
            case "GET":
                return await jobs.listed(ask)
            case "POST":
                return await jobs.create(ask)
        raise _not_allowed("GET", "POST")
    _require_get(ask)
    return await jobs.get(ask, _text_of(segment.key))


async def _rejects(ask: Ask, segment: Segment, rest: Sequence[Segment]) -> Reply:
    if segment.key is None and not rest:
        _require_get(ask)
        return await rejects.listed(ask)
    if segment.key is not None and not rest:
        _require_get(ask)
        return await rejects.get(ask, _text_of(segment.key))
    if segment.key is not None and [part.name.lower() for part in rest] == ["replay"]:
        if ask.method != "POST":
            raise _not_allowed("POST")
        return await replay(ask, _text_of(segment.key))
    raise not_found(f"resource '{ask.path[:200]}'")


async def _uploads(ask: Ask, segment: Segment) -> Reply:
    match ask.method, segment.key:
        case "GET", None:
            return await uploads.listed(ask)
        case "POST", None:
            return await uploads.create(ask)
        case _, None:
            raise _not_allowed("GET", "POST")
        case "GET", key:
            return await uploads.get(ask, _text_of(key))
        case "DELETE", key:
            return await uploads.delete(ask, _text_of(key))
    raise _not_allowed("GET", "DELETE")


def _text_of(key: Key) -> str:
    return key if isinstance(key, str) else ",".join(str(value) for value in key.values())


# Batches


async def _batch(ask: Ask) -> Reply:
    if ask.method != "POST":
        raise _not_allowed("POST")
    content_type = ask.headers.get("content-type", "")
    is_multipart = content_type.lower().startswith("multipart/mixed")
    if not is_multipart and "json" not in content_type.lower():
        raise falcon.HTTPUnsupportedMediaType(description="A batch is multipart/mixed or application/json")
    parts = batch.read_multipart(ask.data, content_type) if is_multipart else batch.read_json(ask.data)
    go_on = ask.preferences.get("continue-on-error", "false").lower() in ("", "true")

    async def run(part: Part) -> Reply:
        return await _run(ask, part)

    async def run_all(group: Sequence[Part]) -> list[Reply]:
        return await _run_all(ask, group)

    answers = await batch.perform(parts, run, run_all, go_on=go_on)
    return batch.write_multipart(answers) if is_multipart else batch.write_json(answers)


async def _run(ask: Ask, part: Part) -> Reply:
    inner = ask.inner(part.method, part.url, part.headers, part.body)
    try:
        if inner.path.lower().strip("/") == "$batch":
            raise ApiError(400, "InvalidRequestContent", "A batch must not hold another one.")
        return await dispatch(inner)
    except (InterlogError, falcon.HTTPError) as error:
        return _refusal(error)


async def _run_all(ask: Ask, group: Sequence[Part]) -> list[Reply]:
    """Run a change set: all of its requests, or none."""
    plans: list[change_sets.Planned] = []
    named: dict[str, change_sets.Planned] = {}
    outcomes: list[Reply | Exception] = [change_sets.withheld() for _ in group]
    for place, part in enumerate(group):
        inner = _overridden(ask.inner(part.method, part.url, part.headers, part.body))
        try:
            _require_right(inner)
            _require_json(inner)
            before = named.get(batch.reference_of(part) or "")
            plan = await change_sets.planned(inner) if before is None else change_sets.planned_change(inner, before)
            plans.append(plan)
            if part.id is not None:
                named[part.id] = plan
        except (InterlogError, falcon.HTTPError) as error:
            outcomes[place] = error
    if len(plans) == len(group):
        try:
            outcomes = list(await change_sets.perform(ask, plans))
        except InterlogError as error:
            outcomes = [error for _ in group]
    return [outcome if isinstance(outcome, Reply) else _refusal(outcome) for outcome in outcomes]


def _refusal(error: Exception) -> Reply:
    status, body, headers = answer(error)
    return Reply(body, status, dict(headers))


_ANY = "§/" + REST


def _operation(name: str, method: str, *paths: str, spec: str) -> Operation:
    right = Right.READ if method == "GET" else Right.WRITE
    return Operation(name=name, method=method, paths=paths, handler=handle, spec=spec, right=right, max_body=MAX_BYTES)


OPERATIONS = (
    _operation("data.service", "GET", "§", spec="6.1"),
    _operation("data.metadata", "GET", "§/$metadata", spec="6.1, 6.2"),
    Operation(
        name="data.batch",
        method="POST",
        paths=("§/$batch",),
        handler=handle,
        spec="6.1",
        max_body=MAX_BATCH,
        is_envelope=True,
    ),
    _operation("instances.list", "GET", "§/Interactions", spec="6.5"),
    _operation("instances.create", "POST", "§/Interactions", spec="6.3, 6.4"),
    _operation("relationshipInstances.list", "GET", "§/Relationships", "§/Relationship", spec="6.1"),
    _operation("relationshipInstances.create", "POST", "§/Relationships", "§/Relationship", spec="6.1"),
    _operation("ingestionJobs.list", "GET", "§/BlobIngestionJobs", spec="6.8"),
    _operation("ingestionJobs.create", "POST", "§/BlobIngestionJobs", spec="6.8"),
    _operation("uploads.list", "GET", "§/$uploads", spec="6.8"),
    _operation("uploads.create", "POST", "§/$uploads", spec="6.8"),
    _operation("rejects.list", "GET", "§/$rejects", spec="9.2"),
    _operation("entities.read", "GET", _ANY, spec="6.1, 6.5"),
    _operation("entities.create", "POST", _ANY, spec="6.3, 6.4, 6.7"),
    _operation("entities.replace", "PUT", _ANY, spec="6.1"),
    _operation("entities.change", "PATCH", _ANY, spec="6.1, 6.7"),
    _operation("entities.delete", "DELETE", _ANY, spec="6.1"),
)
"""The operations of this plane. Those of *entities* are found by entity set, key and what follows it (spec 6.1)."""
