"""Reports over visits: doors knocked, and how questions were answered."""

from collections.abc import Sequence

from ...model.canvassing.permissions import Permit
from ...model.canvassing.reports import QuestionReport, is_written, questions_of, reported, tallied
from ...model.canvassing.resources import Resource
from ...model.canvassing.surveys import Question, compiled
from ...model.tenancy import Actor, Right
from ...store import visit_reports as rows
from ...store.store import Store
from ...store.visit_reports import Figures, Knocked, Scope
from .resources import Resources


class Reports:
    """Use cases around what visits say together. A visit that the actor may not see does not count."""

    def __init__(self, store: Store, resources: Resources) -> None:
        self._database = store.database
        self._resources = resources

    async def figures(self, actor: Actor, permit: Permit, campaigns: Sequence[str]) -> dict[str, Figures]:
        """Return the figures of campaigns; those without visits are left out."""
        actor.require(Right.READ)
        canvasser = permit.user if permit.assigned_only else None
        return await rows.figures(self._database, actor.tenant.id, actor.groups, campaigns, canvasser)

    async def doors_knocked(self, actor: Actor, permit: Permit, scope: Scope, by: str) -> list[Knocked]:
        """Return how many visits there were by ``day``, ``canvasser``, ``list`` or ``walklist``."""
        actor.require(Right.READ)
        return await rows.doors_knocked(self._database, actor.tenant.id, actor.groups, _seen(permit, scope), by)

    async def responses(self, actor: Actor, permit: Permit, scope: Scope) -> list[QuestionReport]:
        """Return how each question was answered, of a survey or of all that were asked in a campaign."""
        return (await self.answered(actor, permit, scope))[1]

    async def answered(
        self, actor: Actor, permit: Permit, scope: Scope
    ) -> tuple[dict[str, Question], list[QuestionReport]]:
        """Return the questions by their ids, as they were asked last, and how each was answered; see ``responses``."""
        actor.require(Right.READ)
        surveys = await self._surveys(actor, scope)
        questions = questions_of(compiled(item.data) for item in surveys)
        texts = [id_ for id_, question in questions.items() if is_written(question)]
        found = await rows.responses(self._database, actor.tenant.id, actor.groups, _seen(permit, scope), texts)
        return questions, reported(questions, tallied((row.question, row.fields, row.times) for row in found))

    async def _surveys(self, actor: Actor, scope: Scope) -> list[Resource]:
        """Return the surveys in a scope, first as they are now, then what they were before."""
        current: dict[str, Resource] = {}
        if scope.survey is not None:
            current = {scope.survey: await self._resources.get(actor, "surveys", scope.survey)}
        elif scope.campaign is not None:
            segments = await self._resources.owned(actor, "segments", scope.campaign)
            named = [("surveys", item.data["surveyId"]) for item in segments]
            own = await self._resources.owned(actor, "surveys", scope.campaign)
            others = await self._resources.get_many(actor, named)
            current = {item.id: item for item in (*own, *others.values())}
        former = [
            old
            for item in current.values()
            if item.version > 1
            for old in await self._resources.versions(actor, "surveys", item.id)
        ]
        return [*current.values(), *former]


def _seen(permit: Permit, scope: Scope) -> Scope:
    """Return the scope of what somebody sees who sees only his own visits."""
    return scope._replace(canvasser=permit.user) if permit.assigned_only else scope


__all__ = ["Figures", "Knocked", "Reports", "Scope"]
