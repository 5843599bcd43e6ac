"""Campaigns and what they begin with; the segments of a campaign, and which of them comes first."""

from collections.abc import Sequence

from msgspec.structs import replace

from ...model.canvassing.default_survey import default_survey
from ...model.canvassing.errors import Changed
from ...model.canvassing.resources import Resource, ResourceDraft, derived_id
from ...model.canvassing.segments import DEFAULT_CRITERIA
from ...model.errors import Conflict
from ...model.journal import Action
from ...model.tenancy import Actor, Right
from ...store.database import Stale
from ...store.statements import Unit
from ...store.store import Store
from .resources import Made, Resources

_MOST_SEGMENTS = 1_000


class Campaigns:
    """Use cases around campaigns that concern more than one resource."""

    def __init__(self, store: Store, resources: Resources) -> None:
        self._database = store.database
        self._resources = resources

    async def create_with_defaults(self, actor: Actor, draft: ResourceDraft) -> Made:
        """Create a campaign together with a default survey, and a segment by which everybody is asked it."""

        async def also(unit: Unit, read: Resource | None, campaign: Resource) -> None:
            survey = derived_id(actor.tenant, "survey", "default", campaign.id)
            drafts = [
                ResourceDraft(
                    kind="surveys",
                    id=survey,
                    group=campaign.group,
                    data=default_survey(actor.tenant, survey, campaign.id),
                ),
                segment_draft(actor, campaign.id, survey, campaign.group, precedence=1),
            ]
            self._resources.add_new(actor, unit, await self._resources.drafted(actor, drafts))

        return await self._resources.create(actor, draft, also=also)

    async def create_survey_with_segment(self, actor: Actor, draft: ResourceDraft) -> Made:
        """Create a survey together with the segment by which everybody in its campaign is asked it."""
        precedence = await self.next_precedence(actor, draft.data["campaignId"])

        async def also(unit: Unit, read: Resource | None, survey: Resource) -> None:
            segment = segment_draft(actor, draft.data["campaignId"], survey.id, survey.group, precedence=precedence)
            self._resources.add_new(actor, unit, await self._resources.drafted(actor, [segment]))

        return await self._resources.create(actor, draft, also=also)

    async def delete_survey(self, actor: Actor, survey: Resource) -> Resource:
        """Delete a survey, as it was read, with the segment that was created with it."""

        async def also(unit: Unit, read: Resource | None, gone: Resource) -> None:
            ref = ("segments", _segment_id(actor, survey.owner or "", survey.id))
            for segment in (await self._resources.get_many(actor, [ref])).values():
                ended = replace(segment, deleted_at=gone.deleted_at)
                await self._resources.add_change(actor, unit, segment, ended, Action.DELETE)

        return await self._resources.delete(actor, "surveys", survey.id, expected_version=survey.version, also=also)

    async def segments(self, actor: Actor, campaign: str) -> list[Resource]:
        """Return the segments of a campaign, the first thousand by their ids."""
        return await self._resources.owned(actor, "segments", campaign, limit=_MOST_SEGMENTS)

    async def next_precedence(self, actor: Actor, campaign: str) -> int:
        """Return the precedence of a campaign's next segment: 1 for the first."""
        return 1 + max((item.data["precedence"] for item in await self.segments(actor, campaign)), default=0)

    async def swap_precedences(self, actor: Actor, first: Resource, second: Resource) -> Sequence[Resource]:
        """Give each of two segments, as they were read, the other's precedence; ``Changed`` where one has changed."""
        actor.require(Right.WRITE)
        unit = Unit()
        swapped = []
        for read, other in ((first, second), (second, first)):
            new = replace(read, data=read.data | {"precedence": other.data["precedence"]})
            swapped.append(await self._resources.add_change(actor, unit, read, new))
        try:
            await self._database.write(unit)
        except Stale:
            now = await self._resources.get_many(actor, [first.ref, second.ref])
            for read in (first, second):
                if read.ref in now and now[read.ref].version != read.version:
                    raise Changed("a segment was changed in the meantime; read it again", now[read.ref]) from None
            raise Conflict("a segment was deleted in the meantime") from None
        return swapped


def segment_draft(actor: Actor, campaign: str, survey: str, group: int, *, precedence: int) -> ResourceDraft:
    """Return the segment by which everybody in a campaign is asked a survey."""
    return ResourceDraft(
        kind="segments",
        id=_segment_id(actor, campaign, survey),
        group=group,
        data={
            "name": "Everybody",
            "campaignId": campaign,
            "surveyId": survey,
            "criteria": DEFAULT_CRITERIA,
            "precedence": precedence,
        },
    )


def _segment_id(actor: Actor, campaign: str, survey: str) -> str:
    return derived_id(actor.tenant, "segment", "default", campaign, survey)
