"""Logging together what an actor asks for one by one: requests that arrive at the same moment cost far less as one.

Looking participants up, checking, numbering and handing over to the writer have a price of their own, whether for one
interaction or for a hundred; under load it is most of what a single one costs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from ..model.errors import InterlogError, Unavailable
from ..model.interactions import Draft
from ..model.tenancy import Actor

Given = TypeVar("Given")
Outcome = TypeVar("Outcome")
Outcomes = Awaitable[Sequence[Outcome | InterlogError]]
Log = Callable[[Actor, Sequence[Given], Any], Outcomes[Outcome]]
"""Logs drafts of any kind for an actor, under a rule."""

LogAtOnce = Callable[[Actor, Sequence[Given], Any, Sequence[str | None]], Outcomes[Outcome]]
"""Logs them as one unit or not at all, each by the request of an id."""

MOST = 500
"""So many are logged together at most: then others have their turn."""


class _Asked(NamedTuple, Generic[Given, Outcome]):
    actor: Actor
    draft: Given
    done: "asyncio.Future[Outcome | InterlogError]"


class Together(Generic[Given, Outcome]):
    """Gathers what is asked for in one turn of the event loop, by the same actor and under the same rule."""

    def __init__(self, log: Log[Given, Outcome], log_at_once: LogAtOnce[Given, Outcome]) -> None:
        self._log = log
        self._log_at_once = log_at_once
        self._waiting: dict[tuple[Any, ...], list[_Asked[Given, Outcome]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @staticmethod
    def takes(actor: Actor, draft: Draft) -> bool:
        """Whether a draft stands for itself: it is no repetition of another one, and needs nobody to be created."""
        if draft.request_key is not None or draft.uuid is not None or draft.external_ids or draft.cards:
            return False
        type_ = actor.tenant.types_by_name.get(draft.type)
        if type_ is None or type_.identity or draft.identity is not None:
            return False
        return all(part.person is not None for part in draft.content.participants)

    async def log(self, actor: Actor, draft: Given, rule: Any) -> Outcome | InterlogError:
        """Return what became of a draft, once all that was logged with it is stored."""
        key = (
            id(actor.tenant), actor.person_id, actor.token_id, actor.protocol, actor.groups, actor.right,
            actor.organization, rule,
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        asked = _Asked(actor, draft, loop.create_future())
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = []
            loop.call_soon(self._begin, key, rule)
        waiting.append(asked)
        return await asked.done

    def _begin(self, key: tuple[Any, ...], rule: Any) -> None:
        asked = self._waiting.pop(key)
        for start in range(0, len(asked), MOST):
            task = asyncio.get_running_loop().create_task(self._answer(asked[start : start + MOST], rule))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, asked: Sequence[_Asked[Given, Outcome]], rule: Any) -> None:
        drafts = [one.draft for one in asked]
        try:
            if len(asked) == 1:
                outcomes = await self._log(asked[0].actor, drafts, rule)
            else:
                request_ids = [one.actor.request_id for one in asked]
                outcomes = await self._log_at_once(asked[0].actor, drafts, rule, request_ids)
        except Exception as error:
            if len(asked) == 1 or isinstance(error, Unavailable):
                for one in asked:
                    if not one.done.cancelled():
                        one.done.set_exception(error)
            else:  # one of them cannot be stored: then each is on its own
                await asyncio.gather(*[self._answer([one], rule) for one in asked])
            return
        for one, outcome in zip(asked, outcomes, strict=True):
            if not one.done.cancelled():
                one.done.set_result(outcome)
