"""Files: ``/entity-files`` (spec 10). They can be deleted, and lie beside interactions, by extensions (spec 19)."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from interlog.model.errors import Invalid, Problem, unknown_id
from interlog.model.files import File, Holder

from . import translate, wire
from .operations import PATH_ID, Call, Kind, Param, id_param
from .paging import PAGING, page_size, page_token, place_of

_PARTIES = {
    "person_id": (Holder.PERSON, "Person"),
    "organization_id": (Holder.ORGANIZATION, "Organization"),
    "opportunity_id": (Holder.OPPORTUNITY, "Opportunity"),
}
_HOLDERS = _PARTIES | {"interaction_id": (Holder.INTERACTION, "Interaction")}

_IDS = tuple(id_param(name, model=model) for name, (_, model) in _PARTIES.items())
_EXTENDED_IDS = tuple(id_param(name, model=model) for name, (_, model) in _HOLDERS.items())
_FILES = Param(name="files", kind=Kind.FILE, many=True)

LIST = (*_IDS, *PAGING)
LIST_EXTENDED = (*_EXTENDED_IDS, *PAGING)
GET = (PATH_ID,)
CREATE = (_FILES, *_IDS)
CREATE_EXTENDED = (_FILES, *_EXTENDED_IDS)


class Download(NamedTuple):
    """A file to be sent, and the parts of its content."""

    item: File
    parts: AsyncIterator[bytes]


async def list_(call: Call) -> dict[str, Any]:
    """``GET /entity-files``: those beside one thing, or all, in order of ids."""
    args, files = call.args, call.ledger.files
    given, problems = await _given(call)
    if len(given) > 1:
        problems.append(Problem("", f"At most one of {_names(call)} may be given", "verbatim"))
    if problems:
        raise Invalid(*problems)
    place = place_of(call.actor.tenant, "files", args, 1)
    paging = {"after": place[0] if place is not None else 0, "limit": page_size(args)}
    if given:
        found, following = await files.page_of(call.actor, _HOLDERS[given[0]][0], args[given[0]], **paging)
    else:
        found, following = await files.page(call.actor, of_interactions=call.extended, **paging)
    times = _times(call)
    return {
        "entity_files": [shown(item, times, extended=call.extended) for item in found],
        "next_page_token": page_token(
            call.actor.tenant, "files", args, (following,) if following is not None else None
        ),
    }


async def get(call: Call) -> wire.EntityFile:
    """``GET /entity-files/{id}``, and ``GET /files/{id}``."""
    return shown(await call.ledger.files.get(call.actor, call.args["id"]), _times(call), extended=call.extended)


async def download(call: Call) -> Download:
    """``GET /entity-files/download/{id}``: the content itself, without a redirection."""
    return Download(*await call.ledger.files.open(call.actor, call.args["id"]))


async def create(call: Call) -> dict[str, Any]:
    """``POST /entity-files``: one file or several beside exactly one thing; all of them, or none."""
    uploads = call.get("files", [])
    given, problems = await _given(call)
    if len(given) != 1:
        problems.append(Problem("", f"Exactly one of {_names(call)} must be given, not {len(given)}", "verbatim"))
        problems += [] if uploads else [Problem("files", "is required", "missing")]
        raise Invalid(*problems)
    items = await call.ledger.files.create(call.actor, _HOLDERS[given[0]][0], call.args[given[0]], uploads)
    answer: dict[str, Any] = {"success": True}
    if call.extended:
        answer["entity_files"] = [shown(item, _times(call), extended=True) for item in items]
    return answer


async def delete(call: Call) -> wire.Success:
    """``DELETE /entity-files/{id}``, which the vendor lacks."""
    await call.ledger.files.delete(call.actor, call.args["id"])
    return wire.Success()


def shown(item: File, times: translate.Clock, *, extended: bool = False) -> wire.EntityFile:
    """Return a file on the wire."""
    ids = {name: item.holder if item.holder_kind is kind else None for name, (kind, _) in _PARTIES.items()}
    common: dict[str, Any] = {
        "id": item.id,
        "name": item.name,
        "size": item.size,
        **ids,
        "uploader_id": item.uploader,
        "created_at": times.text(item.created_at),
    }
    if not extended:
        return wire.EntityFile(**common)
    number = item.holder if item.holder_kind is Holder.INTERACTION else None
    return wire.ExtendedFile(**common, x_interaction_id=number, x_content_type=item.media_type)


async def _given(call: Call) -> tuple[list[str], list[Problem]]:
    """Return the names of ids that are given of what files lie beside, and what is wrong with these ids."""
    given = [name for name in _HOLDERS if name in call.args]
    there = await call.ledger.files.there(call.actor, [(_HOLDERS[name][0], call.args[name]) for name in given])
    problems = [
        unknown_id(name, call.args[name], _HOLDERS[name][1])
        for name in given
        if (_HOLDERS[name][0], call.args[name]) not in there
    ]
    return given, problems


def _names(call: Call) -> str:
    return ", ".join(_HOLDERS if call.extended else _PARTIES)


def _times(call: Call) -> translate.Clock:
    return translate.clock(call.settings.affinity_time_zone)
