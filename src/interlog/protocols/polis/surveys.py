"""Surveys: the questions of a campaign, in two forms; every version is kept (spec 4.5)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.canvassing.survey_flow import loops
from interlog.model.ids import uuid7

from . import resources, wire
from .operations import Call, Operation, Reply
from .resources import Draft, Kind, Reference, operations_of
from .shapes import MISSING, Reading, Shape, Uuid
from .survey_shapes import SurveyShape
from .survey_v2 import SecondForm, first_form, is_second_form

_FORM = "form"
"""What is kept beside the data of a survey of the second form: the survey as it was written."""


class _EitherForm(Shape):
    def read(self, value: Any, path: str, reading: Reading) -> Any:
        return (SecondForm() if is_second_form(value) else SurveyShape()).read(value, path, reading)


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    if "campaignId" in data:
        yield Reference("/campaignId", "campaigns", data["campaignId"])


def _shown(survey: Resource) -> dict[str, Any]:
    form: dict[str, Any] = survey.aside.get(_FORM, survey.data)
    return form


async def _complete(call: Call, draft: Draft) -> None:
    """Give questions ids that have none: a tag keeps its question's id. A second form is kept as it was written."""
    if draft.reading.problems:
        return
    draft.aside.pop(_FORM, None)
    if is_second_form(draft.shown):
        draft.aside[_FORM] = draft.shown
        draft.data = first_form(draft.shown)
        await _name_campaign(call, draft)
        return
    before = draft.read.data.get("questions", ()) if draft.read is not None else ()  # a placeholder has none
    known = {question["tag"]: question["questionId"] for question in before}
    for question in draft.data["questions"]:
        if "questionId" not in question:
            question["questionId"] = known.get(question["tag"]) or uuid7()


async def _name_campaign(call: Call, draft: Draft) -> None:
    """Say of a survey of the second form which campaign it is of: that which was named beside it, or was so far."""
    if "campaignId" in draft.data:
        return
    if draft.read is not None and draft.read.owner is not None:
        draft.data["campaignId"] = draft.read.owner
        return
    campaign = draft.params.get("campaignId")
    if campaign is None:
        return
    found = Uuid().read(campaign, "/params/campaignId", draft.reading)
    if found is MISSING:
        return
    if not await call.ledger.resources.get_many(call.actor, [("campaigns", found)]):
        draft.reading.wrong("/params/campaignId", "names no campaign that is there", "any.ref")
    draft.data["campaignId"] = found


async def _own(call: Call, items: Sequence[Resource]) -> dict[str, dict[str, Any]]:
    """Return what is odd about surveys, though it is allowed."""
    found = {}
    for item in items:
        warnings = [
            {"path": f"/data/questions/{place}", "message": "Its answers can lead back to it."}
            for place in loops(item.data)
        ]
        if warnings:
            found[item.id] = {"params": {"warnings": warnings}}
    return found


async def _create(call: Call, draft: ResourceDraft) -> Made:
    if _FORM in draft.aside and "campaignId" in draft.data:
        return await call.ledger.campaigns.create_survey_with_segment(call.actor, draft)
    return await call.ledger.resources.create(call.actor, draft)


async def _remove(call: Call, read: Resource) -> Resource:
    return await call.ledger.campaigns.delete_survey(call.actor, read)


KIND = Kind(
    "surveys",
    _EitherForm(),
    "4.5",
    refers=_refers,
    complete=_complete,
    own=_own,
    shown=_shown,
    create=_create,
    remove=_remove,
)


async def versions(call: Call) -> Reply:
    """``GET /v1/surveys/{id}/versions``: what the survey was before each change, newest first."""
    found = await call.ledger.resources.versions(call.actor, "surveys", call.id())
    return Reply(wire.page(await resources.present(KIND, call, found)))


OPERATIONS = (
    *operations_of(KIND),
    Operation(name="surveys.versions", method="GET", paths=("/surveys/{id}/versions",), handler=versions,
              spec="4.5", permission="read@surveys"),
)  # fmt: skip
