"""Undoing an amendment: what stood before it stands again, as a new version."""

import msgspec

from ..model.errors import Conflict
from ..model.interactions import Content, Interaction
from ..model.journal import Entity
from ..model.tenancy import Actor, Right
from ..store import journal
from ..store.store import Store
from .interactions import Interactions
from .successors import with_survivors


class Undoing:
    """Use cases around what was changed by mistake. Deletions come back by ``Interactions.restore``."""

    def __init__(self, store: Store, interactions: Interactions) -> None:
        self._store = store
        self._database = store.database
        self._interactions = interactions

    async def undo(self, actor: Actor, number: int, *, expected_version: int | None = None) -> Interaction:
        """Let the content before the latest amendment stand again; once more, and the amendment stands.

        Raises ``Conflict`` where the latest change was no amendment, or another version is stored than expected.
        """
        actor.require(Right.WRITE)
        read = await self._interactions.get(actor, number)
        entries = await journal.versions_of(self._database, actor.tenant.id, Entity.INTERACTION, number, 1)
        if not entries or entries[0].version != read.version or expected_version not in (None, read.version):
            raise Conflict("there is no amendment that could be undone; read the interaction again", existing=number)
        before = msgspec.convert((entries[0].before or {})["content"], Content)
        before = await with_survivors(self._store, actor.tenant.id, before)
        amended = await self._interactions.amend(actor, number, lambda _: before, expected_version=read.version)
        return amended.interaction
