"""Writing the demo world into a ledger."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple, TypeVar

from ..ledger import Ledger
from ..ledger.tenants import system_actor
from ..model.errors import Conflict, InterlogError
from ..model.instants import MINUTE, from_datetime
from ..model.interactions import Content, Draft, Links, Participant
from ..model.notes import NoteDraft
from ..model.parties import OpportunityDraft, OrganizationDraft, Party, PersonDraft, PersonKind
from ..model.tenancy import Actor, Tenant, UserRole
from ..model.types import CALL, CHAT_MESSAGE, EMAIL, MEETING, Direction, Logging
from .records import DemoInteraction, DemoNote
from .world import World

Item = TypeVar("Item")
Progress = Callable[[int], None]
"""Called with the number of records that were stored since the last call."""

BATCH = 2_000

_NOTED_AFTER = 5 * MINUTE

_TYPES = {"meeting": MEETING.name, "call": CALL.name, "message": CHAT_MESSAGE.name, "email": EMAIL.name}
_DIRECTIONS = {"sent": Direction.SENT, "received": Direction.RECEIVED, None: None}


class Loaded(NamedTuple):
    """The tenant that was made, its owner's address, and an actor in his name."""

    tenant: Tenant
    owner: str
    actor: Actor


async def load(ledger: Ledger, world: World, *, tenant: str = "demo", progress: Progress | None = None) -> Loaded:
    """Write everything of a world into a new tenant. Raises ``Conflict`` where there is one of this name."""
    return await _Loader(ledger, world, progress or (lambda _: None)).load(tenant)


class _Loader:
    """Keeps, for each kind of record, the world's keys and the ids that the ledger gave to them."""

    def __init__(self, ledger: Ledger, world: World, progress: Progress) -> None:
        self._ledger = ledger
        self._world = world
        self._progress = progress
        self._organizations: dict[int, int] = {}
        self._persons: dict[int, int] = {}
        self._opportunities: dict[int, int] = {}
        self._actor: Actor

    async def load(self, name: str) -> Loaded:
        first = next(self._world.people())
        firm, owner = self._world.firm, (first.first_name, first.last_name, first.emails[0])
        tenant, person, is_new = await self._ledger.tenants.init(
            name, domains=(firm.domain,), owner=owner, time_zone=firm.time_zone
        )
        if not is_new:
            raise Conflict(f"there is a tenant {name} already")
        self._actor = system_actor(tenant, person.id)
        self._persons[first.key] = person.id
        await self._load_organizations()
        await self._load_persons()
        await self._load_opportunities()
        await self._load_notes()
        await self._load_interactions()
        return Loaded(tenant, owner[2], self._actor)

    async def _load_organizations(self) -> None:
        for batch in batches(self._world.organizations()):
            drafts = [OrganizationDraft(name=item.name, domains=item.domains) for item in batch]
            created = await self._ledger.bulk.create_organizations(self._actor, drafts)
            self._organizations |= {item.key: found.id for item, found in zip(batch, created, strict=True)}
            self._progress(len(batch))

    async def _load_persons(self) -> None:
        people = self._world.people()
        next(people)  # the owner is there
        self._progress(1)
        for batch in batches(people):
            drafts = [
                PersonDraft(
                    first_name=item.first_name,
                    last_name=item.last_name,
                    emails=item.emails,
                    organization_ids=tuple(self._organizations[key] for key in item.organizations),
                    kind=PersonKind.INTERNAL if item.internal else PersonKind.EXTERNAL,
                )
                for item in batch
            ]
            created = await self._ledger.bulk.create_persons(self._actor, drafts)
            self._persons |= {item.key: found.id for item, found in zip(batch, created, strict=True)}
            for item in batch:
                if item.internal:
                    await self._ledger.tenants.add_user(self._actor, self._persons[item.key], UserRole.MEMBER)
            self._progress(len(batch))

    async def _load_opportunities(self) -> None:
        name = self._world.firm.list_name
        lists = [item for item in await self._ledger.opportunities.lists(self._actor) if item.name == name]
        list_ = lists[0] if lists else await self._ledger.opportunities.create_list(
            self._actor, name, Party.OPPORTUNITY, is_public=True
        )  # fmt: skip
        for batch in batches(self._world.opportunities()):
            drafts = [
                OpportunityDraft(
                    name=item.name,
                    list_id=list_.id,
                    person_ids=tuple(self._persons[key] for key in item.persons),
                    organization_ids=tuple(self._organizations[key] for key in item.organizations),
                    created_at=from_datetime(item.created_at).instant,
                )
                for item in batch
            ]
            created = await self._ledger.bulk.create_opportunities(self._actor, drafts)
            self._opportunities |= {item.key: found.id for item, found in zip(batch, created, strict=True)}
            self._progress(len(batch))

    async def _load_notes(self) -> None:
        for batch in batches(self._world.notes()):
            created = await self._ledger.bulk.create_notes(self._actor, [self._note(item) for item in batch])
            replies = [
                NoteDraft(
                    content=content,
                    parent=note.id,
                    creator=self._persons[author],
                    created_at=from_datetime(created_at).instant,
                )
                for item, note in zip(batch, created, strict=True)
                for author, content, created_at in item.replies
            ]
            await self._ledger.bulk.create_notes(self._actor, replies)
            self._progress(len(batch))

    def _note(self, item: DemoNote) -> NoteDraft:
        return NoteDraft(
            content=item.content,
            links=Links(
                tuple(self._persons[key] for key in item.persons),
                tuple(self._organizations[key] for key in item.organizations),
                tuple(self._opportunities[key] for key in item.opportunities),
            ),
            creator=self._persons[item.author],
            created_at=from_datetime(item.created_at).instant,
        )

    async def _load_interactions(self) -> None:
        for batch in batches(self._world.interactions()):
            drafts = [self._interaction(item) for item in batch]
            for outcome in await self._ledger.interactions.log_many(self._actor, drafts):
                if isinstance(outcome, InterlogError):
                    raise outcome
            self._progress(len(batch))

    def _interaction(self, item: DemoInteraction) -> Draft:
        occurred_at, offset = from_datetime(item.occurred_at)
        ended_at = from_datetime(item.ended_at).instant if item.ended_at is not None else None
        return Draft(
            type=_TYPES[item.category],
            content=Content(
                occurred_at=occurred_at,
                occurred_offset=offset,
                ended_at=ended_at,
                title=item.title,
                body=item.body,
                direction=_DIRECTIONS[item.direction],
                participants=tuple(Participant(self._persons[key], role) for key, role in item.participants),
                links=Links(opportunities=tuple(self._opportunities[key] for key in item.opportunities)),
            ),
            logging=Logging.MANUAL if item.manual else Logging.AUTOMATIC,
            creator=self._persons[item.creator] if item.creator is not None else None,
            created_at=(ended_at or occurred_at) + _NOTED_AFTER,  # a planned one: now
        )


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Yield the items in lists of so many; the last one is shorter."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch
