"""Notes by their words: ``/v2/notes/search`` (spec 14.3)."""

from typing import Any

from interlog.ledger.found_notes import FoundNote
from interlog.model.errors import Invalid, Problem, unknown_id
from interlog.model.searching import passage

from ..operations import Call, Kind, Param, id_param
from ..translate import CALL_CODE, CHAT_CODE, EMAIL_CODE, MEETING_CODE, code_of
from .paging import MAX_LIMIT

_DEFAULT_LIMIT = 20
_SHORTEST = 3
_SHOWN = 2_000
"""Characters of a passage."""

_KINDS = {MEETING_CODE: "meeting-note", CALL_CODE: "meeting-note", CHAT_CODE: "chat-message-note",
          EMAIL_CODE: "email-note"}  # fmt: skip

SEARCH = (
    Param(name="prompt", required=True, max_length=500),
    id_param("noteIds", model="Note", many=True),
    id_param("companyId", model="Organization"),
    Param(name="limit", kind=Kind.INTEGER, minimum=1, maximum=MAX_LIMIT),
)


async def search(call: Call) -> dict[str, Any]:
    """``POST /v2/notes/search``: those that have all the words, of a company, or among some."""
    args = call.args
    problems: list[Problem] = []
    if len(args["prompt"].strip()) < _SHORTEST:
        problems.append(Problem("prompt", f"must have at least {_SHORTEST} characters", "range"))
    if "noteIds" in args and "companyId" in args:
        problems.append(Problem("companyId", "cannot be given together with noteIds"))
    elif "companyId" in args:
        company = args["companyId"]
        if company not in await call.ledger.organizations.get_many(call.actor, [company]):
            problems.append(unknown_id("companyId", company, "company"))
    if len(args.get("noteIds", ())) > MAX_LIMIT:
        problems.append(Problem("noteIds", f"must not be more than {MAX_LIMIT}", "too_long"))
    if problems:
        raise Invalid(*problems)
    found = await call.ledger.found_notes.search(
        call.actor,
        args["prompt"],
        limit=args.get("limit", _DEFAULT_LIMIT),
        among=args.get("noteIds"),
        organization=args.get("companyId"),
    )
    return {"data": [_shown(call, item) for item in found]}


def _shown(call: Call, item: FoundNote) -> dict[str, Any]:
    note, kind = item.note, "note"
    if note.interaction_type_id is not None and note.parent is None:
        code = code_of(call.actor.tenant.types_by_id[note.interaction_type_id])
        kind = _KINDS[code] if code is not None else kind
    preview = "".join(piece.text for piece in passage(item.text, item.terms, _SHOWN))
    return {"note": {"id": note.id, "kind": kind}, "preview": preview}
