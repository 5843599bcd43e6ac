"""Segments: which survey is asked of which contact of a campaign (spec 4.6)."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from interlog.model.canvassing.segments import OPERATORS, winner

from . import resources, surveys
from .errors import PolisError, not_found, outdated, problem
from .operations import Body, Call, Operation, Reply
from .profiles import stored_pointer
from .resources import Draft, Kind, Reference, operations_of
from .shapes import Anything, Many, Number, Reading, Text, Thing, Uuid

_SCALARS = (str, int, float, bool)


def _is_value(value: Any) -> bool:
    items = value if isinstance(value, list) else [value]
    return all(isinstance(item, _SCALARS) for item in items)


SHAPE = Thing(
    {
        "name": Text(longest=256, empty=False),
        "campaignId": Uuid(),
        "surveyId": Uuid(),
        "criteria": Thing(
            {
                "filter": Text(choices=("any", "all")),
                "clauses": Many(
                    Thing(
                        {
                            "source": Text(longest=512, empty=False),
                            "operator": Text(choices=OPERATORS),
                            "value": Anything(_is_value, "a string, a number, true, false, or an array of these"),
                        },
                        required=("source", "operator", "value"),
                    ),
                    least=1,
                    most=100,
                ),
            },
            required=("filter", "clauses"),
        ),
        "precedence": Number(least=0, whole=True),
        "description": Text(longest=2048),
    },
    required=("name", "campaignId", "surveyId", "criteria"),
)


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    for member, kind in (("campaignId", "campaigns"), ("surveyId", "surveys")):
        if member in data:
            yield Reference(f"/{member}", kind, data[member])


async def _complete(call: Call, draft: Draft) -> None:
    """Give a segment the next precedence of its campaign where it has none."""
    for place, clause in enumerate(draft.data.get("criteria", {}).get("clauses", ())):
        if clause.get("operator") == "in" and not isinstance(clause.get("value"), list):
            draft.wrong(f"/criteria/clauses/{place}/value", "must be an array for the operator in", "array.base")
    if draft.reading.problems or "precedence" in draft.data:
        return
    if draft.read is not None and draft.read.data.get("campaignId") == draft.data["campaignId"]:
        draft.data["precedence"] = draft.read.data["precedence"]
    else:
        draft.data["precedence"] = await call.ledger.campaigns.next_precedence(call.actor, draft.data["campaignId"])


KIND = Kind("segments", SHAPE, "4.6", refers=_refers, complete=_complete)

_SWAP = Thing(
    {"segments": Many(Thing({"id": Uuid(), "etag": Text()}, required=("id", "etag")), least=2, most=2)},
    required=("segments",),
)


async def swap(call: Call) -> Reply:
    """``POST /v1/segments/swap-precedences``: answers with a bare array of the two."""
    reading = Reading()
    wanted = Thing({"data": _SWAP}, required=("data",)).read(call.body, "", reading)
    reading.check()
    named = wanted["data"]["segments"]
    refs = [("segments", row["id"]) for row in named]
    found = await call.ledger.resources.get_many(call.actor, refs)
    for place, ref in enumerate(refs):
        if ref not in found:
            reading.wrong(f"/data/segments/{place}/id", "names no segment that is there", "any.ref")
    reading.check()
    reads = [found[ref] for ref in refs]
    if reads[0].id == reads[1].id or reads[0].owner != reads[1].owner:
        raise problem("/data/segments/1/id", "any.ref", "must be another segment of the same campaign")
    for row, read in zip(named, reads, strict=True):
        current = resources.etag_of(KIND, call, read)
        if row["etag"] != current:
            raise outdated(current)
    swapped = await resources.told(KIND, call, call.ledger.campaigns.swap_precedences(call.actor, reads[0], reads[1]))
    return Reply(await resources.present(KIND, call, swapped))


async def survey_for(call: Call) -> Reply:
    """``GET /v1/campaigns/{id}/contacts/{contact}/survey``: the survey to ask; 404 where no segment matches."""
    refs = [("campaigns", call.id()), ("contacts", call.id("contact"))]
    found = await call.ledger.resources.get_many(call.actor, refs)
    if len(found) < len(refs):
        raise not_found("campaign" if refs[0] not in found else "contact")
    await call.ledger.assignments.require(call.actor, call.permit, found[refs[1]])
    segments = [item.data for item in await call.ledger.campaigns.segments(call.actor, call.id())]
    segment = winner(segments, found[refs[1]].data, partial(stored_pointer, call.version))
    if segment is None:
        raise PolisError(404, "NotFoundError", "No segment of the campaign matches the contact.")
    survey = await call.ledger.resources.get(call.actor, "surveys", segment["surveyId"])
    return await resources.shown_one(surveys.KIND, call, survey)


OPERATIONS = (
    *operations_of(KIND),
    Operation(name="segments.swap_precedences", method="POST", paths=("/segments/swap-precedences",), handler=swap,
              spec="4.6", permission="modify@segments", body=Body.OBJECT),
    Operation(name="campaigns.survey_for", method="GET", paths=("/campaigns/{id}/contacts/{contact}/survey",),
              handler=survey_for, spec="4.6", permission="read@surveys"),
)  # fmt: skip
