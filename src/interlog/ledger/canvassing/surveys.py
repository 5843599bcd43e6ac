"""Surveys by their versions: which one was current when somebody was asked."""

from typing import NamedTuple

from ...model.canvassing.resources import Resource, nil_survey
from ...model.canvassing.surveys import Responses, Survey, compiled
from ...model.errors import Problem
from ...model.tenancy import Actor
from .resources import Resources

_MOST_KNOWN = 1_000
_EVER = -(2**62)


class _Version(NamedTuple):
    since: int
    survey: Survey


class Book:
    """All versions of a survey, newest first."""

    def __init__(self, versions: list[_Version]) -> None:
        self._versions = versions

    def at(self, instant: int) -> Survey:
        """Return the version that was current then; before the first, the first."""
        for since, survey in self._versions:
            if since <= instant:
                return survey
        return self._versions[-1].survey

    def problems(self, responses: Responses, instant: int, path: str) -> list[Problem]:
        """Return what is wrong with responses of that time: nothing, if they fit any version (offline, it was late)."""
        found = self.at(instant).problems(responses, path)
        if found and any(not survey.problems(responses, path) for _, survey in self._versions):
            return []
        return found


class Books:
    """Books of surveys, each compiled once per version."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._known: dict[tuple[int, str, int], Book] = {}

    async def of(self, actor: Actor, item: Resource | None) -> Book | None:
        """Return the versions of a survey; None where nobody knows its questions yet."""
        if item is None or item.placeholder or item.id == nil_survey(actor.tenant):
            return None
        key = (actor.tenant.id, item.id, item.version)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[key] = Book(await self._versions(actor, item))
        return known

    async def _versions(self, actor: Actor, item: Resource) -> list[_Version]:
        found = [_Version(item.modified_at, compiled(item.data))]
        if item.version > 1:
            former = await self._resources.versions(actor, item.kind, item.id)
            found += [_Version(old.modified_at, compiled(old.data)) for old in former if not old.placeholder]
        return [*found[:-1], found[-1]._replace(since=_EVER)]
