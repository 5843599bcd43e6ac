"""Notes: ``/notes`` (spec 7)."""

from collections.abc import Sequence
from typing import Any

from interlog.ledger import Ledger
from interlog.model.errors import Invalid, Problem, unknown_id
from interlog.model.interactions import Links
from interlog.model.notes import Note, NoteDraft, NoteKind
from interlog.model.parties import Party
from interlog.model.tenancy import Actor
from interlog.model.validation import MAX_BODY
from interlog.settings import Settings

from . import translate, wire
from .extensions import only_if_unchanged
from .html import clean_v1
from .operations import PATH_ID, Call, Kind, Param, id_param
from .paging import PAGING, page_size, page_token, place_of

_CONTENT = Param(name="content", required=True, empty=False, max_length=MAX_BODY)

LIST = (
    id_param("person_id", model="Person"),
    id_param("organization_id", model="Organization"),
    id_param("opportunity_id", model="Opportunity"),
    id_param("creator_id", model="Person"),
    *PAGING,
)
GET = (PATH_ID,)
CREATE = (
    _CONTENT,
    id_param("person_ids", model="Person", many=True),
    id_param("organization_ids", model="Organization", many=True),
    id_param("opportunity_ids", model="Opportunity", many=True),
    id_param("parent_id", model="Note"),
    Param(name="type", kind=Kind.INTEGER, choices=(0, 2)),
    id_param("creator_id", model="Person"),
    Param(name="created_at", kind=Kind.MOMENT),
)
UPDATE = (PATH_ID, _CONTENT)
DELETE = (PATH_ID,)

_PARTIES = {
    "person_id": Party.PERSON,
    "organization_id": Party.ORGANIZATION,
    "opportunity_id": Party.OPPORTUNITY,
}


async def list_(call: Call) -> dict[str, Any]:
    """``GET /notes``: newest first; always an object (spec 18, D8)."""
    given = [(party, call.args[name]) for name, party in _PARTIES.items() if name in call.args]
    problems = await _unknown(call)
    if len(given) > 1:
        problems.append(Problem("", f"At most one of {', '.join(_PARTIES)} may be given", "verbatim"))
    if problems:
        raise Invalid(*problems)
    size = page_size(call.args)
    place = place_of(call.actor.tenant, "notes", call.args, 2)
    found = await call.ledger.notes.page(
        call.actor,
        limit=size + 1,
        before=(place[0], place[1]) if place is not None else None,
        party=given[0] if given else None,
        creator=call.get("creator_id"),
    )
    following = None
    if len(found) > size:
        del found[size:]
        following = (found[-1].created_at, found[-1].id)
    return {
        "notes": await _objects(call, found),
        "next_page_token": page_token(call.actor.tenant, "notes", call.args, following),
    }


async def get(call: Call) -> wire.Note:
    """``GET /notes/{id}``."""
    return await _object(call, await call.ledger.notes.get(call.actor, call.args["id"]))


async def create(call: Call) -> wire.Note:
    """``POST /notes``: on parties, or as a reply."""
    kind = NoteKind(call.get("type", 0))
    created_at = call.get("created_at")
    draft = NoteDraft(
        content=clean_v1(call.args["content"]) if kind is NoteKind.HTML else call.args["content"],
        kind=kind,
        links=Links(
            persons=tuple(dict.fromkeys(call.get("person_ids", ()))),
            organizations=tuple(dict.fromkeys(call.get("organization_ids", ()))),
            opportunities=tuple(dict.fromkeys(call.get("opportunity_ids", ()))),
        ),
        parent=call.get("parent_id"),
        creator=call.get("creator_id"),
        created_at=created_at.instant if created_at is not None else None,
    )
    return await _object(call, await call.ledger.notes.create(call.actor, draft))


async def update(call: Call) -> wire.Note:
    """``PUT /notes/{id}``: change the text."""
    content, id_ = call.args["content"], call.args["id"]
    read = await call.ledger.notes.get(call.actor, id_)
    if read.kind is NoteKind.HTML:
        content = clean_v1(content)
    with only_if_unchanged(call) as state:
        new = await call.ledger.notes.update(call.actor, id_, content=content, expected_state=state)
    return await _object(call, new)


async def delete(call: Call) -> wire.Success:
    """``DELETE /notes/{id}``: by its author, with its replies."""
    with only_if_unchanged(call) as state:
        await call.ledger.notes.delete(call.actor, call.args["id"], expected_state=state)
    return wire.Success()


async def _unknown(call: Call) -> list[Problem]:
    """Return the problems with ids that select notes but belong to nothing."""
    ledger, actor, args = call.ledger, call.actor, call.args
    persons = [(name, args[name]) for name in ("person_id", "creator_id") if name in args]
    known = await ledger.persons.get_many(actor, [id_ for _, id_ in persons]) if persons else {}
    problems = [unknown_id(name, id_, "Person") for name, id_ in persons if id_ not in known]
    if (id_ := call.get("organization_id")) and id_ not in await ledger.organizations.get_many(actor, [id_]):
        problems.append(unknown_id("organization_id", id_, "Organization"))
    if (id_ := call.get("opportunity_id")) and id_ not in await ledger.opportunities.get_many(actor, [id_]):
        problems.append(unknown_id("opportunity_id", id_, "Opportunity"))
    return problems


async def _object(call: Call, item: Note) -> wire.Note:
    if call.extended:
        call.version = await call.ledger.notes.state(call.actor, item)
    return (await _objects(call, [item]))[0]


async def _objects(call: Call, items: Sequence[Note]) -> list[wire.Note]:
    return await shown(call.ledger, call.actor, call.settings, items)


async def shown(ledger: Ledger, actor: Actor, settings: Settings, items: Sequence[Note]) -> list[wire.Note]:
    """Return notes on the wire, without the links to whoever and whatever was deleted since (spec 3)."""
    persons = {id_ for item in items for id_ in (*item.links.persons, *item.attendees)}
    organizations = {id_ for item in items for id_ in item.links.organizations}
    opportunities = {id_ for item in items for id_ in item.links.opportunities}
    there = translate.Existing(
        await ledger.persons.get_many(actor, persons) if persons else (),
        await ledger.organizations.get_many(actor, organizations) if organizations else (),
        await ledger.opportunities.get_many(actor, opportunities) if opportunities else (),
    )
    times = translate.clock(settings.affinity_time_zone)
    return [translate.note(item, actor.tenant, there, times) for item in items]
