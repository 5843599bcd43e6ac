"""Notes: ``/v2/notes`` (spec 14.3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound, Problem, unknown_id
from interlog.model.instants import parse_moment
from interlog.model.interactions import Links
from interlog.model.notes import Note, NoteDraft, NoteKind
from interlog.model.parties import Party
from interlog.model.validation import MAX_BODY

from ..html import problems_v2, with_rel
from ..operations import PATH_ID, Call, Kind, Param
from ..translate import code_of
from . import filters, properties, translate, wire
from .bodies import id_in, id_of
from .includes import INCLUDES, included
from .paging import MAX_LIMIT, PAGING, first_args, page

_DEFAULT_LIMIT = 20
_PREVIEWS = ("companiesPreview", "personsPreview", "opportunitiesPreview", "repliesCount")
_PARTIES = tuple(Param(name=name, kind=Kind.OBJECT) for name in ("persons", "companies", "opportunities"))

_TOTAL_COUNT = Param(name="totalCount", kind=Kind.FLAG)

LIST = (filters.FILTER, INCLUDES, _TOTAL_COUNT, *PAGING)
OF_PARTY = (PATH_ID, *LIST)
GET = (PATH_ID, INCLUDES)
REPLIES = (PATH_ID, filters.FILTER, _TOTAL_COUNT, *PAGING)
ATTACHED = (PATH_ID, _TOTAL_COUNT, *PAGING)
CREATE = (
    Param(name="type", required=True, empty=False, max_length=50),
    Param(name="content", kind=Kind.OBJECT, required=True),
    *_PARTIES,
    Param(name="interaction", kind=Kind.OBJECT),
    Param(name="parent", kind=Kind.OBJECT),
    Param(name="creator", kind=Kind.OBJECT),
    Param(name="createdAt", max_length=50),
)
UPDATE = (PATH_ID, Param(name="content", kind=Kind.OBJECT), *_PARTIES)
DELETE = (PATH_ID,)

_KINDS = {name: code for code, name in translate.INTERACTION_KINDS.items() if name != "email"}


async def list_(call: Call) -> dict[str, Any]:
    """``GET /v2/notes``: without replies, newest first."""
    return await _page(call, properties.NOTES)


def of_party(party: Party) -> Any:
    """Return the handler that lists the notes of a person, a company or an opportunity."""

    async def list_of(call: Call) -> dict[str, Any]:
        id_ = call.args["id"]
        if party is Party.PERSON:
            await call.ledger.persons.get(call.actor, id_)
        elif party is Party.ORGANIZATION:
            await call.ledger.organizations.get(call.actor, id_)
        else:
            await call.ledger.opportunities.get(call.actor, id_)
        return await _page(call, properties.ATTACHED_NOTES, party=(party, id_))

    return list_of


async def get(call: Call) -> dict[str, Any]:
    """``GET /v2/notes/{id}``."""
    item = await call.ledger.notes.get(call.actor, call.args["id"])
    return (await _objects(call, [item], included(call.args, _PREVIEWS)))[0]


async def replies(call: Call) -> dict[str, Any]:
    """``GET /v2/notes/{id}/replies``."""
    item = await call.ledger.notes.get(call.actor, call.args["id"])
    return await _page(call, properties.ATTACHED_NOTES, parent=item.id)


async def attached_persons(call: Call) -> dict[str, Any]:
    """``GET /v2/notes/{id}/attached-persons``."""
    item = await call.ledger.notes.get(call.actor, call.args["id"])
    found = await call.ledger.persons.get_many(call.actor, item.links.persons)
    return _attached(call, [translate.person_data(found[id_]) for id_ in item.links.persons if id_ in found])


async def attached_companies(call: Call) -> dict[str, Any]:
    """``GET /v2/notes/{id}/attached-companies``."""
    item = await call.ledger.notes.get(call.actor, call.args["id"])
    found = await call.ledger.organizations.get_many(call.actor, item.links.organizations)
    return _attached(call, [translate.company_data(found[id_]) for id_ in item.links.organizations if id_ in found])


async def attached_opportunities(call: Call) -> dict[str, Any]:
    """``GET /v2/notes/{id}/attached-opportunities``."""
    item = await call.ledger.notes.get(call.actor, call.args["id"])
    found = await call.ledger.opportunities.get_many(call.actor, item.links.opportunities)
    names = {list_.id: list_.name for list_ in await call.ledger.opportunities.lists(call.actor)}
    return _attached(
        call, [translate.opportunity(found[id_], names) for id_ in item.links.opportunities if id_ in found]
    )


async def create(call: Call) -> dict[str, Any]:
    """``POST /v2/notes``: on parties, on an interaction, or as a reply."""
    problems: list[Problem] = []
    kind = call.args["type"]
    if kind not in ("entities", "interaction", "user-reply"):
        problems.append(Problem("type", "must be entities, interaction or user-reply", "choice"))
    content = _html(call.args["content"], problems)
    sound = len(problems)
    links = _links(call.args, problems) or Links()
    if kind == "entities" and not links and len(problems) == sound:
        problems.append(Problem("persons", "or companies or opportunities must name at least one", "missing"))
    interaction = await _interaction(call, problems) if kind == "interaction" else None
    parent = id_in(call.args, "parent", problems, required=True) if kind == "user-reply" else None
    creator = id_in(call.args, "creator", problems)
    created_at = None
    if "createdAt" in call.args:
        created_at = parse_moment(call.args["createdAt"])
        if created_at is None:
            problems.append(Problem("createdAt", "must be an ISO 8601 date and time", "type"))
    if problems:
        raise Invalid(*problems)
    item = await call.ledger.notes.create(
        call.actor,
        NoteDraft(
            content=content,
            kind=NoteKind.HTML,
            links=Links() if parent is not None else links,
            interaction=interaction,
            parent=parent,
            creator=creator,
            created_at=created_at.instant if created_at is not None else None,
        ),
    )
    return (await _objects(call, [item], ()))[0]


async def update(call: Call) -> None:
    """``POST /v2/notes/{id}``: by its author; lists replace the ones stored."""
    item = await _own(call)
    problems: list[Problem] = []
    content = _html(call.args["content"], problems) if "content" in call.args else None
    links = _links(call.args, problems, item.links)
    if links is not None and item.parent is not None:
        problems.append(Problem("persons", "cannot be set on a reply"))
    if problems:
        raise Invalid(*problems)
    await call.ledger.notes.update(
        call.actor, item.id, content=content, kind=NoteKind.HTML if content is not None else None, links=links
    )


async def delete(call: Call) -> None:
    """``DELETE /v2/notes/{id}``: by its author, with its replies."""
    await call.ledger.notes.delete(call.actor, call.args["id"])


async def _own(call: Call) -> Note:
    item = await call.ledger.notes.get(call.actor, call.args["id"])
    if item.creator != call.actor.person_id:
        raise Forbidden("only the author may change a note")
    return item


async def _page(call: Call, known: Mapping[str, filters.Property], **of: Any) -> dict[str, Any]:
    args, place = first_args(call)
    limit = args.get("limit", _DEFAULT_LIMIT)
    condition = filters.filter_of(args.get("filter", ""), known)
    before = (place[0], place[1]) if place is not None else None
    items = await call.ledger.notes.page(
        call.actor, limit=limit + 1, before=before, condition=condition, roots=not of, **of
    )
    following = (items[limit - 1].created_at, items[limit - 1].id) if len(items) > limit else None
    shown = await _objects(call, items[:limit], included(args, _PREVIEWS))
    more = {}
    if args.get("totalCount"):
        more["totalCount"] = await call.ledger.notes.count(call.actor, condition=condition, **of)
    return page(call, args, shown, following, **more)


def _attached(call: Call, items: Sequence[Any]) -> dict[str, Any]:
    args, place = first_args(call)
    start, limit = place[0] if place else 0, args.get("limit", MAX_LIMIT)
    following = (start + limit,) if len(items) > start + limit else None
    more = {"totalCount": len(items)} if args.get("totalCount") else {}
    return page(call, args, items[start : start + limit], following, **more)


async def _objects(call: Call, items: Sequence[Note], includes: Sequence[str]) -> list[dict[str, Any]]:
    """Return notes on the wire; each person and company in them is fetched once."""
    roots = [item for item in items if item.parent is None]
    ids = {item.creator for item in items if item.creator is not None}
    if "personsPreview" in includes:
        ids |= {id_ for item in roots for id_ in item.links.persons}
    people = await call.ledger.persons.get_many(call.actor, ids) if ids else {}
    shown = [translate.note(item, call.actor.tenant, people) for item in items]
    by_id = {item["id"]: item for item in shown}
    if "personsPreview" in includes:
        for item in roots:
            found = [translate.person_data(people[id_]) for id_ in item.links.persons if id_ in people]
            by_id[item.id]["personsPreview"] = _preview(found)
    if "companiesPreview" in includes:
        wanted = {id_ for item in roots for id_ in item.links.organizations}
        companies = await call.ledger.organizations.get_many(call.actor, wanted) if wanted else {}
        for item in roots:
            listed = [companies[id_] for id_ in item.links.organizations if id_ in companies]
            by_id[item.id]["companiesPreview"] = _preview([translate.company_data(c) for c in listed])
    if "opportunitiesPreview" in includes:
        wanted = {id_ for item in roots for id_ in item.links.opportunities}
        opportunities = await call.ledger.opportunities.get_many(call.actor, wanted) if wanted else {}
        for item in roots:
            named = [opportunities[id_] for id_ in item.links.opportunities if id_ in opportunities]
            by_id[item.id]["opportunitiesPreview"] = _preview([{"id": o.id, "name": o.name} for o in named])
    if "repliesCount" in includes:
        counts = await call.ledger.notes.reply_counts(call.actor, [item.id for item in roots])
        for item in roots:
            by_id[item.id]["repliesCount"] = counts.get(item.id, 0)
    return shown


def _preview(items: list[Any]) -> wire.Preview:
    return wire.Preview(items[: translate.PREVIEWED], len(items))


def _html(content: Any, problems: list[Problem]) -> str:
    text = content.get("html") if isinstance(content, dict) else None
    if not isinstance(text, str) or not text.strip():
        problems.append(Problem("content.html", "is required", "missing"))
        return ""
    if len(text) > MAX_BODY:
        problems.append(Problem("content.html", f"must not be longer than {MAX_BODY} characters", "too_long"))
        return ""
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        problems.append(Problem("content.html", "holds characters that cannot be stored"))
        return ""
    problems.extend(Problem("content.html", message) for message in problems_v2(text))
    return with_rel(text)


def _links(args: Mapping[str, Any], problems: list[Problem], stored: Links | None = None) -> Links | None:
    """Return what the note shall be attached to: lists sent replace those stored; None where none was sent."""
    if not any(name in args for name in ("persons", "companies", "opportunities")):
        return None
    stored = stored or Links()
    return Links(
        persons=_ids_in(args, "persons", problems, stored.persons),
        organizations=_ids_in(args, "companies", problems, stored.organizations),
        opportunities=_ids_in(args, "opportunities", problems, stored.opportunities),
    )


def _ids_in(args: Mapping[str, Any], name: str, problems: list[Problem], stored: tuple[int, ...]) -> tuple[int, ...]:
    if name not in args:
        return stored
    value = args[name]
    if not isinstance(value, list) or len(value) > MAX_LIMIT:
        problems.append(Problem(name, f"must be a list of at most {MAX_LIMIT} objects with an id", "type"))
        return ()
    ids = [id_of(item, f"{name}[{i}]", problems) for i, item in enumerate(value)]
    return tuple(dict.fromkeys(id_ for id_ in ids if id_ is not None))


async def _interaction(call: Call, problems: list[Problem]) -> int | None:
    """Return the interaction that the note shall be the text of."""
    id_ = id_in(call.args, "interaction", problems, required=True)
    value = call.args.get("interaction")
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        problems.append(Problem("interaction.type", f"must be one of {', '.join(_KINDS)}", "choice"))
        return None
    if id_ is None:
        return None
    try:
        item = await call.ledger.interactions.get(call.actor, id_)
    except NotFound:
        item = None
    if item is None or code_of(call.actor.tenant.types_by_id[item.type_id]) != _KINDS[kind]:
        problems.append(unknown_id("interaction.id", id_, kind))
        return None
    if item.note_id is not None:
        raise Conflict(f"the interaction has a note already: note {item.note_id}", existing=item.note_id)
    return id_
