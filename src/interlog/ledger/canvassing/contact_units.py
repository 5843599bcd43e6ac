"""The unit in which contacts are stored: with their persons, households, links and places on lists."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from ...model.canvassing.contacts import Data, contact_key
from ...model.canvassing.households import address_id, address_of, household_key, household_of, link_id, member_id
from ...model.canvassing.resources import Ref, Resource, ResourceDraft
from ...model.errors import Conflict, InterlogError, Invalid, Problem
from ...model.ids import uuid7
from ...model.journal import Action
from ...model.tenancy import Actor
from ...store import resources as rows
from ...store.database import Duplicate, Stale
from ...store.statements import Unit
from ...store.store import Store
from ..persons import Persons
from .identities import CONTACTS, Facing, Identities
from .parts import LINKS, MEMBERS, Part, Parts, link, member
from .resources import Made, Resources

_TRIES = 4
HOUSEHOLDS = "households"


@dataclass
class Work(Facing):
    """A contact on its way into a unit, unless it is refused, or there already: stored (``made``), or as another one
    of the same unit (``like``). ``home``: the household that is to be made for it; ``is_grouped``: whether its security
    group was chosen, so that it is not its list's."""

    home: Data | None = None
    is_grouped: bool = False
    error: InterlogError | None = None
    made: Made | None = None
    like: "Work | None" = None

    @property
    def is_open(self) -> bool:
        """Whether there still is something to be done for it."""
        return self.error is None and self.made is None and self.like is None

    @property
    def old(self) -> Data:
        """Its data as they were read; of a new one there are none."""
        return self.read.data if self.read is not None else {}


class ContactUnits:
    """Stores contacts as one unit, whether they are new or changed."""

    def __init__(self, store: Store, resources: Resources, persons: Persons) -> None:
        self._database = store.database
        self._resources = resources
        self._persons = persons
        self.identities = Identities(store, persons)
        self._parts = Parts(store, resources)

    async def store(
        self,
        actor: Actor,
        prepare: Callable[[], Awaitable[list[Work]]],
        *,
        alone: bool = False,
        action: Action = Action.AMEND,
    ) -> list[Made | InterlogError]:
        """Store contacts as one unit; what ``prepare`` gives is worked out anew where somebody else was quicker.

        ``alone``: a new contact is not stored where one of the same name is in the same household: it is that one.
        """
        for _ in range(_TRIES):
            some = await prepare()
            unit = Unit()
            await self._refer(actor, some)
            await self._find_homes(actor, some)
            await self._tell_apart(actor, some, alone=alone)
            going = [work for work in some if work.is_open]
            arrived = await self.identities.settle(actor, unit, going)
            await self._add(actor, unit, going, action)
            try:
                await self._database.write(unit)
            except (Stale, Duplicate):
                continue
            if arrived:
                await self._persons.bind_late(actor, arrived)
            return [_outcome(work) for work in some]
        raise Conflict("the contacts were being changed by others at the same time; try again")

    async def _find_homes(self, actor: Actor, some: Sequence[Work]) -> None:
        """Find, or prepare to make, the households at addresses that are new or changed."""
        moved: list[tuple[Work, Data, str]] = []
        for work in some:
            if not work.is_open or not _is_moved(work):
                continue
            home = household_of(_address(work.new.data))
            home["addressId"] = address_id(actor.tenant, home) or uuid7()
            moved.append((work, home, household_key(home)))
        if not moved:
            return
        there = await rows.by_natural(self._database, actor.tenant.id, HOUSEHOLDS, {key for _, _, key in moved})
        ids = {key: item.id for key, item in there.items()}
        for work, home, key in moved:
            if key not in ids:
                ids[key] = uuid7()
                work.home = home
            work.new = replace(work.new, data=work.new.data | {"primaryHouseholdId": ids[key]})

    async def _refer(self, actor: Actor, some: Sequence[Work]) -> None:
        """Look up what contacts refer to; note what is not there; take groups from lists and addresses from homes."""
        wanted: dict[int, list[Ref]] = {}
        for work in some:
            if work.is_open:
                wanted[id(work)] = list(_references(work))
        found = await rows.by_refs(self._database, actor.tenant.id, {ref for refs in wanted.values() for ref in refs})
        visible = {ref: item for ref, item in found.items() if item.deleted_at is None and actor.sees(item.group)}
        for work in some:
            if not work.is_open:
                continue
            problems = [
                Problem(f"/data/{_NAMED[kind]}", f"names nothing that is there in {kind}", "unknown_id")
                for kind, id_ in wanted[id(work)]
                if (kind, id_) not in visible
            ]
            problems = problems or _complete(work, visible)
            if problems:
                work.error = Invalid(*problems)

    async def _tell_apart(self, actor: Actor, some: Sequence[Work], *, alone: bool) -> None:
        """Give contacts the keys that tell them apart; with ``alone`` find those that are there already."""
        keys = {id(work): contact_key(work.new.data) for work in some if work.is_open}
        asked = [
            work for work in some if work.is_open and (work.new.natural is None or keys[id(work)] != work.new.natural)
        ]
        wanted = {keys[id(work)] for work in asked}
        stored = await rows.by_natural(self._database, actor.tenant.id, CONTACTS, wanted) if wanted else {}
        taken: dict[str, Work] = {}
        for work in asked:
            key = keys[id(work)]
            other, twin = stored.get(key), taken.setdefault(key, work)
            if other is not None and other.id != work.new.id:
                if alone and work.read is None and actor.sees(other.group):
                    work.made = Made(other, repeated=True)
                work.new = replace(work.new, natural=None)
            elif twin is not work:
                work.like = twin if alone and work.read is None else None
                work.new = replace(work.new, natural=None)
            else:
                work.new = replace(work.new, natural=key)

    async def _add(self, actor: Actor, unit: Unit, going: Sequence[Work], action: Action) -> None:
        """Add the contacts to the unit, with new households, links and places on lists."""
        homes = [
            ResourceDraft(
                kind=HOUSEHOLDS,
                id=work.new.data["primaryHouseholdId"],
                data=work.home,
                natural=household_key(work.home),
                group=0,
            )
            for work in going
            if work.home is not None
        ]
        self._resources.add_new(actor, unit, await self._resources.drafted(actor, homes))
        new: list[Part] = []
        there: list[Part] = []
        gone: list[Ref] = []
        for work in going:
            if work.read is None:
                self._connect(actor, work, new, gone)
            elif action is Action.RESTORE or _place(work.read) != _place(work.new):
                self._connect(actor, work, there, gone)
        await self._parts.set(actor, unit, there=there, gone=gone, new=new)
        self._resources.add_new(actor, unit, [work.new for work in going if work.read is None])
        for work in going:
            if work.read is not None and work.new != work.read:
                work.new = await self._resources.add_change(actor, unit, work.read, work.new, action)

    def _connect(self, actor: Actor, work: Work, there: list[Part], gone: list[Ref]) -> None:
        """Note the link and the place on a list that a contact has, and those that it has no longer."""
        tenant, contact = actor.tenant, work.new
        home, list_ = _place(contact)
        if home is not None:
            part = link(actor, contact, home)
            there.append(part)
            if list_ is not None:
                there.append(member(actor, list_, part, contact.group))
        if work.read is None:
            return
        old_home, old_list = _place(work.read)
        if old_home is None:
            return
        old_link = link_id(tenant, contact.id, old_home)
        if old_list is not None:
            gone.append((MEMBERS, member_id(tenant, old_list, old_link)))
        if old_home != home and _is_moved(work):
            gone.append((LINKS, old_link))


def _references(work: Work) -> list[Ref]:
    """Return what a contact names that it did not name before."""
    data, old = work.new.data, work.old
    found = [(kind, data[name]) for kind, name in _NAMED.items() if data.get(name) is not None]
    changed = [(kind, id_) for kind, id_ in found if id_ != old.get(_NAMED[kind]) or kind == "statuses"]
    return [ref for ref in changed if not (ref[0] == HOUSEHOLDS and _is_moved(work))]


def _is_moved(work: Work) -> bool:
    """Whether a contact says another address than before, so that its household is found by it."""
    address = _address(work.new.data)
    return address is not None and address != _address(work.old)


def _complete(work: Work, found: dict[Ref, Resource]) -> list[Problem]:
    """Take from what a contact refers to: the group of its list, the state of its status, its household's address.

    Returns what does not fit together.
    """
    data, old = work.new.data, work.old
    list_ = found.get(("lists", data.get("listId", "")))
    if list_ is not None and not work.is_grouped:
        work.new = replace(work.new, group=list_.group)
    status = found.get(("statuses", data.get("statusId", "")))
    if status is not None:
        state = status.data.get("contactState")
        if data.get("state", state) != state:
            return [Problem("/data/statusId", f"is a status of the state {state}", "choice")]
        work.new = replace(work.new, data=data | {"state": state})
    home = found.get((HOUSEHOLDS, data.get("primaryHouseholdId", "")))
    if home is not None and data.get("primaryHouseholdId") != old.get("primaryHouseholdId"):
        work.new = replace(work.new, data=at_home(work.new.data, home.data))
    return []


def at_home(data: Data, household: Data) -> Data:
    """Return a contact's data with the address of its primary household."""
    address = address_of(household)
    profile = {name: part for name, part in data.get("profile", {}).items() if name not in ("address", "location")}
    return data | {"profile": profile | ({"address": address} if address is not None else {})}


def _place(contact: Resource) -> tuple[str | None, str | None]:
    return contact.data.get("primaryHouseholdId"), contact.data.get("listId")


def _address(data: Data) -> Any:
    return data.get("profile", {}).get("address")


def _outcome(work: Work) -> Made | InterlogError:
    if work.error is not None:
        return work.error
    if work.like is not None:
        return work.like.error or Made(work.like.new, repeated=True)
    return work.made if work.made is not None else Made(work.new)


_NAMED = {"lists": "listId", "statuses": "statusId", HOUSEHOLDS: "primaryHouseholdId"}
"""The kinds that a contact refers to, and the members that do."""
